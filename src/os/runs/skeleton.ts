import { isObject, type Json, type JsonObject } from '../json.ts';
import { targetTypes } from '../kernel/candidates.ts';
import { withoutCarried } from '../kernel/carry.ts';
import { type Edge, END, type Skill } from '../skills/skill.ts';
import { evalTemplate } from '../skills/template.ts';
import { exampleOf } from './example.ts';

/**
 * Eval files for a skill that has none: rules that lead the scripted model along the shortest way to the end with
 * artifacts that fit, for a person to put sense into. Files by path in the skill's folder.
 */
export function evalSkeleton(skill: Skill): ReadonlyMap<string, string> {
  const distances = distancesToEnd(skill);
  const rules = Object.values(skill.phases)
    .filter(({ modelClass }) => modelClass !== 'none')
    .flatMap(({ name }) => ruleFor(skill, name, distances) ?? []);
  const text = [
    '# What the scripted model answers: the first rule that matches. Used with --model scripted.',
    'rules:',
  ];
  return new Map([
    ['eval.md', evalTemplate(skill.name)],
    ['evals/scripted.yaml', `${[...text, ...rules.flatMap(ruleText)].join('\n')}\n`],
  ]);
}

type Rule = { readonly phase: string; readonly turn: JsonObject };

function ruleFor(skill: Skill, phase: string, distances: ReadonlyMap<string, number>): Rule | undefined {
  const far = ({ to }: Edge) => distances.get(to) ?? Number.POSITIVE_INFINITY;
  const guards = ({ when }: Edge) => when.length;
  const [edge] = (skill.graph[phase] ?? []).toSorted((a, b) => far(a) - far(b) || guards(a) - guards(b));
  if (edge === undefined) return undefined;
  const types = targetTypes(skill, edge);
  const [type] = types;
  const artifact = type === undefined ? {} : example(type.schema, edge);
  const which = types.length > 1 && type !== undefined ? { type: type.name } : {};
  return { phase, turn: edge.to === END ? { finish: artifact, ...which } : { to: edge.to, artifact, ...which } };
}

function example(schema: JsonObject, edge: Edge): Json {
  const value = exampleOf(withoutCarried(schema, edge));
  return isObject(value) ? value : {};
}

/** Edges from each phase to the end, at the least. */
function distancesToEnd(skill: Skill): ReadonlyMap<string, number> {
  const distances = new Map<string, number>([[END, 0]]);
  for (let grown = true; grown; ) {
    const near = Object.entries(skill.graph).flatMap(([phase, edges]) => {
      const ways = edges.map(({ to }) => distances.get(to) ?? Number.POSITIVE_INFINITY);
      const least = Math.min(...ways) + 1;
      return least < (distances.get(phase) ?? Number.POSITIVE_INFINITY) ? [[phase, least] as const] : [];
    });
    for (const [phase, distance] of near) distances.set(phase, distance);
    grown = near.length > 0;
  }
  return distances;
}

/** A rule as a person would write it; values in JSON, which is YAML. */
function ruleText({ phase, turn }: Rule): readonly string[] {
  const members = Object.entries(turn).map(([key, value]) => `      ${key}: ${JSON.stringify(value)}`);
  return [`  - match: { phase: ${JSON.stringify(phase)} }`, '    turn:', ...members];
}
