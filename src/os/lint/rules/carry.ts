import type { JsonSchema } from '../../schema.ts';
import { type ArtifactType, type CarryPath, type Edge, END, type Phase } from '../../skills/skill.ts';
import { defineFamily, type Report, type Subject } from '../rule.ts';
import { allLack, fieldAt, requiredOf } from '../schema/fields.ts';
import { cannotMeet, showTypes } from '../schema/types.ts';
import { phaseOf, writtenBy } from '../skill-map.ts';
import { didYouMean, listed } from '../suggest.ts';
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
    {
      id: 'carry/incomplete',
      severity: 'error',
      finds: 'an edge of a phase without a model to an artifact type whose required fields nothing fills',
      why: 'No model is there to write them, so the run fails.',
      fix: 'Fill every required field with `carry` or a step.',
    },
  ],
  *check(subject) {
    for (const phase of subject.map.phases) {
      for (const [index, edge] of subject.map.edges(phase.name).entries()) {
        for (const [field, path] of Object.entries(edge.carry)) {
          yield* carried(subject, { phase, index, edge, field, path });
        }
        if (phase.modelClass === 'none') yield* incomplete(subject, phase, edge, index);
      }
    }
  },
});

type Carried = {
  readonly phase: Phase;
  readonly index: number;
  readonly edge: Edge;
  readonly field: string;
  readonly path: CarryPath;
};

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
  const names = listed(
    from.types.map(({ name }) => name),
    'or',
  );
  if (allLack(from.types, path.segments) && !from.written.has('*') && !from.written.has(path.segments[0] ?? '*')) {
    const known = siblings(from.types, path.segments);
    const near = didYouMean(path.segments.at(-1) ?? '', known);
    yield {
      rule: 'carry/unknown-source',
      place,
      message: `"${field}" is carried from "${path.path}", but ${from.what} (${names}) declares no such field${near}`,
      fix: known.length === 0 ? `Declare the field in ${names}.` : `Name one of its fields: ${known.join(', ')}.`,
    };
    return;
  }
  const targets = map.typesOf(edge).map(({ schema }) => rootedAt(schema, [field]));
  const sources = from.types.map(({ schema }) => rootedAt(schema, path.segments));
  const source = sources.find((rooted) => rooted !== undefined);
  const target = targets.find((rooted) => rooted !== undefined);
  if (source === undefined || target === undefined) return;
  const clash = targets.every(
    (to) => to !== undefined && sources.every((at) => at !== undefined && cannotMeet(at, to)),
  );
  if (clash) {
    const [was, is] = [showTypes(source.root, source.schema), showTypes(target.root, target.schema)];
    const message = `"${path.path}" is ${was}, but "${field}" of ${edge.to === END ? 'the final output' : `the input of "${edge.to}"`} is ${is}`;
    yield {
      rule: 'carry/type-mismatch',
      place,
      message,
      fix: `Carry a field that is ${is}, or change the type of one of the two.`,
    };
    return;
  }
  const needed = map.typesOf(edge).some(({ schema }) => requiredOf(schema).includes(field));
  const why = needed ? from.absent : undefined;
  if (why === undefined) return;
  yield {
    rule: 'carry/may-be-absent',
    place,
    message: `"${field}" is required and carried from "${path.path}", but ${why}`,
    fix: `Guard the edge on it, make "${field}" optional, or carry from something that is always there.`,
  };
}

type Source = {
  readonly what: string;
  readonly types: readonly ArtifactType[];
  readonly written: ReadonlySet<string>;
  /** Why nothing can ever be there. */
  readonly never?: string;
  /** Why there may be nothing there. */
  readonly absent?: string;
};

