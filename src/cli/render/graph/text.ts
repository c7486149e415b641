import type { Edge, Skill } from '../../../os/skills/skill.ts';
import { clean, type Paint } from '../../output.ts';
import { END, noteOn, reachable, showCondition } from './plan.ts';

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
    return [`${bold(`● ${phase}`)}  ${dim(noteOn(skill, phase))}`, ...arrows].join('\n');
  });
  return `${blocks.join('\n│\n')}\n`;
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
