import { oneLine } from '../../output.ts';
import type { Plan, PlanEdge, PlanNode, Shape } from './plan.ts';

/** Longest line of a label, in columns. */
const WIDTH = 60;

/** What stands around a label, by shape. */
const BRACKETS: Readonly<Record<Shape, readonly [string, string]>> = {
  phase: ['["', '"]'],
  steps: ['{{"', '"}}'],
  skill: ['[["', '"]]'],
  end: ['(["', '"])'],
};

/** A graph as a Mermaid flowchart. Nodes have ids of their own, so that no name can be a word of the language. */
export function mermaidOf(plan: Plan): string {
  const ids = new Map(plan.nodes.map(({ name }, index) => [name, `n${index}`]));
  const idOf = (name: string) => ids.get(name) ?? 'n';
  const entry = plan.nodes.find((node) => node.entry);
  const taken = plan.edges.flatMap(({ times = 0 }, index) => (times > 0 ? [index + 1] : []));
  const been = plan.nodes.filter(({ times = 0 }) => times > 0).map(({ name }) => idOf(name));
  return [
    'flowchart TD',
    `  accTitle: Graph of ${plan.name}`,
    '  start(( ))',
    ...plan.nodes.map((node) => `  ${idOf(node.name)}${nodeLabel(node)}`),
    ...(entry === undefined ? [] : [`  start --> ${idOf(entry.name)}`]),
    ...plan.edges.map((edge) => `  ${idOf(edge.from)} -->${edgeLabel(edge)} ${idOf(edge.to)}`),
    ...(been.length === 0
      ? []
      : ['  classDef taken stroke:#2da44e,stroke-width:3px', `  class ${been.join(',')} taken`]),
    ...(taken.length === 0 ? [] : [`  linkStyle ${taken.join(',')} stroke:#2da44e,stroke-width:3px`]),
    '',
  ].join('\n');
}

function nodeLabel({ name, shape, note, times }: PlanNode): string {
  const [open, close] = BRACKETS[shape];
  const count = times !== undefined && times > 1 ? ` × ${times}` : '';
  return `${open}${[`${name}${count}`, note]
    .filter((line) => line !== '')
    .map(escaped)
    .join('<br/>')}${close}`;
}

function edgeLabel({ label, times }: PlanEdge): string {
  const lines = [...(times !== undefined && times > 1 ? [`× ${times}`] : []), ...label];
  return lines.length === 0 ? '' : `|"${lines.map(escaped).join('<br/>')}"|`;
}

/** Text inside quotes: everything that means something to Mermaid, Markdown or HTML as a character code. */
function escaped(text: string): string {
  return oneLine(text, WIDTH).replace(/["#&<>`\\|$]/g, (char) => `#${char.codePointAt(0)};`);
}
