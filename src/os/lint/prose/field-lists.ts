import type { Token, Tokens } from './tokens.ts';

/** Fields of an artifact type that the model is shown anyway. */
export type FieldSet = { readonly artifact: string; readonly fields: readonly string[] };

export type FieldList = {
  readonly artifact: string;
  /** Fields named, in the order of the prose. */
  readonly fields: readonly string[];
  readonly line: number;
  /** Offset in the text. */
  readonly start: number;
};

/** Words that say that the names around them are meant as fields. */
const TRIGGERS = new Set('field fields key keys property properties attribute attributes json yaml schema'.split(' '));
const JOINTS = new Set(['and', 'or', 'plus', ',', '(', ')', 'a', 'an', 'the']);

/** A place that names fields one after the other: an item list, a fenced block, or a sentence. */
type Run = { readonly names: ReadonlyMap<string, Token | { line: number; start: number }> };

/** The fullest list of fields of each artifact type that the prose restates. */
export function findFieldLists(text: string, read: Tokens, sets: readonly FieldSet[]): FieldList[] {
  const wanted = new Set(sets.flatMap(({ fields }) => fields.map((field) => field.toLowerCase())));
  if (!hasTwo(read, wanted)) return [];
  const runs = [...itemRuns(read, wanted), ...blockRuns(text, read, wanted), ...sentenceRuns(read.tokens, wanted)];
  const taken = new Set<Run>();
  return sets.flatMap(({ artifact, fields }) => {
    const own = new Set(fields.map((field) => field.toLowerCase()));
    const lists = runs
      .filter((run) => !taken.has(run))
      .map((run) => ({ run, names: [...run.names].filter(([name]) => own.has(name)) }))
      .filter(({ names }) => names.length >= 3 || (names.length === 2 && own.size === 2));
    const [fullest] = lists.toSorted((a, b) => b.names.length - a.names.length);
    const [, place] = fullest?.names[0] ?? [];
    if (fullest === undefined || place === undefined) return [];
    taken.add(fullest.run);
    const names = fullest.names.map(([name]) => name);
    return [{ artifact, fields: names, line: place.line, start: place.start }];
  });
}

/** Whether a list is possible at all, which is rare. */
function hasTwo({ tokens, blocks }: Tokens, wanted: ReadonlySet<string>): boolean {
  if (blocks.length > 0) return wanted.size > 1;
  let first: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'mark' || token.text === first || !wanted.has(plain(token))) continue;
    if (first !== undefined) return true;
    first = token.text;
  }
  return false;
}

/** Items or table rows that begin with a field's name, one after the other; indented lines belong to their item. */
function itemRuns({ tokens, lines }: Tokens, wanted: ReadonlySet<string>): Run[] {
  const heads = new Map(tokens.flatMap((token, at) => (token.opens ? [[token.line, at]] : [])));
  const runs: Map<string, Token>[] = [new Map()];
  for (const [nth, line] of lines.entries()) {
    const at = heads.get(nth);
    const token = at === undefined ? undefined : tokens[at];
    if (!line.item) {
      if (token !== undefined && !line.indented) runs.push(new Map());
    } else if (at !== undefined && token !== undefined && wanted.has(plain(token)) && isHead(tokens, at)) {
      runs.at(-1)?.set(plain(token), token);
    }
  }
  return runs.map((names) => ({ names }));
}

/** Whether the token is what its item is about: in backticks, or before a colon, a dash, a bracket or nothing. */
function isHead(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  const after = tokens[at + 1];
  if (token?.kind === 'code') return true;
  return after === undefined || after.line !== token?.line || ':—–-=(|['.includes(after.text);
}

/** Keys of a fenced block: names before a colon, quoted or not. */
function blockRuns(text: string, { lines, blocks }: Tokens, wanted: ReadonlySet<string>): Run[] {
  return blocks.map(({ first, last }) => {
    const names = new Map<string, { line: number; start: number }>();
    for (const [nth, line] of lines.slice(first, last + 1).entries()) {
      const content = text.slice(line.start, line.end);
      for (let colon = content.indexOf(':'); colon !== -1; colon = content.indexOf(':', colon + 1)) {
        const { start, end } = keyBefore(content, colon);
        const name = content.slice(start, end).toLowerCase();
        if (wanted.has(name)) names.set(name, { line: first + nth, start: line.start + start });
      }
    }
    return { names };
  });
}

const MAX_KEY = 80;

/** Where the name before a colon stands, its quotes and up to one space aside. */
function keyBefore(content: string, colon: number): { start: number; end: number } {
  let end = content[colon - 1] === ' ' ? colon - 1 : colon;
  if (content[end - 1] === '"' || content[end - 1] === "'" || content[end - 1] === '?') end--;
  let start = end;
  while (start > 0 && end - start < MAX_KEY && isNamePart(content.charCodeAt(start - 1))) start--;
  return { start, end };
}

function isNamePart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
  );
}

/** Names in one sentence: three or more in backticks side by side, or any beside a word such as "fields". */
function sentenceRuns(tokens: readonly Token[], wanted: ReadonlySet<string>): Run[] {
  const bySentence = Map.groupBy(tokens, ({ sentence }) => sentence);
  return [...bySentence.values()].flatMap((sentence): Run[] => {
    const triggered = sentence.some((token) => token.kind === 'word' && TRIGGERS.has(token.text));
    const runs: Map<string, Token>[] = [new Map()];
    for (const token of sentence) {
      const names = runs.at(-1);
      if (wanted.has(plain(token)) && (token.kind === 'code' || triggered)) names?.set(plain(token), token);
      else if (!JOINTS.has(token.text) && names !== undefined && names.size > 0) runs.push(new Map());
    }
    return runs.filter((names) => names.size >= (triggered ? 2 : 3)).map((names) => ({ names }));
  });
}

/** A token's text without quotes or a list mark. */
function plain(token: Token): string {
  if (token.kind === 'word') return token.text;
  const text = token.text.toLowerCase();
  return text.endsWith('[]') ? text.slice(0, -2) : text;
}
