import { isObject, type Json } from '../json.ts';
import { nearest, some } from '../suggest.ts';
import { readCarry } from './carry.ts';
import { type SkillContracts, SUB_SKILL } from './contract.ts';
import { graphNodes } from './graph-nodes.ts';
import { readGuard } from './guards.ts';
import { SHARED } from './names.ts';
import { checkKeys, member, membersOf, type Part, refuse, textOf } from './part.ts';
import type { ReadPhase } from './phases.ts';
import { type ArtifactType, type Edge, END } from './skill.ts';
import { subSkillNode } from './sub-skill.ts';

const EDGE_KEYS = ['to', 'when', 'carry', 'description'];

export type GraphContext = {
  readonly phases: ReadonlyMap<string, ReadPhase>;
  /** Artifact types that loaded. */
  readonly types: ReadonlyMap<string, ArtifactType>;
  readonly finalOutput: string | undefined;
};

/** Reads `graph`: every phase to its edges, in the order written; phases it does not name come last. */
export function readGraph(part: Part, context: GraphContext): Record<string, readonly Edge[]> {
  const graph: Record<string, readonly Edge[]> = {};
  const members = membersOf(part, 'a mapping of phases to edges');
  for (const [name, edges] of members ?? []) {
    if (!checkNode(edges, name, context)) continue;
    graph[name] = edgesOf(name, edges, context);
  }
  const sole = members === undefined && context.phases.size === 1;
  for (const [name, { canFinish }] of context.phases) {
    const named = Object.hasOwn(graph, name);
    if (named && !canFinish) continue;
    const edges = graph[name] ?? [];
    if (canFinish || sole) graph[name] = edges.some(({ to }) => to === END) ? edges : [...edges, endEdge()];
    else graph[name] = withoutEdges(part, name, members === undefined);
  }
  checkCandidates(part, context);
  return graph;
}

function endEdge(): Edge {
  return { to: END, when: [], carry: {} };
}

function withoutEdges(part: Part, name: string, noGraph: boolean): readonly Edge[] {
  if (part.report.findings.some(({ rule }) => rule === 'format/no-graph')) return [];
  const message = noGraph ? 'a skill of several phases needs a graph' : `the phase "${name}" has no edges`;
  const fix = `Add "${name}: [end]" under "graph"${noGraph ? ', and a line for each other phase' : ', or delete it'}.`;
  refuse(part, noGraph ? 'format/no-graph' : 'format/no-edges', message, fix);
  return [];
}

/** Whether `name` is a phase; reports what it is otherwise. */
function checkNode(part: Part, name: string, context: GraphContext): boolean {
  if (context.phases.has(name)) return true;
  if (name.startsWith(SUB_SKILL)) return false; // its own report says why
  const known = [...context.phases.keys()];
  const near = nearest(name, known);
  const place = name.startsWith(SHARED) ? `reyn/project/shared/phases/${name.slice(SHARED.length)}.md` : 'this skill';
  const fix =
    near === undefined ? `Define it, or name one of ${some(known)}.` : `Write "${near}", or define the phase.`;
  refuse(part, 'format/unknown-phase', `there is no phase "${name}" in ${place}`, fix);
  return false;
}

/** A list of edges, or one edge. An empty list is a leaf: it ends the run. */
function edgesOf(name: string, part: Part, context: GraphContext): readonly Edge[] {
  const { value } = part;
  if (typeof value === 'string' || isObject(value)) return [readEdge(part, context) ?? []].flat();
  if (!Array.isArray(value)) {
    refuse(
      part,
      'format/wrong-kind',
      `the edges of "${name}" are no list`,
      'Write a list of phases, e.g. [review, end].',
    );
    return [];
  }
  if (value.length === 0) return [endEdge()];
  const parts = value.map((_, index) => member(part, index));
  const edges = parts.flatMap((item) => {
    const edge = readEdge(item, context);
    return edge === undefined ? [] : [{ item, edge }];
  });
  if (context.phases.get(name)?.phase.modelClass !== 'none') {
    for (const [index, { item, edge }] of edges.entries()) {
      if (edges.findIndex(({ edge: { to } }) => to === edge.to) === index) continue;
      const fix = 'Make one edge of the two: a model chooses among targets.';
      refuse(item, 'format/two-edges', `"${name}" has two edges to "${edge.to}"`, fix);
    }
  }
  return edges.map(({ edge }) => edge);
}

function readEdge(part: Part, context: GraphContext): Edge | undefined {
  if (typeof part.value === 'string') {
    return checkTarget(part, part.value, context) ? { to: part.value, when: [], carry: {} } : undefined;
  }
  if (membersOf(part, 'a phase, "end" or { to, when, carry, description }') === undefined) return undefined;
  checkKeys(part, EDGE_KEYS, 'an edge');
  const toPart = member(part, 'to');
  const to = textOf(toPart);
  const names = [...context.phases.keys()];
  const when = readGuard(member(part, 'when'), names);
  const description = textOf(member(part, 'description'));
  if (to === undefined) {
    if (toPart.value === undefined) {
      refuse(part, 'format/missing-key', 'the edge leads nowhere', 'Add "to" with a phase or "end".');
    }
    return undefined;
  }
  const known = checkTarget(toPart, to, context);
  const carry = readCarry(member(part, 'carry'), known ? targetTypes(to, context) : [], names);
  return known ? { to, when, carry, ...(description === undefined ? {} : { description }) } : undefined;
}

function checkTarget(part: Part, to: string, context: GraphContext): boolean {
  return to === END || checkNode(part, to, context);
}

function targetTypes(to: string, context: GraphContext): ArtifactType[] {
  const names = to === END ? [context.finalOutput ?? ''] : (context.phases.get(to)?.phase.input ?? []);
  return names.flatMap((name) => context.types.get(name) ?? []);
}

/** The nodes of the graph that are other skills, as phases, with the artifact types they bring along. */
export function readSubSkills(
  part: Part,
  contracts: SkillContracts | undefined,
): { readonly phases: ReadonlyMap<string, ReadPhase>; readonly types: readonly ArtifactType[] } {
  if (!isObject(part.value)) return { phases: new Map(), types: [] };
  const names = graphNodes({ graph: part.value as Json }).filter((name) => name.startsWith(SUB_SKILL));
  const nodes = [...new Set(names)].flatMap((name) => {
    const own = member(part, name);
    const node = subSkillNode(own.value === undefined ? part : own, name, contracts);
    return node === undefined ? [] : [{ name, node }];
  });
  return {
    phases: new Map(nodes.map(({ name, node }) => [name, node.read])),
    types: nodes.flatMap(({ node }) => node.types),
  };
}

/** A model sees `shared/x` as `shared_x`; an own phase of that name would be the same candidate. */
function checkCandidates(part: Part, context: GraphContext): void {
  for (const name of context.phases.keys()) {
    const shown = name.replace('/', '_');
    if (shown === name || !context.phases.has(shown)) continue;
    const message = `the phases "${name}" and "${shown}" look the same to a model`;
    refuse(part, 'format/name', message, `Rename "${shown}".`);
  }
}
