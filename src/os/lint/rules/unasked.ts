import type { ArtifactType, Edge, Phase } from '../../skills/skill.ts';
import { listed } from '../../suggest.ts';
import { defineFamily, type Subject } from '../rule.ts';
import { allLack, fieldAt, lacks, requiredOf } from '../schema/fields.ts';
import { isWritten, writtenBy } from '../skill-map.ts';

/**
 * What leaves a phase without a model is its input as its steps left it, validated against the target's type; along an
 * edge with `carry`, the fields of it that the target declares, and what `carry` fills. Nobody is asked to make it fit. Of
 * a node that is another skill it is what that skill gives.
 */
export const unasked = defineFamily({
  rules: [
    {
      id: 'carry/incomplete',
      severity: 'error',
      finds: 'an edge of a phase without a model to an artifact type whose required fields nothing fills',
      why: 'No model is there to write them, so the run fails.',
      fix: 'Fill every required field with `carry` or a step.',
    },
    {
      id: 'carry/left-over',
      severity: 'error',
      finds:
        'an edge without `carry`, of a phase without a model, to a closed artifact type that has no place for a field of its input',
      why: 'The field leaves with the rest, and the type refuses it, so the run fails.',
      fix: 'Say in `carry` what goes along: then only fields the target declares do. Or declare the field there.',
    },
  ],
  *check(subject) {
    for (const phase of subject.map.phases) {
      if (phase.modelClass !== 'none') continue;
      for (const [index, edge] of subject.map.edges(phase.name).entries()) {
        const misfit = misfitOf(subject, phase, edge);
        if (misfit === undefined) continue;
        const place = subject.map.edgePlace(phase.name, index);
        const { target, missing, over } = misfit;
        const who = `the phase "${phase.name}" has no model, and`;
        if (missing.length > 0) {
          yield {
            rule: 'carry/incomplete',
            place,
            message: `${who} nothing fills ${listed(missing)} of "${target}" on the edge to ${edge.to}`,
            fix: `Fill ${listed(missing)} with \`carry\` on this edge, or with a step of "${phase.name}" (\`into\`).`,
          };
        } else {
          yield {
            rule: 'carry/left-over',
            place,
            message: `${who} "${target}" on the edge to ${edge.to} has no place for ${listed(over)} of its input`,
            fix: `Fill a field of "${target}" with \`carry\` on this edge: then only what it declares goes along. Or declare ${listed(over)} there.`,
          };
        }
      }
    }
  },
});

type Misfit = { readonly target: string; readonly missing: readonly string[]; readonly over: readonly string[] };

/** Why none of the target's types takes what leaves; `undefined` when one may. */
function misfitOf({ map }: Subject, phase: Phase, edge: Edge): Misfit | undefined {
  const { gives } = phase;
  const written = gives === undefined ? writtenBy(phase.preprocessor) : new Set<string>();
  const inputs = gives === undefined ? map.inputTypes(phase) : [gives];
  if (written.has('*') || inputs.length === 0) return undefined;
  const misfits = map.typesOf(edge).map((target) => ({
    target: target.name,
    missing: requiredOf(target.schema).filter(
      (field) => !Object.hasOwn(edge.carry, field) && !isWritten(written, field) && allLack(inputs, [field]),
    ),
    over: sureFields(inputs).filter(
      (field) =>
        Object.keys(edge.carry).length === 0 &&
        target.schema.additionalProperties === false &&
        lacks(target.schema, [field]),
    ),
  }));
  return misfits.every(({ missing, over }) => missing.length + over.length > 0) ? misfits[0] : undefined;
}

/** Fields that every input has. */
function sureFields(inputs: readonly ArtifactType[]): readonly string[] {
  const [first, ...others] = inputs;
  if (first === undefined) return [];
  return requiredOf(first.schema).filter((field) => others.every(({ schema }) => fieldAt(schema, [field]).required));
}
