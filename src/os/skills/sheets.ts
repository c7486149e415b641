import { isObject, type Json } from '../json.ts';
import type { KeyPath } from '../yaml-places.ts';
import { splitFrontMatter } from './front-matter.ts';
import { checkName, SHARED } from './names.ts';
import { type Part, topPart } from './part.ts';
import { decodeText } from './regular-file.ts';
import type { Report } from './report.ts';
import { type Section, splitSections } from './sections.ts';
import type { SkillSource } from './source.ts';
import { AGENT_SKILL_MD, SKILL_MD } from './source-paths.ts';
import { readSkillYaml } from './yaml.ts';

/** One Markdown text with its keys: skill.md, a phase file, or a section of skill.md. */
export type Sheet = {
  readonly file: string;
  /** A mapping; `undefined` inside when the YAML is broken, which was reported. */
  readonly keys: Part;
  readonly body: string;
  /** Line of `file` the body begins on. */
  readonly bodyLine: number;
};

/** The files of a skill, parsed, nothing understood yet. */
export type Sheets = {
  /** `undefined` when there is no skill.md to go by. */
  readonly skill: Sheet | undefined;
  /** Own phases by name, in the order met; shared ones under `shared/<name>`. */
  readonly phases: ReadonlyMap<string, Sheet>;
  /** Contents of artifact files by type. */
  readonly artifacts: ReadonlyMap<string, Part>;
};

/** Path prefix of a section's keys in {@link Report.at}. */
export function sectionKey(phase: string): string {
  return `## phase: ${phase}`;
}

/** Parses every file the format reads. Reports broken files, misplaced files and names that cannot be. */
export function readSheets(source: SkillSource, report: Report): Sheets {
  const phases = new Map<string, Sheet>();
  const artifacts = new Map<string, Part>();
  const skill = readSkillMd(source, report, phases);
  for (const [file, bytes] of source.files) {
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    if (folder === 'phases/' || folder === 'shared/phases/') readPhaseFile(file, bytes, report, phases);
    else if (folder === 'artifacts/' || folder === 'shared/artifacts/')
      readArtifactFile(file, bytes, report, artifacts);
    else if (/^(?:phases|artifacts)\//.test(file)) {
      report.error('format/unknown-file', file, [], 'subfolders are not read here', 'Move the file one folder up.');
    }
  }
  return { skill, phases, artifacts };
}

function readSkillMd(source: SkillSource, report: Report, phases: Map<string, Sheet>): Sheet | undefined {
  const bytes = source.files.get(SKILL_MD);
  if (bytes === undefined) {
    if (!source.unread?.some(({ file }) => ['.', SKILL_MD, AGENT_SKILL_MD].includes(file))) {
      const near = [...source.files.keys()].find((file) => file.toLowerCase() === SKILL_MD);
      const fix =
        near === undefined
          ? 'Write one; see `reyn new`.'
          : `Rename ${near}: ${SKILL_MD} for this format, ${AGENT_SKILL_MD} for one of Agent Skills.`;
      report.error('format/no-skill-md', SKILL_MD, [], 'the folder has no skill.md', fix);
    }
    return undefined;
  }
  if (source.files.has(AGENT_SKILL_MD)) {
    const message = 'the folder has both skill.md and SKILL.md, which is one file on some disks';
    report.error('format/two-skill-files', AGENT_SKILL_MD, [], message, 'Delete or rename one of them.');
  }
  const sheet = readMarkdown(SKILL_MD, bytes, report);
  if (sheet === undefined) return undefined;
  const { prose, sections, problems } = splitSections(sheet.body, sheet.bodyLine);
  for (const { line, message, fix } of problems) {
    report.add([lineFinding(report, 'format/section', line, message, fix)]);
  }
  for (const section of sections) addSection(section, report, phases);
  return { ...sheet, body: prose };
}

function addSection(section: Section, report: Report, phases: Map<string, Sheet>): void {
  const key = sectionKey(section.name);
  const twice = phases.has(section.name);
  if (!twice) {
    report.locate(SKILL_MD, key, () => ({ file: SKILL_MD, line: section.line, column: 1 }));
  }
  const found = topPart(section.name, SKILL_MD, report, key);
  if (!checkName(found, 'phase', section.name)) return;
  if (twice) {
    const message = `there are two sections for the phase "${section.name}"`;
    report.add([lineFinding(report, 'format/two-phases', section.line, message, 'Rename or delete one.')]);
    return;
  }
  const keys = section.yaml === undefined ? {} : readKeys(section.yaml, SKILL_MD, key, section.line, report);
  const part = topPart(keys, SKILL_MD, report, key);
  phases.set(section.name, { file: SKILL_MD, keys: part, body: section.body, bodyLine: section.bodyLine });
}

