import type { Condition, Edge, Skill } from '../../os/skills/skill.ts';
import { clean, type Paint } from '../output.ts';

/** Target of an edge that ends the run. */
const END = 'end';

/**
 * The graph of a skill as text: a block per phase in the order a run may reach them, an arrow per edge with what must
 * hold, `⟲` where an edge leads back to a phase that stands above.
 */
export function drawGraph(skill: Skill, { bold, dim, cyan }: Paint): string {
  const order = reachable(skill);
  const place = new Map(order.map((phase, index) => [phase, index]));
  const blocks = order.map((phase, index) => {
    const edges = skill.graph[phase] ?? [];
    const arrows = edges.map((edge, i) => {
      const branch = i === edges.length - 1 ? '└─▶' : '├─▶';
      const back = edge.to !== END && (place.get(edge.to) ?? 0) <= index ? ' ⟲' : '';
      const target = edge.to === END ? `end  ${dim(`gives ${skill.finalOutput}`)}` : `${cyan(edge.to)}${back}`;
      return `${branch} ${target}${notes(edge, dim)}`;
    });
    return [`${bold(`● ${phase}`)}  ${dim(about(skill, phase))}`, ...arrows].join('\n');
  });
  return `${blocks.join('\n│\n')}\n`;
}

/** Phases from the entry on, breadth first. */
function reachable(skill: Skill): string[] {
  const found = [skill.entry];
  for (const phase of found) {
    for (const { to } of skill.graph[phase] ?? []) if (to !== END && !found.includes(to)) found.push(to);
  }
  return found;
}

function about(skill: Skill, name: string): string {
  const phase = skill.phases[name];
  if (phase === undefined) return name.startsWith('@') ? 'runs this skill' : '';
  const takes = `takes ${phase.input.join(' | ')}`;
  return phase.modelClass === 'none' ? `${takes} · no model` : `${takes} · ${phase.modelClass}`;
}

function notes(edge: Edge, dim: Paint['dim']): string {
  const conditions = edge.when.map(showCondition);
  const carried = Object.entries(edge.carry).map(([field, from]) => `${field} = ${from.path}`);
  const parts = [
    ...(conditions.length === 0 ? [] : [`when ${conditions.join(' and ')}`]),
    ...(carried.length === 0 ? [] : [`carries ${carried.join(', ')}`]),
    ...(edge.description === undefined ? [] : [`“${clean(edge.description)}”`]),
  ];
  return parts.length === 0 ? '' : `  ${dim(parts.join(' · '))}`;
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
