import type { JsonSchema } from '../../schema.ts';
import { type ArtifactType, END } from '../../skills/skill.ts';
import { didYouMean, listed, some } from '../../suggest.ts';
import { defineFamily, type Report, type Subject } from '../rule.ts';
import { allLack, fieldAt, requiredOf } from '../schema/fields.ts';
import { cannotMeet, showTypes } from '../schema/types.ts';
import { isWritten } from '../skill-map.ts';
import { type CarryUse, mayBeAbsent, sourceOf } from './carry-source.ts';
import { siblings } from './guard-fields.ts';

/** What `carry` takes is there when the edge is taken, and fits where it goes. */
export const carry = defineFamily({
  rules: [
    {
      id: 'carry/unknown-source',
      severity: 'error',
      finds: 'a `carry` path to a field its source does not declare, or to a phase that cannot have been left before',
      why: 'There is nothing to carry, and the model is not shown the field.',
      fix: 'Name a declared field of the input, of the input of the run, or of a phase on the way here.',
    },
    {
      id: 'carry/type-mismatch',
      severity: 'error',
      finds: 'a `carry` from a field of one type to a field of another',
      why: 'The merged artifact can never be valid.',
      fix: 'Carry another field, or give both the same type.',
    },
    {
      id: 'carry/may-be-absent',
      severity: 'warning',
      finds: 'a required field that `carry` fills from something that may be absent',
      why: 'The model may not write a carried field, so where the source is absent no reply is valid.',
      fix: 'Make the source required, guard the edge, or make the target field optional.',
    },
  ],
  *check(subject) {
    for (const phase of subject.map.phases) {
      for (const [index, edge] of subject.map.edges(phase.name).entries()) {
        for (const [field, path] of Object.entries(edge.carry)) {
          yield* carried(subject, { phase, index, edge, field, path });
        }
      }
    }
  },
});

type Carried = CarryUse & { readonly index: number; readonly field: string };

type Found = Report<'carry/unknown-source' | 'carry/type-mismatch' | 'carry/may-be-absent'>;

function* carried(subject: Subject, one: Carried): Iterable<Found> {
  const { map } = subject;
  const { phase, index, edge, field, path } = one;
  const place = map.edgePlace(phase.name, index, 'carry', field);
  const from = sourceOf(subject, one);
  if (from.never !== undefined) {
    const message = `"${field}" is carried from "${path.path}", but ${from.never}`;
    const fix = 'Carry from `input`, `run.input`, or a phase that leads to this one.';
    yield { rule: 'carry/unknown-source', place, message, fix };
    return;
  }
  if (allLack(from.types, path.segments) && !isWritten(from.written, path.segments[0] ?? '')) {
    const names = listed(
      from.types.map(({ name }) => name),
      'or',
    );
    const known = siblings(from.types, path.segments);
    const near = didYouMean(path.segments.at(-1) ?? '', known);
    yield {
      rule: 'carry/unknown-source',
      place,
      message: `"${field}" is carried from "${path.path}", but ${from.what} (${names}) declares no such field${near}`,
      fix: known.length === 0 ? `Declare the field in ${names}.` : `Name one of its fields: ${some(known)}.`,
    };
    return;
  }
  const mismatch = clashOf(map.typesOf(edge), field, from.types, path.segments);
  if (mismatch !== undefined) {
    const { was, is } = mismatch;
    const goal = edge.to === END ? 'the final output' : `the input of "${edge.to}"`;
    yield {
      rule: 'carry/type-mismatch',
      place,
      message: `"${path.path}" is ${was}, but "${field}" of ${goal} is ${is}`,
      fix: `Carry a field that is ${is}, or change the type of one of the two.`,
    };
    return;
  }
  if (!map.typesOf(edge).some(({ schema }) => requiredOf(schema).includes(field))) return;
  const why = mayBeAbsent(subject, one, from);
  if (why === undefined) return;
  yield {
    rule: 'carry/may-be-absent',
    place,
    message: `"${field}" is required and carried from "${path.path}", but ${why}`,
    fix: `Guard the edge on it, make "${field}" optional, or carry from something that is always there.`,
  };
}

/** The two types, as a message says them, when no value could be both; only where both are known. */
function clashOf(
  targets: readonly ArtifactType[],
  field: string,
  sources: readonly ArtifactType[],
  path: readonly string[],
): { was: string; is: string } | undefined {
  const to = targets.map(({ schema }) => rootedAt(schema, [field]));
  const from = sources.map(({ schema }) => rootedAt(schema, path));
  const [source] = from;
  const [target] = to;
  if (source === undefined || target === undefined) return undefined;
  const apart = to.every((one) => one !== undefined && from.every((at) => at !== undefined && cannotMeet(at, one)));
  if (!apart) return undefined;
  return { was: showTypes(source.root, source.schema), is: showTypes(target.root, target.schema) };
}

/** The one schema at a path; `undefined` where there are none or several. */
function rootedAt(root: JsonSchema, path: readonly string[]) {
  const field = fieldAt(root, path);
  const [schema, ...rest] = field.schemas;
  return schema === undefined || rest.length > 0 || field.open ? undefined : { root, schema };
}
