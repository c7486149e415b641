import { oneOf } from '../suggest.ts';
import { LIBRARY_KEYS } from './library.ts';
import { checkName, SHARED } from './names.ts';
import { checkKeys, member, type Part, refuse, textOf, textsOf, wordOf } from './part.ts';
import { checkArtifact } from './phases.ts';
import { type Edge, SKILL_KINDS, type Skill, type SkillKind, USER_MESSAGE } from './skill.ts';
import type { SkillSource } from './source.ts';
import { AGENT_SKILL_MD } from './source-paths.ts';

const KEYS = [
  'type',
  'name',
  'description',
  'kind',
  'entry',
  'final_output',
  'final_output_description',
  'finish_criteria',
  'graph',
  'artifacts',
  'permissions',
  'postprocessor',
  'limits',
];

const OF_A_PHASE = 'Move it to a phase: phases/<phase>.md, or a "## phase: <name>" section with a yaml block.';
const MISPLACED: Readonly<Record<string, string>> = {
  input: OF_A_PHASE,
  role: OF_A_PHASE,
  model_class: OF_A_PHASE,
  allowed_ops: OF_A_PHASE,
  max_act_turns: OF_A_PHASE,
  can_finish: OF_A_PHASE,
  preprocessor: OF_A_PHASE,
  phases: 'Write phases as phases/<phase>.md, or as "## phase: <name>" sections below the front matter.',
};

/** What skill.md says about the skill itself. */
export type Head = Pick<Skill, 'name' | 'description' | 'kind' | 'finalOutputDescription' | 'finishCriteria'>;

/** The name a skill goes by: its folder's, unless it lies outside the skill folders and says another. */
export function nameOf(source: SkillSource, keys: Part | undefined): string {
  const given = keys === undefined ? undefined : member(keys, 'name').value;
  return source.origin === 'path' && typeof given === 'string' ? given : source.name;
}

export function readHead(keys: Part, source: SkillSource): Head {
  checkKeys(keys, [...KEYS, ...LIBRARY_KEYS], 'skill.md', MISPLACED);
  checkType(keys);
  checkGivenName(member(keys, 'name'), source);
  const finalOutputDescription = textOf(member(keys, 'final_output_description'));
  const criteria = member(keys, 'finish_criteria');
  return {
    name: nameOf(source, keys),
    description: (textOf(member(keys, 'description')) ?? '').trim(),
    kind: wordOf(member(keys, 'kind'), SKILL_KINDS) ?? 'graph',
    ...(finalOutputDescription === undefined ? {} : { finalOutputDescription }),
    finishCriteria: typeof criteria.value === 'string' ? [criteria.value] : (textsOf(criteria, 'sentences') ?? []),
  };
}

function checkType(keys: Part): void {
  const part = member(keys, 'type');
  const type = textOf(part);
  if (type === 'skill' || (type === undefined && part.value !== undefined)) return;
  const message = type === undefined ? 'skill.md has no type' : `the type of skill.md is "skill", not "${type}"`;
  const other = type === undefined ? `, or call the file ${AGENT_SKILL_MD} if it is one of Agent Skills` : '';
  refuse(part, 'format/type', message, `Write "type: skill"${other}.`);
}

function checkGivenName(part: Part, source: SkillSource): void {
  const name = textOf(part);
  if (name === undefined) {
    if (part.value === undefined) {
      refuse(part, 'format/missing-key', 'skill.md has no name', `Add "name: ${source.name}".`);
    }
    return;
  }
  if (!checkName(part, 'skill', name) || name === source.name || source.origin === 'path') return;
  const message = `the folder is called ${source.name}, skill.md says "${name}"`;
  refuse(part, 'format/name', message, `Write "name: ${source.name}", or rename the folder.`);
}

/** The type of the result: as named, else the only type the skill defines. */
export function finalOutputOf(keys: Part, kind: SkillKind, own: readonly string[]): string | undefined {
  const part = member(keys, 'final_output');
  const named = textOf(part);
  if (named !== undefined) {
    checkArtifact(part, named, own);
    return named;
  }
  if (part.value !== undefined) return undefined;
  const [only, ...others] = own;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined && kind !== 'graph') return USER_MESSAGE.name; // never run, so nothing comes out of it
  const message = only === undefined ? 'the skill defines no artifact' : 'the skill does not name its final output';
  const fix =
    only === undefined
      ? 'Add "artifacts" with the type of the result, e.g. artifacts: { summary: { text: string } }.'
      : `Add "final_output" with one of ${own.join(', ')}.`;
  return refuse(part, 'format/missing-key', message, fix);
}

/** The first phase: as named, else the only one, else the only one that no edge leads to. */
export function entryOf(
  keys: Part,
  phases: readonly string[],
  graph: Readonly<Record<string, readonly Edge[]>>,
): string | undefined {
  const part = member(keys, 'entry');
  const named = textOf(part);
  if (named !== undefined) {
    if (phases.includes(named)) return named;
    const where = named.startsWith(SHARED) ? 'reyn/project/shared/phases' : 'this skill';
    return refuse(
      part,
      'format/unknown-phase',
      `there is no phase "${named}" in ${where}`,
      `Write ${oneOf(named, phases)}.`,
    );
  }
  if (part.value !== undefined) return undefined;
  const targets = new Set(Object.values(graph).flatMap((edges) => edges.map(({ to }) => to)));
  const [first, ...others] = phases.length === 1 ? phases : phases.filter((phase) => !targets.has(phase));
  if (first !== undefined && others.length === 0) return first;
  if (part.report.findings.some(({ rule }) => rule.startsWith('format/no-'))) return undefined;
  const fix = `Add "entry" with one of ${phases.join(', ')}.`;
  return refuse(part, 'format/missing-key', 'which phase comes first is not clear', fix);
}
