import type { SkillDocument } from '../document.ts';
import { END, type Phase, type Skill, type Step } from '../skill.ts';
import { edgeWords, stepWords } from './words.ts';

/** File of the exported folder that holds the schema of an artifact type. */
export function schemaFile(type: string): string {
  return `references/${type}.schema.json`;
}

/**
 * The body of SKILL.md for a skill of this format: what its structure enforces becomes sentences, since nothing else
 * holds another agent to it.
 */
export function bodyOf(skill: Skill, document: SkillDocument): string {
  const phases = Object.values(skill.phases);
  const [only] = phases;
  const prose = document.prose.filter(({ phase }) => phase === undefined).map(({ text }) => text);
  const parts =
    phases.length === 1 && only !== undefined && isPlain(skill, only)
      ? [...steps('Before anything else', only.preprocessor), only.instructions]
      : [overview(skill), ...phases.map((phase) => section(skill, phase))];
  return `${[...prose, ...parts, ...ending(skill)].filter((part) => part !== '').join('\n\n')}\n`;
}

/** Whether a phase is all there is: a message in, one unguarded end. */
function isPlain({ graph }: Skill, { name, input }: Phase): boolean {
  const edges = graph[name] ?? [];
  return input.length === 1 && edges.length === 1 && edges[0]?.to === END && edges[0].when.length === 0;
}

function overview(skill: Skill): string {
  return [
    `Work through the phases below one at a time, beginning with **${skill.entry}**. In each, look at nothing but what it`,
    'takes, do what it says, then choose one of the ways on.',
    ...(countsVisits(skill) ? ['Keep count of how often each phase was entered.'] : []),
  ].join('\n');
}

function countsVisits({ graph }: Skill): boolean {
  return Object.values(graph).some((edges) => edges.some(({ when }) => when.some(({ root }) => root === 'visits')));
}

function section(skill: Skill, phase: Phase): string {
  if (phase.gives !== undefined) return subSkill(skill, phase, phase.gives.name);
  const { name, input, role, modelClass, preprocessor, instructions } = phase;
  const takes = `Takes ${input.map((type) => reference(type)).join(' or ')}.`;
  const who = role === undefined ? '' : ` Your role: ${role.trim().replace(/\.$/, '')}.`;
  const first = modelClass === 'none' ? 'Nothing is decided here: take the first way on whose condition holds.' : '';
  const edges = (skill.graph[name] ?? []).map((edge) => `- ${edgeWords(edge, resultOf(skill, edge.to))}`);
  return [
    `## ${name}`,
    `${takes}${who}`,
    ...steps('First', preprocessor),
    instructions,
    [first, 'Then:'].filter((part) => part !== '').join(' '),
    edges.join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A node that is another skill. */
function subSkill(skill: Skill, { name }: Phase, gives: string): string {
  const edges = (skill.graph[name] ?? []).map((edge) => `- ${edgeWords(edge, resultOf(skill, edge.to))}`);
  const use = `Use the skill \`${name.replace(/^@/, '')}\` on what came in; it gives \`${gives}\`.`;
  return [`## ${name}`, use, 'Then:', edges.join('\n')].join('\n\n');
}

function resultOf(skill: Skill, to: string): string {
  const types = to === END ? [skill.finalOutput] : (skill.phases[to]?.input ?? []);
  return types.length === 0 ? 'result' : types.map((type) => `\`${type}\``).join(' or ');
}

function reference(type: string): string {
  return `\`${type}\` (${schemaFile(type)})`;
}

/** How a template opens. */
const PLACE = '$'.concat('{');

function steps(when: string, list: readonly Step[]): string[] {
  if (list.length === 0) return [];
  const words = list.map((step, index) => `${index + 1}. ${stepWords(step)}`).join('\n');
  const places = words.includes(PLACE) ? [`There \`${PLACE}x}\` stands for the field x of the input.`] : [];
  return [`${when}:`, words, ...places];
}

function ending(skill: Skill): string[] {
  const { finalOutput, finalOutputDescription, finishCriteria, postprocessor, permissions } = skill;
  const about = finalOutputDescription === undefined ? '' : ` ${finalOutputDescription.trim()}`;
  const criteria = finishCriteria.map((one) => `- ${one}`).join('\n');
  const bounds = [
    ...permissions.file.read.map((glob) => `- read \`${glob}\``),
    ...permissions.file.write.map((glob) => `- write \`${glob}\``),
    ...permissions.skill.run.map((name) => `- use the skill \`${name}\``),
  ];
  return [
    '## What comes out',
    `The result is ${reference(finalOutput)}, as JSON.${about}`,
    ...(criteria === '' ? [] : ['It is done when:', criteria]),
    ...(postprocessor === undefined ? [] : steps('At the very end', postprocessor.steps)),
    ...(bounds.length === 0 ? [] : ['## What it may touch', 'Nothing beyond this:', bounds.join('\n')]),
  ];
}