function lineFinding(report: Report, rule: string, line: number, message: string, fix: string) {
  return { rule, severity: 'error', skill: report.skill, file: SKILL_MD, line, column: 1, message, fix } as const;
}

function readPhaseFile(file: string, bytes: Uint8Array, report: Report, phases: Map<string, Sheet>): void {
  const sheet = nameOf(file, '.md', 'phase', report);
  if (sheet === undefined) return;
  const name = file.startsWith(SHARED) ? `${SHARED}${sheet}` : sheet;
  if (phases.has(name)) {
    const message = `the phase "${name}" is a section of skill.md and a file`;
    report.error('format/two-phases', file, [], message, 'Delete one of the two.');
    return;
  }
  const read = readMarkdown(file, bytes, report);
  const broken = topPart(undefined, file, report);
  phases.set(name, read ?? { file, keys: broken, body: '', bodyLine: 1 });
}

function readArtifactFile(file: string, bytes: Uint8Array, report: Report, artifacts: Map<string, Part>): void {
  const name = nameOf(file, '.yaml', 'artifact', report);
  if (name === undefined) return;
  const text = textOf(file, bytes, report);
  const read = text === undefined ? undefined : readSkillYaml(text, { skill: report.skill, file, firstLine: 1 });
  if (read?.ok === false) report.add(read.findings);
  if (read?.ok) report.locate(file, undefined, read.at);
  artifacts.set(name, topPart(read?.ok ? read.value : undefined, file, report));
}

/** The name a file in `phases/` or `artifacts/` gives; `undefined` after reporting why it gives none. */
function nameOf(file: string, ending: string, kind: 'phase' | 'artifact', report: Report): string | undefined {
  const base = file.slice(file.lastIndexOf('/') + 1);
  if (!base.endsWith(ending)) {
    const fix = `Rename it to <${kind}>${ending}, or move it out of this folder.`;
    report.error('format/unknown-file', file, [], `this file is no ${kind}: it does not end in ${ending}`, fix);
    return undefined;
  }
  const name = base.slice(0, -ending.length);
  return checkName(topPart(name, file, report), kind, name) ? name : undefined;
}

/** A Markdown file with front matter; `undefined` after reporting why it is none. */
export function readMarkdown(file: string, bytes: Uint8Array, report: Report): Sheet | undefined {
  const text = textOf(file, bytes, report);
  if (text === undefined) return undefined;
  const front = splitFrontMatter(text);
  if (!front.ok) {
    report.error('format/front-matter', file, [], front.message, front.fix);
    return undefined;
  }
  const value = readKeys({ text: front.yaml, line: front.yamlLine }, file, undefined, 1, report);
  return { file, keys: topPart(value, file, report), body: front.body, bodyLine: front.bodyLine };
}

/** Reads a YAML text that must hold a mapping; nothing at all is an empty one. */
function readKeys(
  yaml: { text: string; line: number },
  file: string,
  section: string | undefined,
  headLine: number,
  report: Report,
): Json | undefined {
  const read = readSkillYaml(yaml.text, { skill: report.skill, file, firstLine: yaml.line });
  if (!read.ok) {
    report.add(read.findings);
    return undefined;
  }
  const head = { file, line: headLine, column: 1 };
  const at = (path: KeyPath) =>
    isObject(read.value) && Object.hasOwn(read.value, path[0] ?? '') ? read.at(path) : head;
  report.locate(file, section, at);
  if (read.value === null) return {};
  if (isObject(read.value)) return read.value as Json;
  const path = section === undefined ? [] : [section];
  report.error('format/wrong-kind', file, path, 'this YAML is not a mapping', 'Write "key: value" lines.');
  return undefined;
}

function textOf(file: string, bytes: Uint8Array, report: Report): string | undefined {
  const text = decodeText(bytes);
  if (text === undefined) report.error('format/not-utf8', file, [], 'the file is not UTF-8', 'Save it as UTF-8.');
  return text;
}