function sourceOf(subject: Subject, one: Carried): Source {
  const { skill, map } = subject;
  const { path, phase } = one;
  if (path.root === 'input') {
    const types = map.inputTypes(phase);
    const guarded = one.edge.when.some(
      ({ root, segments }) => root === 'input' && path.segments.every((part, nth) => segments[nth] === part),
    );
    const source = { what: `the input of "${phase.name}"`, types, written: writtenBy(phase.preprocessor) };
    return guarded ? source : { ...source, ...optional(types, path) };
  }
  if (path.root === 'run_input') {
    const entry = phaseOf(skill, skill.entry);
    const types = entry === undefined ? [] : map.inputTypes(entry);
    return { what: 'the input of the run', types, written: new Set(), ...optional(types, path) };
  }
  return phaseSource(subject, one, path.phase ?? '');
}

function phaseSource({ skill, map }: Subject, one: Carried, name: string): Source {
  const { phase, edge, path } = one;
  const from = phaseOf(skill, name);
  const types = from === undefined ? [] : leaving(map.inputTypes(from), map.leavingTypes(from), from);
  const written = new Set(from?.modelClass === 'none' ? writtenBy(from.preprocessor) : []);
  const source = { what: `what leaves "${name}"`, types, written };
  if (!map.after(name).has(phase.name)) {
    return {
      ...source,
      never: `"${name}" cannot have been left before "${phase.name}": no path leads from one to the other`,
    };
  }
  const guarded = edge.when.some(
    ({ root, segments, schema }) => root === 'visits' && segments.join('.') === name && Number(schema.minimum) >= 1,
  );
  if (guarded) return source;
  const around = phase.name === skill.entry || map.after(skill.entry, name).has(phase.name);
  const first = name === phase.name || (name !== skill.entry && around);
  const way =
    name === phase.name
      ? `"${name}" has left nothing the first time`
      : `a path leads to "${phase.name}" around "${name}"`;
  return { ...source, ...(first ? { absent: way } : optional(types, path)) };
}

/** What a phase without a model leaves is its input, whatever type its target takes. */
function leaving(inputs: readonly ArtifactType[], left: readonly ArtifactType[], phase: Phase) {
  return phase.modelClass === 'none' ? [...inputs, ...left] : left;
}

function optional(types: readonly ArtifactType[], path: CarryPath): { absent?: string } {
  const type = types.find(({ schema }) => !fieldAt(schema, path.segments).required);
  if (type === undefined || path.segments.length === 0) return {};
  const field = path.segments.join('.');
  return {
    absent: `"${field}" is ${fieldAt(type.schema, path.segments).schemas.length === 0 ? 'not in' : 'optional in'} "${type.name}"`,
  };
}

function rootedAt(root: JsonSchema, path: readonly string[]) {
  const field = fieldAt(root, path);
  const [schema, ...rest] = field.schemas;
  return schema === undefined || rest.length > 0 || field.open ? undefined : { root, schema };
}

/** What leaves a phase without a model is its input as its steps left it, with what `carry` fills. */
function* incomplete({ map }: Subject, phase: Phase, edge: Edge, index: number): Iterable<Report<'carry/incomplete'>> {
  const written = writtenBy(phase.preprocessor);
  const inputs = map.inputTypes(phase);
  const targets = map.typesOf(edge);
  if (written.has('*') || inputs.length === 0 || targets.length === 0) return;
  const gaps = targets.map((target) => ({
    target,
    missing: requiredOf(target.schema).filter(
      (field) => !Object.hasOwn(edge.carry, field) && !written.has(field) && allLack(inputs, [field]),
    ),
  }));
  const [first] = gaps;
  if (first === undefined || gaps.some(({ missing }) => missing.length === 0)) return;
  yield {
    rule: 'carry/incomplete',
    place: map.edgePlace(phase.name, index),
    message: `the phase "${phase.name}" has no model, and nothing fills ${listed(first.missing)} of "${first.target.name}" on the edge to ${edge.to}`,
    fix: `Fill ${listed(first.missing)} with \`carry\` on this edge, or with a step of "${phase.name}" (\`into\`).`,
  };
}
