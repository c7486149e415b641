import { columnsOf, oneLine } from '../../output.ts';
import { type Box, loopOf, outlineOf, type Point, touch } from './geometry.ts';
import type { Plan, PlanEdge, PlanNode } from './plan.ts';

/** Sizes in pixels. Text is not measured but estimated from its columns, a little too wide rather than too narrow. */
export const LINE = 15;
const PAD = { x: 16, y: 10 } as const;
const PER_COLUMN = { name: 8.6, note: 6.3, label: 6.3 } as const;
const MAX_COLUMNS = 48;
const MARGIN = 20;
/** Room above the first phase for the mark of the entry. */
export const ENTRY = 28;

export type PlacedNode = Box & { readonly node: PlanNode };
export type PlacedEdge = {
  readonly edge: PlanEdge;
  /** The first on the border of one box, the last on that of the other. */
  readonly points: readonly Point[];
  readonly lines: readonly string[];
  readonly label: Box;
};
export type Placed = {
  /** What all of it lies in. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
};

/** Where every box, line and label of a graph goes, from top to bottom. */
export async function placed(plan: Plan): Promise<Placed> {
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph({ directed: true, multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 48, ranksep: 44, edgesep: 28 });
  for (const node of plan.nodes) {
    const { width, height } = sizeOf(node);
    graph.setNode(node.name, { width: width + 2 * loopRoom(plan, node), height });
  }
  for (const [index, edge] of plan.edges.entries()) {
    if (edge.from !== edge.to) graph.setEdge(edge.from, edge.to, { ...labelSize(edge), labelpos: 'c' }, String(index));
  }
  layout(graph);
  const nodes = plan.nodes.map((node): PlacedNode => {
    const { x = 0, y = 0 } = graph.node(node.name) as Partial<Point>;
    return { node, x, y, ...sizeOf(node) };
  });
  const boxes = new Map(nodes.map((each) => [each.node.name, each]));
  const edges = plan.edges.flatMap((edge, index): PlacedEdge[] => {
    const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
    if (from === undefined || to === undefined) return [];
    const lines = linesOf(edge);
    const size = labelSize(edge);
    if (from === to) {
      const points = loopOf(from, 26);
      return [{ edge, lines, points, label: { x: from.x + from.width / 2 + 28 + size.width / 2, y: from.y, ...size } }];
    }
    const { points = [], x = 0, y = 0 } = graph.edge(edge.from, edge.to, String(index));
    return [{ edge, lines, points: ended(points, from, to), label: { x, y, ...size } }];
  });
  return { nodes, edges, ...frameOf(nodes, edges) };
}

/** A line from border to border, whatever the boxes were laid out as. */
function ended(points: readonly Point[], from: PlacedNode, to: PlacedNode): Point[] {
  const inner = points.slice(1, -1);
  const [first = to, last = from] = [inner[0], inner.at(-1)];
  return [
    touch(from, outlineOf(from.node.shape, from), first),
    ...inner,
    touch(to, outlineOf(to.node.shape, to), last),
  ];
}

function frameOf(nodes: readonly PlacedNode[], edges: readonly PlacedEdge[]) {
  const boxes: readonly Box[] = [
    ...nodes.map((box) => (box.node.entry ? { ...box, y: box.y - ENTRY / 2, height: box.height + ENTRY } : box)),
    ...edges.flatMap(({ label, points }) => [label, ...points.map((point) => ({ ...point, width: 0, height: 0 }))]),
  ].filter(({ x, y }) => x !== 0 || y !== 0);
  const left = Math.min(...boxes.map(({ x, width }) => x - width / 2)) - MARGIN;
  const top = Math.min(...boxes.map(({ y, height }) => y - height / 2)) - MARGIN;
  const right = Math.max(...boxes.map(({ x, width }) => x + width / 2)) + MARGIN;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height / 2)) + MARGIN;
  return { left, top, width: right - left, height: bottom - top };
}

/** Room beside a box for the edges that lead back to it at once. */
function loopRoom({ edges }: Plan, { name }: PlanNode): number {
  const loops = edges.filter(({ from, to }) => from === name && to === name);
  return loops.length === 0 ? 0 : 30 + Math.max(...loops.map((edge) => labelSize(edge).width));
}

function sizeOf({ name, note, times, shape }: PlanNode): { width: number; height: number } {
  const text = Math.max(columnsOf(counted(name, times)) * PER_COLUMN.name, columnsOf(noteLine(note)) * PER_COLUMN.note);
  const slanted = shape === 'steps' || shape === 'skill' ? 20 : 0;
  return { width: Math.max(90, text + 2 * PAD.x + slanted), height: (note === '' ? 20 : 38) + PAD.y };
}

function labelSize(edge: PlanEdge): { width: number; height: number } {
  const lines = linesOf(edge);
  if (lines.length === 0) return { width: 0, height: 0 };
  const width = Math.max(...lines.map((line) => columnsOf(line))) * PER_COLUMN.label + 10;
  return { width, height: lines.length * LINE + 4 };
}

/** `review × 2`. */
export function counted(name: string, times: number | undefined): string {
  return times !== undefined && times > 1 ? `${name} × ${times}` : name;
}

export function noteLine(note: string): string {
  return oneLine(note, MAX_COLUMNS);
}

function linesOf({ label, times }: PlanEdge): string[] {
  const count = times !== undefined && times > 1 ? [`× ${times}`] : [];
  return [...count, ...label.map((line) => oneLine(line, MAX_COLUMNS))];
}
