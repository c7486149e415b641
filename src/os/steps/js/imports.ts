import { didYouMean } from '../../suggest.ts';
import { shortened } from '../shortened.ts';

/** Modules are known to the engine by the names that people see in messages. */
export const HOME = 'steps/';

export type Import = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly message: string };

/**
 * The module that `specifier` means in module `from`. Both names begin with {@link HOME}. Only what is written is
 * compared: no file is looked for, nothing is decoded, no ending is tried.
 */
export function resolveImport(from: string, specifier: string, modules: Readonly<Record<string, string>>): Import {
  const fail = (why: string): Import => ({ ok: false, message: `${from} imports "${shortened(specifier)}"${why}` });
  if (!/^\.\.?\//.test(specifier)) {
    return fail(': a step imports only files of steps/, by a relative path such as "./words.js"');
  }
  const parts = from.slice(HOME.length).split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return fail(', which is outside steps/');
  }
  const path = parts.join('/');
  if (Object.hasOwn(modules, path)) return { ok: true, name: HOME + path };
  if (!path.endsWith('.js')) return fail(': write the whole name of a .js file, e.g. "./words.js"');
  return fail(`, but there is no ${HOME}${shortened(path)}${didYouMean(path, Object.keys(modules))}`);
}
