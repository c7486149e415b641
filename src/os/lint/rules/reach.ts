import { END } from '../../skills/skill.ts';
import { defineFamily } from '../rule.ts';

/** Every phase can be entered, and from every phase that is entered the run can end. */
export const reach = defineFamily({
  rules: [
    {
      id: 'graph/unreachable-phase',
      severity: 'error',
      finds: 'a phase no path from the entry leads to',
      why: 'It never runs; usually an edge was forgotten or a name changed.',
      fix: 'Add an edge to it in `graph`, or delete the phase.',
    },
    {
      id: 'graph/no-path-to-end',
      severity: 'error',
      finds: 'a phase from which no path leads to `end`',
      why: 'A run that enters it can only stop by a limit.',
      fix: 'Add `end`, or an edge to a phase that leads there, to its edges.',
    },
  ],
  *check({ skill, document, map }) {
    for (const { name } of map.phases) {
      if (map.reachable.has(name) && map.ending.has(name)) continue;
      const drawn = Object.hasOwn(graphOf(document.raw.skill), name);
      const place = drawn ? map.skillPlace('graph', name) : map.phasePlace(name);
      if (!map.reachable.has(name)) {
        yield {
          rule: 'graph/unreachable-phase',
          place,
          message: `no path leads from the entry "${skill.entry}" to the phase "${name}"`,
          fix: `Add an edge to "${name}" in \`graph\`, or delete the phase.`,
        };
      } else {
        const edges = map.edges(name);
        yield {
          rule: 'graph/no-path-to-end',
          place,
          message:
            edges.length === 0
              ? `the phase "${name}" has no edges, so a run that enters it cannot end`
              : `no path leads from the phase "${name}" to ${END}`,
          fix: `Add \`${END}\`, or an edge to a phase that leads there, to the edges of "${name}" in \`graph\`.`,
        };
      }
    }
  },
});

function graphOf(raw: Record<string, unknown>): object {
  return typeof raw.graph === 'object' && raw.graph !== null ? raw.graph : {};
}
