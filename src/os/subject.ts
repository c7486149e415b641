import { isObject } from './json.ts';

/** Arguments that say most of what an op touches, in whatever order they were written. */
const TELLING = ['pattern', 'path'];

/**
 * What an op with these arguments is about: the command it runs, the tool of a server, the pattern it searches for, else
 * its path, else its first argument that is text; the empty string where none is.
 */
export function subjectOf(args: unknown): string {
  if (!isObject(args)) return '';
  const { argv, server, tool } = args;
  if (Array.isArray(argv)) return argv.filter((word) => typeof word === 'string').join(' ');
  if (typeof server === 'string' && typeof tool === 'string') return `${server}/${tool}`;
  const named = TELLING.map((name) => args[name]);
  return [...named, ...Object.values(args)].find((value) => typeof value === 'string') ?? '';
}

/**
 * What each op of a turn is about, by the step id it gets.
 * @param step id of the turn; a repeated attempt at a turn (`2/t1.2`) gives its ops the same ids.
 */
export function subjectsOf(step: string, ops: readonly { readonly args: unknown }[]): Record<string, string> {
  const turn = step.replace(/\.\d+$/, '');
  return Object.fromEntries(ops.map(({ args }, i) => [`${turn}/o${i + 1}`, subjectOf(args)]));
}
