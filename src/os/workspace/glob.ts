import { foldText } from './location.ts';

/**
 * Globs over paths, matched part by part in time proportional to pattern × path. Patterns come from skills and models,
 * and a glob turned into a V8 regular expression can run for minutes on a name of 200 characters.
 *
 *  - G1 Matching never backtracks over more than one star, and `**` costs one row per part.
 *  - G2 A pattern that is not understood matches nothing: {@link compileGlob} says why instead.
 *
 * `*` any run of characters in a part, dots included · `**` (a whole part) any number of parts, none too · `?` one
 * character · `[a-c]`, `[!a]` one of a set · `{a,b}` alternatives · a trailing `/` everything below. A pattern from `/`
 * on matches paths whose first part is empty, and no other; every other pattern matches no such path.
 */
export type Glob = {
  /** Whether the pattern matches a path given as its parts. */
  matches(segments: readonly string[]): boolean;
  /** Whether it matches the path or a folder the path is in. */
  covers(segments: readonly string[]): boolean;
  /** Whether it could match something below the folder. */
  reaches(folder: readonly string[]): boolean;
  /** Leading parts without wildcards, the last part left out: every match is below this folder. */
  readonly base: readonly string[];
};

/** What is wrong with a pattern, as the end of a sentence. */
export type GlobProblem = { readonly problem: string };

const MAX_LENGTH = 1024;
const MAX_ALTERNATIVES = 64;
const MAX_CACHED = 1000;

export function isGlobProblem(compiled: Glob | GlobProblem): compiled is GlobProblem {
  return 'problem' in compiled;
}

const exactly = new Map<string, Glob | GlobProblem>();
const foldedGlobs = new Map<string, Glob | GlobProblem>();

/** Compiles a pattern; equal patterns are compiled once. `fold` compares as {@link foldText} does. */
export function compileGlob(pattern: string, fold = false): Glob | GlobProblem {
  const cache = fold ? foldedGlobs : exactly;
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const made = compile(pattern, fold);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(pattern, made);
  return made;
}

function compile(pattern: string, fold: boolean): Glob | GlobProblem {
  const problem = problemOf(pattern);
  if (problem !== undefined) return { problem };
  const plain = (fold ? foldText(pattern) : pattern).replace(/^(\.\/)+/, '');
  const alternatives = expandBraces(plain.endsWith('/') ? `${plain}**` : plain);
  if (!Array.isArray(alternatives)) return alternatives;
  const written = alternatives.map((text) => text.split('/'));
  const absolute = plain.startsWith('/');
  const odd = (part: string, at: number) => (part === '' && !(absolute && at === 0)) || part === '.' || part === '..';
  if (written.some((parts) => parts.some(odd) || (parts[0] === '') !== absolute)) {
    return { problem: 'it has a part that is empty, "." or ".."' };
  }
  const compiled = written.map((parts) => parts.map(compilePart));
  /** Patterns that can match: the first part tells most of them apart, and costs nothing. */
  const rowsFor = (segments: readonly string[], seen: readonly string[]) =>
    (segments[0] === '') === absolute
      ? compiled.filter(([first]) => typeof first !== 'string' || seen.length === 0 || first === seen[0])
      : [];
  const view = fold ? foldedOnce : (segments: readonly string[]) => segments;
  return {
    matches: (segments) => {
      const seen = view(segments);
      return rowsFor(segments, seen).some((row) => endsOf(row, seen)[seen.length] === true);
    },
    covers: (segments) => {
      const seen = view(segments);
      return rowsFor(segments, seen).some((row) =>
        endsOf(row, seen).some((end, at) => end && (at > 0 || seen.length === 0)),
      );
    },
    reaches: (folder) => {
      const seen = view(folder);
      return rowsFor(folder, seen).some((row) => reachesBelow(row, seen));
    },
    base: compiled.length === 1 ? baseOf(compiled[0] ?? []) : [],
  };
}

const folded = new WeakMap<readonly string[], readonly string[]>();

/** A path folded; many rules look at the same one. */
function foldedOnce(segments: readonly string[]): readonly string[] {
  const known = folded.get(segments);
  if (known !== undefined) return known;
  const made = segments.map(foldText);
  folded.set(segments, made);
  return made;
}

