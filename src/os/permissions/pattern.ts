import { hostPatternProblem, matchesHost } from '../network/host-pattern.ts';
import { pythonModule } from '../skills/python-module.ts';
import { compileGlob, isGlobProblem } from '../workspace/glob.ts';
import { foldText, globParts } from '../workspace/location.ts';
import { matchesArgv, wordsOf } from './argv.ts';
import type { Target } from './target.ts';

/**
 * Patterns of rules, by kind of need: a glob over paths (from `/` on for places outside the project), a host pattern, a
 * command with `*` and `**` as arguments, `server/tool` or `server/*`, else a name in which `*` stands for any run of
 * characters.
 *
 *  - T1 What allows compares exactly, and a pattern that cannot be read allows nothing.
 *  - T2 What denies compares folded text, covers all below a folder, and a pattern that cannot be read denies all.
 */
export function allows(pattern: string, { need, resource, location }: Target): boolean {
  if (location !== undefined) {
    const glob = compileGlob(pattern);
    return !isGlobProblem(glob) && glob.matches(globParts(location));
  }
  switch (need.kind) {
    case 'net':
      return matchesHost(pattern, need.host);
    case 'exec':
      return matchesArgv(wordsOf(pattern) ?? [], need.argv);
    case 'mcp':
      return pattern === resource || pattern === `${need.server}/*`;
    case 'python':
      return matchesName(pythonPattern(pattern), resource);
    default:
      return matchesName(pattern, resource);
  }
}

export function denies(pattern: string, target: Target): boolean {
  const { need, resource, location } = target;
  if (location !== undefined) {
    const glob = compileGlob(pattern, true);
    return isGlobProblem(glob) || glob.covers(globParts(location));
  }
  if (patternProblem(need.kind, pattern) !== undefined) return true;
  switch (need.kind) {
    case 'net': {
      const bare = need.host.replace(/:\d+$/, '');
      return [need.host, bare].some((host) => matchesHost(pattern, host));
    }
    case 'exec':
      return deniesCommand(wordsOf(pattern) ?? [], need.argv);
    case 'mcp': {
      const folded = foldText(pattern);
      return folded === foldText(resource) || folded === foldText(`${need.server}/*`);
    }
    case 'python':
      return matchesName(foldText(pythonPattern(pattern)), foldText(resource));
    default:
      return matchesName(foldText(pattern), foldText(resource));
  }
}

/** `module:function` with the module as needs have it, however it is written. */
function pythonPattern(pattern: string): string {
  const colon = pattern.lastIndexOf(':');
  return colon === -1 ? pattern : `${pythonModule(pattern.slice(0, colon))}${pattern.slice(colon)}`;
}

/** A program is meant wherever it lies and however its name is spelled; alone, with all its arguments. */
function deniesCommand([program = '', ...rest]: readonly string[], [called = '', ...args]: readonly string[]): boolean {
  if (nameOf(program) !== nameOf(called)) return false;
  return rest.length === 0 || matchesArgv([program, ...rest], [program, ...args]);
}

function nameOf(program: string): string {
  return foldText(program.slice(program.lastIndexOf('/') + 1));
}

/** `*` stands for any run of characters; in time proportional to pattern × name. */
export function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!name.startsWith(first)) return false;
  if (rest.length === 0) return name === pattern;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) ?? '';
  return name.length - at >= last.length && name.endsWith(last);
}

/** Why a pattern cannot be a rule's, as the end of a sentence; `undefined` when it can. */
export function patternProblem(kind: Target['need']['kind'], pattern: string): string | undefined {
  if (kind === 'file.read' || kind === 'file.write') {
    const glob = compileGlob(pattern);
    return isGlobProblem(glob) ? glob.problem : undefined;
  }
  if (kind === 'net') return hostPatternProblem(pattern);
  if (kind === 'exec') {
    const words = wordsOf(pattern);
    if (words === undefined) return 'a quote is left open';
    return /^\*{0,2}$/.test(words[0] ?? '') ? 'it must begin with a program' : undefined;
  }
  if (kind === 'mcp') return /^[^/]+\/.+$/.test(pattern) ? undefined : 'it must be "server/tool" or "server/*"';
  return undefined;
}
