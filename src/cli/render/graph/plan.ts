import type { Condition, Edge, Skill } from '../../../os/skills/skill.ts';
import { clean } from '../../output.ts';

/** Target of an edge that ends the run. */
export const END = 'end';

/** What a box of a drawn graph is: a phase with a model, one without, another skill, or the end. */
export type Shape = 'phase' | 'steps' | 'skill' | 'end';

/** A graph as it is drawn, whatever the form. */
export type Plan = {
  readonly name: string;
  readonly about: string;
  readonly nodes: readonly PlanNode[];
  readonly edges: readonly PlanEdge[];
};

export type PlanNode = {
  /** Its node in the skill's graph. */
  readonly name: string;
  readonly shape: Shape;
  /** Where a run begins. */
  readonly entry: boolean;
  /** What stands below the name. */
  readonly note: string;
  /** How often a run was there; absent where no run is shown. */
  readonly times?: number;
};

export type PlanEdge = {
  readonly from: string;
  readonly to: string;
  /** Guards and what is carried, a line each. */
  readonly label: readonly string[];
  readonly description?: string;
  readonly times?: number;
};

/** The way a run took: from which phase to which, in order. */
export type Way = readonly { readonly from: string; readonly to: string | undefined }[];

/** The skill's graph from its entry on; with the way of a run, how often it went where. */
export function planOf(skill: Skill, way?: Way): Plan {
  const order = reachable(skill);
  const edges = order.flatMap((from) => (skill.graph[from] ?? []).map((edge) => planEdge(from, edge, way)));
  const ends = edges.some(({ to }) => to === END);
  const nodes = order.map((name) => planNode(skill, name, way));
  const end: PlanNode = { name: END, shape: 'end', entry: false, note: `gives ${skill.finalOutput}`, ...at(END, way) };
  return { name: skill.name, about: clean(skill.description), nodes: ends ? [...nodes, end] : nodes, edges };
}

/** Phases from the entry on, breadth first. */
export function reachable(skill: Skill): string[] {
  const found = [skill.entry];
  for (const phase of found) {
    for (const { to } of skill.graph[phase] ?? []) if (to !== END && !found.includes(to)) found.push(to);
  }
  return found;
}

function planNode(skill: Skill, name: string, way: Way | undefined): PlanNode {
  const phase = skill.phases[name];
  const shape = name.startsWith('@') ? 'skill' : phase?.modelClass === 'none' ? 'steps' : 'phase';
  return { name, shape, entry: name === skill.entry, note: noteOn(skill, name), ...at(name, way) };
}

/** What a phase takes and who carries it out. */
export function noteOn(skill: Skill, name: string): string {
  const phase = skill.phases[name];
  if (phase === undefined) return name.startsWith('@') ? 'runs this skill' : '';
  const takes = `takes ${phase.input.join(' | ')}`;
  return phase.modelClass === 'none' ? `${takes} · no model` : `${takes} · ${phase.modelClass}`;
}

function at(name: string, way: Way | undefined): { times?: number } {
  if (way === undefined) return {};
  return { times: way.filter(({ from, to }) => (name === END ? to : from) === name).length };
}

function planEdge(from: string, edge: Edge, way: Way | undefined): PlanEdge {
  const carried = Object.entries(edge.carry).map(([field, { path }]) => `${field} = ${path}`);
  const times = way === undefined ? {} : { times: way.filter((leg) => leg.from === from && leg.to === edge.to).length };
  return {
    from,
    to: edge.to,
    label: [...edge.when.map((condition) => `when ${showCondition(condition)}`), ...carried].map((line) => clean(line)),
    ...(edge.description === undefined ? {} : { description: clean(edge.description) }),
    ...times,
  };
}

const SIGNS: Readonly<Record<string, string>> = {
  minimum: '≥',
  maximum: '≤',
  exclusiveMinimum: '>',
  exclusiveMaximum: '<',
  const: '=',
};

/** `visits.revise ≤ 2`; a schema that is no single comparison is shown as it is. */
export function showCondition({ path, schema }: Condition): string {
  const [[keyword, value] = ['', null], ...more] = Object.entries(schema);
  const sign = SIGNS[keyword];
  if (sign !== undefined && more.length === 0) return `${path} ${sign} ${JSON.stringify(value)}`;
  if (keyword === 'enum' && more.length === 0) return `${path} in ${JSON.stringify(value)}`;
  return `${path} fits ${JSON.stringify(schema)}`;
}