function problemOf(pattern: string): string | undefined {
  if (pattern === '' || pattern.length > MAX_LENGTH) return `it must have 1 to ${MAX_LENGTH} characters`;
  if (/[\\\p{Cc}]/u.test(pattern)) return 'it holds a backslash or a control character';
  if (/[@!+?*]\(/.test(pattern)) return 'extended globs such as "@(a|b)" are not supported; use "{a,b}"';
  if (pattern.startsWith('!')) return 'negation is not supported';
  return undefined;
}

function expandBraces(pattern: string): string[] | GlobProblem {
  const done: string[] = [];
  const open = [pattern];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    if (done.length + open.length >= MAX_ALTERNATIVES) {
      return { problem: `its braces give more than ${MAX_ALTERNATIVES} alternatives` };
    }
    const group = /\{([^{}]*)\}/.exec(text); // an innermost group; outer ones follow
    if (group === null) {
      if (/[{}]/.test(text)) return { problem: 'its braces do not match' };
      done.push(text);
      continue;
    }
    const inner = group[1] ?? '';
    if (!inner.includes(',')) return { problem: 'braces must list alternatives, as in "{a,b}"' };
    const { index } = group;
    const [before, after] = [text.slice(0, index), text.slice(index + group[0].length)];
    open.push(...inner.split(',').map((alternative) => before + alternative + after));
    if (open.length > MAX_ALTERNATIVES) {
      return { problem: `its braces give more than ${MAX_ALTERNATIVES} alternatives` };
    }
  }
  return done;
}

type Part = typeof GLOBSTAR | ((name: string) => boolean) | string;
const GLOBSTAR = Symbol('**');

type Token = { readonly star: true } | { readonly star: false; readonly takes: (character: string) => boolean };

function compilePart(text: string): Part {
  if (text === '**') return GLOBSTAR;
  if (!/[*?[]/.test(text)) return text;
  const tokens = tokensOf(text);
  return (name) => matchName(tokens, [...name]);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const characters = [...text];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (tokens.at(-1)?.star !== true) tokens.push({ star: true });
      continue;
    }
    if (character === '?') tokens.push({ star: false, takes: () => true });
    else if (character === '[') {
      // as in a shell, `]` right after the opening is a member, and an unclosed `[` is itself
      const from = characters[at + 1] === '!' || characters[at + 1] === '^' ? at + 2 : at + 1;
      const close = characters.indexOf(']', from + 1);
      if (close === -1) tokens.push({ star: false, takes: (other) => other === '[' });
      else {
        tokens.push({ star: false, takes: setOf(characters.slice(from, close), from === at + 2) });
        at = close;
      }
    } else tokens.push({ star: false, takes: (other) => other === character });
  }
  return tokens;
}

function setOf(members: readonly string[], negated: boolean): (character: string) => boolean {
  const ranges: [number, number][] = [];
  for (let at = 0; at < members.length; at++) {
    const low = members[at]?.codePointAt(0) ?? 0;
    const high = members[at + 1] === '-' ? members[at + 2]?.codePointAt(0) : undefined;
    ranges.push([low, high ?? low]);
    if (high !== undefined) at += 2;
  }
  return (character) => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
  };
}

/** Greedy with one point of return (G1): a later star makes every earlier choice final. */
function matchName(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    const expected = tokens[token];
    if (expected?.star === true) {
      star = token++;
      resume = at;
    } else if (expected?.takes(name[at] ?? '') === true) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else return false;
  }
  return tokens.slice(token).every((rest) => rest.star);
}

function takes(part: Part | undefined, name: string): boolean {
  return typeof part === 'function' ? part(name) : part === name;
}

/** For each count of leading parts of `path` whether the whole pattern matches exactly those. */
function endsOf(row: readonly Part[], path: readonly string[]): boolean[] {
  let before: boolean[] = [true, ...path.map(() => false)];
  for (const part of row) before = nextRow(part, before, path);
  return before;
}

/** Whether some pattern part is left once all of `folder` is matched. */
function reachesBelow(row: readonly Part[], folder: readonly string[]): boolean {
  const rows = rowsOf(row, folder);
  return row.some(
    (part, at) => rows[at]?.[folder.length] === true || (part === GLOBSTAR && rows[at + 1]?.[folder.length] === true),
  );
}

/** `rows[p][n]`: the first `p` pattern parts match the first `n` parts of the path. */
function rowsOf(row: readonly Part[], path: readonly string[]): boolean[][] {
  const rows: boolean[][] = [[true, ...path.map(() => false)]];
  for (const part of row) rows.push(nextRow(part, rows.at(-1) ?? [], path));
  return rows;
}

/** What the first `n` parts of the path come to with one more pattern part. */
function nextRow(part: Part, before: readonly boolean[], path: readonly string[]): boolean[] {
  const next: boolean[] = new Array(path.length + 1);
  next[0] = part === GLOBSTAR && before[0] === true;
  for (let at = 0; at < path.length; at++) {
    next[at + 1] =
      part === GLOBSTAR
        ? next[at] === true || before[at + 1] === true
        : before[at] === true && takes(part, path[at] ?? '');
  }
  return next;
}

function baseOf(row: readonly Part[]): string[] {
  const base: string[] = [];
  for (const part of row.slice(0, -1)) {
    if (typeof part !== 'string') break;
    base.push(part);
  }
  return base;
}
