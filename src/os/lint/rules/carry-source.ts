import type { ArtifactType, CarryPath, Edge, Phase } from '../../skills/skill.ts';
import type { Subject } from '../rule.ts';
import { fieldAt } from '../schema/fields.ts';
import { phaseOf, writtenBy } from '../skill-map.ts';

/** One path of `carry`, on an edge that leaves a phase. */
export type CarryUse = { readonly phase: Phase; readonly edge: Edge; readonly path: CarryPath };

export type CarrySource = {
  /** What the path starts from, for messages. */
  readonly what: string;
  readonly types: readonly ArtifactType[];
  /** First parts of paths that steps write to there. */
  readonly written: ReadonlySet<string>;
  /** Why nothing can ever be there. */
  readonly never?: string;
};

const NOTHING: ReadonlySet<string> = new Set();

/** What a `carry` path reads from. */
export function sourceOf({ skill, map }: Subject, { path, phase }: CarryUse): CarrySource {
  if (path.root === 'input' && phase.gives !== undefined) {
    return { what: `what "${phase.name}" gives`, types: [phase.gives], written: NOTHING };
  }
  if (path.root === 'input') {
    const written = writtenBy(phase.preprocessor);
    return { what: `the input of "${phase.name}"`, types: map.inputTypes(phase), written };
  }
  if (path.root === 'run_input') {
    const entry = phaseOf(skill, skill.entry);
    return { what: 'the input of the run', types: entry === undefined ? [] : map.inputTypes(entry), written: NOTHING };
  }
  const name = path.phase ?? '';
  const from = phaseOf(skill, name);
  const alone = from?.modelClass === 'none' && from.gives === undefined; // what it leaves is its input, whatever type its target takes
  const left = from === undefined ? [] : map.leavingTypes(from);
  const types = alone ? [...map.inputTypes(from), ...left] : left;
  const source = { what: `what leaves "${name}"`, types, written: alone ? writtenBy(from.preprocessor) : NOTHING };
  const onward = map.after(name);
  if (onward === undefined || onward.has(phase.name)) return source;
  const never = `"${name}" cannot have been left before "${phase.name}": no path leads from one to the other`;
  return { ...source, never };
}

/** Why there may be nothing at the path when the edge is taken; `undefined` when there always is something. */
export function mayBeAbsent(subject: Subject, use: CarryUse, source: CarrySource): string | undefined {
  if (isGuarded(use)) return undefined;
  return notLeftYet(subject, use) ?? optionalIn(source.types, use.path);
}

/** Whether the edge is open only when the source is there. */
function isGuarded({ edge, path }: CarryUse): boolean {
  return edge.when.some(({ root, segments, schema }) => {
    if (path.root === 'input') return root === 'input' && path.segments.every((part, nth) => segments[nth] === part);
    return root === 'visits' && segments.join('.') === path.phase && Number(schema.minimum) >= 1;
  });
}

function notLeftYet({ skill, map }: Subject, { path, phase }: CarryUse): string | undefined {
  if (path.root !== 'phase') return undefined;
  const name = path.phase ?? '';
  if (name === phase.name) return `"${name}" has left nothing the first time`;
  if (name === skill.entry) return undefined;
  const around = phase.name === skill.entry || map.after(skill.entry, name)?.has(phase.name) === true;
  return around ? `a path leads to "${phase.name}" around "${name}"` : undefined;
}

function optionalIn(types: readonly ArtifactType[], path: CarryPath): string | undefined {
  if (path.segments.length === 0) return undefined;
  const type = types.find(({ schema }) => !fieldAt(schema, path.segments).required);
  if (type === undefined) return undefined;
  const absent = fieldAt(type.schema, path.segments).schemas.length === 0;
  return `"${path.segments.join('.')}" is ${absent ? 'not' : 'optional'} in "${type.name}"`;
}
