import { isObject, type Json } from '../json.ts';
import { splitFrontMatter } from './front-matter.ts';
import { graphNodes, mappingIn } from './graph-nodes.ts';
import { nameProblem } from './names.ts';
import { decodeText } from './regular-file.ts';
import type { ArtifactType, Skill } from './skill.ts';
import { SKILL_MD } from './source-paths.ts';

/** Prefix of a graph node that is another skill, run as a phase. */
export const SUB_SKILL = '@';

/** What a skill takes and gives: all that one which runs it as a phase knows of it. */
export type SkillContract = {
  /** Artifact types its first phase takes. */
  readonly input: readonly ArtifactType[];
  /** What comes out: of its postprocessor where it has one, else its final output. */
  readonly output: ArtifactType;
};

/** Contracts by the name of the skill; where there is none, a sentence that says why. */
export type SkillContracts = ReadonlyMap<string, SkillContract | { readonly problem: string }>;

export function contractOf(skill: Skill): SkillContract {
  const { phases, artifacts, entry, finalOutput, postprocessor } = skill;
  const input = (phases[entry]?.input ?? []).flatMap((name) => artifacts[name] ?? []);
  const output =
    postprocessor === undefined
      ? (artifacts[finalOutput] ?? { name: finalOutput, schema: {} })
      : { name: postprocessor.outputName, schema: postprocessor.outputSchema };
  return { input, output };
}

/** Names of the skills that the graph runs as phases, sorted. A file that does not parse names none. */
export function subSkillsIn(files: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const bytes = files.get(SKILL_MD);
  if (bytes === undefined || !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(SUB_SKILL)) return [];
  const front = splitFrontMatter(decodeText(bytes) ?? '');
  if (!front.ok) return [];
  const names = graphNodes(front.yaml)
    .filter((node) => node.startsWith(SUB_SKILL))
    .map((node) => node.slice(SUB_SKILL.length));
  return [...new Set(names)].filter((name) => nameProblem('skill', name) === undefined).sort();
}

/** Names of the skills that skill.md says the skill may run, as nodes or otherwise, sorted: what it says depends on them. */
export function relatedSkills(files: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const bytes = files.get(SKILL_MD);
  if (
    bytes === undefined ||
    !/\bskill:\s*[{\n]/.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'))
  )
    return subSkillsIn(files);
  const front = splitFrontMatter(decodeText(bytes) ?? '');
  const { permissions } = front.ok ? mappingIn(front.yaml) : { permissions: null };
  const declared = isObject(permissions) && isObject(permissions.skill) ? permissions.skill.run : [];
  const names = Array.isArray(declared) ? declared.filter((name) => typeof name === 'string') : [];
  const known = names.filter((name) => nameProblem('skill', name) === undefined);
  return [...new Set([...subSkillsIn(files), ...known])].sort();
}

/** Contracts as JSON, for the source that a run pins; `undefined` when there are none to pin. */
export function packContracts(contracts: SkillContracts | undefined): Json | undefined {
  if (contracts === undefined || contracts.size === 0) return undefined;
  return [...contracts] as unknown as Json;
}

/** @returns `undefined` when the value is not what {@link packContracts} gives. */
export function unpackContracts(value: unknown): SkillContracts | undefined {
  if (!Array.isArray(value)) return undefined;
  const isEntry = (entry: unknown) => Array.isArray(entry) && typeof entry[0] === 'string' && isObject(entry[1]);
  return value.every(isEntry) ? new Map(value as [string, SkillContract][]) : undefined;
}
