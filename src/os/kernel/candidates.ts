import type { Candidate } from '../models/port.ts';
import type { ArtifactType, Edge, Phase, Skill } from '../skills/skill.ts';
import { END } from '../skills/skill.ts';
import { withoutCarried } from './carry.ts';
import { isOpen } from './guards.ts';
import type { RunState } from './state.ts';

/** A candidate with the edge it stands for; `abort` has none. */
export type Choice = { readonly candidate: Candidate; readonly edge?: Edge };

const ABORT: Choice = {
  candidate: { id: 'abort', kind: 'abort', description: 'The task cannot be done; say why in `reason`.' },
};

/** The edges a model may choose now, in the order of the graph, then `abort`. Empty when no edge is open. */
export function choices(skill: Skill, phase: Phase, state: RunState, input: RunState['input']): readonly Choice[] {
  const view = { visits: state.visits, input: input.artifact };
  const edges = skill.graph[phase.name] ?? [];
  const open = edges.filter((edge) => isOpen(edge, view)).flatMap((edge) => choicesOf(skill, edge));
  // of several open edges to one place the first counts, as everywhere in a graph
  const first = open.filter(({ candidate }, i) => open.findIndex((other) => other.candidate.id === candidate.id) === i);
  return first.length === 0 ? [] : [...first, ABORT];
}

const made = new WeakMap<Edge, readonly Choice[]>();

/** One choice per artifact type the edge's target takes. The same edge always gives the same objects. */
function choicesOf(skill: Skill, edge: Edge): readonly Choice[] {
  const known = made.get(edge);
  if (known !== undefined) return known;
  const types = targetTypes(skill, edge);
  const choicesMade = types.map((type) => ({ candidate: candidate(skill, edge, type, types.length > 1), edge }));
  made.set(edge, choicesMade);
  return choicesMade;
}

/** Artifact types that may leave along an edge: the target's inputs, or the skill's final output. */
export function targetTypes(skill: Skill, edge: Edge): readonly ArtifactType[] {
  const names = edge.to === END ? [skill.finalOutput] : (skill.phases[edge.to]?.input ?? []);
  return names.flatMap((name) => skill.artifacts[name] ?? []);
}

function candidate(skill: Skill, edge: Edge, type: ArtifactType, union: boolean): Candidate {
  const ends = edge.to === END;
  const description = edge.description ?? (ends ? skill.finalOutputDescription : undefined) ?? type.description;
  return {
    id: ends ? 'finish' : `to_${edge.to.replaceAll(/[/@]/g, '_')}${union ? `__${type.name}` : ''}`,
    kind: ends ? 'finish' : 'transition',
    ...(ends ? {} : { to: edge.to }),
    type: type.name,
    schema: withoutCarried(type.schema, edge),
    ...(description === undefined ? {} : { description }),
  };
}
