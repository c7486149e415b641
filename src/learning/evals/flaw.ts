import type { TSchema } from 'typebox';
import { UserError } from '../../os/errors.ts';
import { memberShape, misfits, type Shape } from '../../os/shape.ts';
import { didYouMean } from '../../os/suggest.ts';
import { visible } from '../../os/visible.ts';
import type { KeyPath, Spot } from '../../os/yaml-places.ts';

/** One thing wrong with an eval file: where (lines and columns from 1), what, and what to do, as sentences. */
export type EvalFlaw = Spot & { readonly file: string; readonly message: string; readonly fix: string };

/** Says what is wrong with the value at a path of what is being read. */
export type Complain = (path: KeyPath, message: string, fix: string) => void;

/** Checks a value against one of the schemas of this room. @returns whether it fits. */
export function fitsForm(schema: TSchema, value: unknown, complain: Complain): boolean {
  const found = misfits(schema, value);
  for (const { path, message, unknown } of found) {
    const key = path.at(-1);
    if (unknown !== true || key === undefined) {
      const name = path.length === 0 ? 'This' : `"${path.join('.')}"`;
      complain(path, `${name} ${message}.`, 'Correct it.');
      continue;
    }
    const names = namesAt(schema as Shape, path.slice(0, -1));
    complain(
      path,
      `The key "${key}" is unknown${didYouMean(key, names)}.`,
      `Use one of ${names.join(', ')}, or take it out.`,
    );
  }
  return found.length === 0;
}

function namesAt(schema: Shape, path: readonly string[]): string[] {
  let shape: Shape | boolean | undefined = schema;
  for (const part of path) {
    if (typeof shape !== 'object') break;
    shape = /^\d+$/.test(part) && shape.items !== undefined ? shape.items : memberShape(shape, part);
  }
  return typeof shape === 'object' ? Object.keys(shape.properties ?? {}) : [];
}

/** The first of the flaws, as an error of whoever wrote the files; how many more there are is told. */
export function flawError([first, ...more]: readonly [EvalFlaw, ...EvalFlaw[]], skill: string): UserError {
  const rest = more.length === 0 ? '' : ` ${more.length} more in the eval files: \`reyn lint ${skill}\` shows them.`;
  const { file, line, column } = first;
  // what a file says is quoted; nothing in it may drive a terminal
  return new UserError('eval', visible(first.message), {
    where: { file, line, column, skill },
    hint: visible(first.fix) + rest,
  });
}
