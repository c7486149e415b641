import type { ArtifactType, Condition } from '../../skills/skill.ts';
import { didYouMean, listed, some } from '../../suggest.ts';
import { defineFamily } from '../rule.ts';
import { allLack, siblingsAt } from '../schema/fields.ts';
import { type GuardPlace, isWritten } from '../skill-map.ts';

/** A guard can only look at what is there. */
export const guardFields = defineFamily({
  rules: [
    {
      id: 'guard/unknown-field',
      severity: 'error',
      finds: 'a guard on a field that the artifact it looks at does not declare',
      why: 'An absent path fails its guard, so the edge or step is never open.',
      fix: 'Name a declared field, or declare this one in the artifact type.',
    },
  ],
  *check({ map }) {
    for (const place of map.guards) {
      for (const condition of place.guard) {
        const types = typesSeen(condition, place);
        if (types === undefined || !allLack(types, condition.segments)) continue;
        const names = listed(
          types.map(({ name }) => name),
          'or',
        );
        const known = siblings(types, condition.segments);
        yield {
          rule: 'guard/unknown-field',
          place: place.at(condition.path),
          message: `the guard looks at "${condition.path}", but ${whose(condition, place)} (${names}) declares no such field${didYouMean(condition.segments.at(-1) ?? '', known)}`,
          fix:
            known.length === 0
              ? `Declare "${condition.segments.join('.')}" in the artifact type ${names}, or guard on something else.`
              : `Name one of its fields (${some(known)}), or declare "${condition.segments.join('.')}" in ${names}.`,
        };
      }
    }
  },
});

/** The artifact types a condition looks into; `undefined` when it looks elsewhere or a step may have put it there. */
export function typesSeen(condition: Condition, place: GuardPlace): readonly ArtifactType[] | undefined {
  const [first] = condition.segments;
  if (condition.root === 'visits' || first === undefined) return undefined;
  if (isWritten(place.written, first)) return undefined;
  return condition.root === 'input' ? place.inputs : place.artifacts;
}

function whose(condition: Condition, place: GuardPlace): string {
  if (place.edge === undefined) return 'the artifact of the step';
  if (condition.root === 'input') return `the input of "${place.phase}"`;
  return `what leaves "${place.phase}" for ${place.edge.to}`;
}

/** Names declared where the path leaves what is known. */
export function siblings(types: readonly ArtifactType[], path: readonly string[]): readonly string[] {
  return [...new Set(types.flatMap(({ schema }) => siblingsAt(schema, path)))];
}
