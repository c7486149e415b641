import { isObject, type Json } from '../../json.ts';
import { USER_MESSAGE } from '../../skills/skill.ts';
import { defineFamily } from '../rule.ts';

export const artifacts = defineFamily({
  rules: [
    {
      id: 'artifacts/unused',
      severity: 'warning',
      finds: 'an artifact type that no phase takes and that is not the final output',
      why: 'It is read by nobody; usually a phase was renamed or deleted.',
      fix: 'Delete it, or make it the input of a phase.',
    },
  ],
  *check({ skill, map }) {
    const direct = new Set([
      skill.finalOutput,
      skill.postprocessor?.outputName,
      ...map.phases.flatMap(({ input }) => input),
    ]);
    const idle = Object.keys(skill.artifacts).filter((name) => !direct.has(name) && name !== USER_MESSAGE.name);
    if (idle.length === 0) return;
    const named = new Set(Object.values(skill.artifacts).flatMap(({ schema }) => [...memberTypes(schema)]));
    for (const name of idle.filter((one) => !named.has(one))) {
      yield {
        rule: 'artifacts/unused',
        place: map.artifactPlace(name),
        message: `no phase takes the artifact type "${name}", and it is not the final output`,
        fix: `Delete "${name}", or make it the \`input\` of a phase.`,
      };
    }
  },
});

/** Types a schema names with `x-reyn-members-of`. Depth is bounded: schemas are capped when they are read. */
function* memberTypes(schema: Json): Iterable<string> {
  if (Array.isArray(schema)) for (const item of schema) yield* memberTypes(item);
  if (!isObject(schema)) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'x-reyn-members-of') yield* [value].flat().filter((name) => typeof name === 'string');
    else yield* memberTypes(value as Json);
  }
}
