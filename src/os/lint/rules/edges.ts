import { canonicalJson } from '../../json.ts';
import type { Edge, Guard, Phase } from '../../skills/skill.ts';
import { defineFamily, type Report, type Subject } from '../rule.ts';

/** In every phase some edge can be taken, whatever the guards say, and every edge can be the one. */
export const edges = defineFamily({
  rules: [
    {
      id: 'graph/no-open-edge',
      severity: 'error',
      finds: 'a phase with a model whose edges all have a guard on `visits` or `input`',
      why: 'When none of these guards holds the model has no candidate, and the run fails with `no_candidate`.',
      fix: 'Add an edge without a guard on `visits` or `input`, as the way out.',
    },
    {
      id: 'graph/last-edge-guarded',
      severity: 'error',
      finds: 'a `model_class: none` phase whose last edge has a guard',
      why: 'Edges are tried in order and nobody is asked: when no guard holds, the run fails.',
      fix: 'End the list with an edge without `when`.',
    },
    {
      id: 'graph/never-taken',
      severity: 'error',
      finds: 'an edge of a `model_class: none` phase that an earlier edge always comes before',
      why: 'The first edge that holds is taken, and the earlier one holds whenever this one does.',
      fix: 'Move it in front of the earlier edge, give that one a guard, or delete it.',
    },
  ],
  *check(subject) {
    for (const phase of subject.map.phases) {
      const list = subject.map.edges(phase.name);
      if (list.length === 0) continue;
      if (phase.modelClass === 'none') {
        yield* lastEdge(subject, phase, list);
        yield* shadowed(subject, phase, list);
      } else yield* openEdge(subject, phase, list);
    }
  },
});

function* openEdge({ map }: Subject, phase: Phase, list: readonly Edge[]): Iterable<Report<'graph/no-open-edge'>> {
  if (list.some((edge) => edge.when.every(({ root }) => root === 'artifact'))) return;
  yield {
    rule: 'graph/no-open-edge',
    place: map.skillPlace('graph', phase.name),
    message: `every edge of the phase "${phase.name}" has a guard on visits or input: the model may be left without a candidate`,
    fix: `Add an edge of "${phase.name}" without such a guard, e.g. \`end\`, as the way out when the others are closed.`,
  };
}

function* lastEdge({ map }: Subject, phase: Phase, list: readonly Edge[]): Iterable<Report<'graph/last-edge-guarded'>> {
  const last = list.at(-1);
  if (last === undefined || last.when.length === 0) return;
  yield {
    rule: 'graph/last-edge-guarded',
    place: map.edgePlace(phase.name, list.length - 1, 'when'),
    message: `the last edge of the phase "${phase.name}", which has no model, has a guard: the run fails when no guard holds`,
    fix: `Take \`when\` off the last edge, or add an edge without \`when\` after it.`,
  };
}

/** The first edge that holds is taken, wherever it leads. */
function* shadowed({ map }: Subject, phase: Phase, list: readonly Edge[]): Iterable<Report<'graph/never-taken'>> {
  const guards = list.map(({ when }) => guardKeys(when));
  for (const [index, edge] of list.entries()) {
    const own = guards[index] ?? [];
    const before = guards.findIndex((guard, nth) => nth < index && guard.every((condition) => own.includes(condition)));
    const earlier = list[before];
    if (earlier === undefined) continue;
    const open = earlier.when.length === 0;
    yield {
      rule: 'graph/never-taken',
      place: map.edgePlace(phase.name, index),
      message: `edge ${index + 1} of the phase "${phase.name}" (to ${edge.to}) is never taken: edge ${before + 1} (to ${earlier.to}) ${open ? 'has no guard and comes first' : 'comes first and holds whenever this one does'}`,
      fix: open
        ? `Move this edge in front of edge ${before + 1}, give edge ${before + 1} a \`when\`, or delete one of them.`
        : `Give the two edges guards that differ, or delete one of them.`,
    };
  }
}

/** Each condition as text: equal conditions give equal texts, however their paths are written. */
function guardKeys(guard: Guard): readonly string[] {
  return guard.map(({ root, segments, schema }) => canonicalJson([root, [...segments], schema]));
}
