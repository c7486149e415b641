import { sha256 } from '../json.ts';
import { readArtifacts } from './artifacts.ts';
import { readCode } from './code.ts';
import { readFolder } from './dialects.ts';
import type { SkillDocument } from './document.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readGraph, readSubSkills } from './graph.ts';
import { entryOf, finalOutputOf, nameOf, readHead } from './head.ts';
import { readLibrary } from './library.ts';
import { readLimits } from './limits.ts';
import { phaseNameOf } from './names.ts';
import { openDocument } from './open-document.ts';
import { member, topPart } from './part.ts';
import { readPermissions } from './permissions.ts';
import { type ReadPhase, readPhase } from './phases.ts';
import { readPostprocessor } from './postprocessor.ts';
import { openReport, type Report } from './report.ts';
import { type Sheet, type Sheets, sectionKey } from './sheets.ts';
import { type ArtifactType, type Edge, type Skill, USER_MESSAGE } from './skill.ts';
import type { SkillSource } from './source.ts';
import { mainFileOf, SKILL_MD } from './source-paths.ts';

export type Compiled =
  | { readonly skill: Skill; readonly document: SkillDocument; readonly findings: readonly Finding[] }
  /** At least one finding says why there is no skill. */
  | { readonly skill?: undefined; readonly document: SkillDocument; readonly findings: readonly Finding[] };

/**
 * Compiles a skill's files, in the folder form, the one-file form or both, into plain data. A pure function of the
 * source: it reads nothing else, and it reports everything that is wrong instead of throwing.
 */
export function compileSkill(source: SkillSource): Compiled {
  const report = openReport(source.name);
  report.add(source.unread ?? []);
  const sheets = withDefaultPhase(readFolder(source, report), source, report);
  const document = openDocument(source, sheets, report);
  const skill = sheets.skill === undefined ? undefined : assemble(source, sheets.skill, sheets, report);
  const findings = sorted([...report.findings, ...report.warnings]);
  return skill === undefined ? { document, findings } : { skill, document, findings };
}

function assemble(source: SkillSource, sheet: Sheet, sheets: Sheets, report: Report): Skill | undefined {
  const { keys } = sheet;
  const artifacts = readArtifacts(sheets.artifacts, member(keys, 'artifacts'));
  if (keys.value === undefined) return undefined;
  const head = readHead(keys, source);
  const subSkills = readSubSkills(member(keys, 'graph'), source.contracts);
  const own = [...sheets.phases.keys()];
  const names = [...own, ...subSkills.phases.keys()];
  const code = readCode(source, report);
  const context = { phases: names, artifacts: artifacts.own, code: Object.keys(code) };
  const phases = new Map([...readPhases(sheets, context), ...subSkills.phases]);
  const types = new Map([...artifacts.types, ...subSkills.types.map((type) => [type.name, type] as const)]);
  const finalOutput = finalOutputOf(keys, head.kind, artifacts.own);
  const graph = readGraph(member(keys, 'graph'), { phases, types, finalOutput });
  const entry = entryOf(keys, own, graph);
  const postprocessor = readPostprocessor(member(keys, 'postprocessor'), context);
  const rest = {
    permissions: readPermissions(member(keys, 'permissions')),
    ...(postprocessor === undefined ? {} : { postprocessor }),
    code,
    limits: readLimits(member(keys, 'limits')),
    library: readLibrary(keys),
    fingerprint: fingerprintOf(source),
    skillMdSha256: sha256(source.files.get(mainFileOf(source)) ?? ''),
  };
  if (report.findings.length > 0 || entry === undefined || finalOutput === undefined) return undefined;
  const ordered = inGraphOrder(phases, graph);
  return {
    ...head,
    origin: source.origin,
    dir: source.dir,
    entry,
    finalOutput,
    phases: ordered,
    artifacts: usedArtifacts(types, artifacts.own, [finalOutput, ...inputsOf(ordered)]),
    graph,
    ...rest,
  };
}

/** A skill without any phase of its own is one phase: its body, from a person's message to the end. */
function withDefaultPhase(sheets: Sheets, source: SkillSource, report: Report): Sheets {
  const { skill } = sheets;
  if (skill === undefined || sheets.phases.size > 0) return sheets;
  const phase = phaseNameOf(nameOf(source, skill.keys));
  const key = sectionKey(phase);
  report.locate(SKILL_MD, key, () => ({ file: SKILL_MD, line: skill.bodyLine, column: 1 }));
  const keys = topPart({}, SKILL_MD, report, key);
  const sheet: Sheet = { file: SKILL_MD, keys, body: skill.body, bodyLine: skill.bodyLine };
  return { ...sheets, skill: { ...skill, body: '' }, phases: new Map([[phase, sheet]]) };
}

function readPhases(sheets: Sheets, context: Parameters<typeof readPhase>[3]): Map<string, ReadPhase> {
  return new Map(
    [...sheets.phases].map(([name, sheet]) => [name, readPhase(name, sheet, sheet.file !== SKILL_MD, context)]),
  );
}

/** Phases in the order of the graph, so that both forms of a skill give the same data. */
function inGraphOrder(phases: ReadonlyMap<string, ReadPhase>, graph: Record<string, readonly Edge[]>): Skill['phases'] {
  const names = Object.keys(graph);
  return Object.fromEntries(
    names.flatMap((name) => (phases.has(name) ? [[name, phases.get(name)?.phase]] : [])),
  ) as Skill['phases'];
}

function inputsOf(phases: Skill['phases']): readonly string[] {
  return Object.values(phases).flatMap(({ input }) => input);
}

/** All types the skill defines; the built-in one where it is used. */
function usedArtifacts(
  types: ReadonlyMap<string, ArtifactType>,
  own: readonly string[],
  used: readonly string[],
): Skill['artifacts'] {
  return Object.fromEntries(
    [...types].filter(([name]) => name !== USER_MESSAGE.name || own.includes(name) || used.includes(name)),
  );
}

/** By place, skill.md first, so that what is read from top to bottom is mended from top to bottom. */
function sorted(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ file }: Finding) => (file === SKILL_MD ? '' : file);
  return [...findings].sort(
    (a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
