import { Option } from 'commander';
import type { RunDetail } from '../os/runs/summary.ts';
import type { Skill } from '../os/skills/skill.ts';
import { type Cli, result, tell } from './cli.ts';
import { paint } from './output.ts';
import { mermaidOf } from './render/graph/mermaid.ts';
import { planOf, type Way } from './render/graph/plan.ts';
import { svgOf } from './render/graph/svg.ts';
import { drawGraph } from './render/graph/text.ts';

export const GRAPH_FORMS = ['text', 'mermaid', 'svg'] as const;
export type GraphForm = (typeof GRAPH_FORMS)[number];

/** `--graph [form]`. */
export function graphOption(
  about: string,
  standard: GraphForm = 'text',
  forms: readonly GraphForm[] = GRAPH_FORMS,
): Option {
  return new Option('--graph [form]', about).choices(forms).preset(standard);
}

/** Writes a skill's graph, with the way of a run where one is given. */
export async function writeGraph(cli: Cli, form: GraphForm, skill: Skill, way?: Way): Promise<void> {
  const style = paint(cli.screen.color.out && !cli.screen.json);
  const plan = planOf(skill, way);
  const text = form === 'text' ? drawGraph(skill, style) : form === 'mermaid' ? mermaidOf(plan) : await svgOf(plan);
  result(cli, { skill: skill.name, form, graph: text }, () => text);
  if (form === 'svg' && cli.io.stdout.isTTY) tell(cli, `Keep it in a file: … --graph svg > ${skill.name}.svg`);
}

/** From which phase to which a run went. */
export function wayOf({ visits }: RunDetail): Way {
  return visits.map(({ phase, left }) => ({ from: phase, to: left?.to }));
}
