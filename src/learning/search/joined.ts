import { UserError } from '../../os/errors.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { loadSkill } from '../../os/skills/load.ts';
import { decodeText } from '../../os/skills/regular-file.ts';
import { sortPaths } from '../../os/skills/source-paths.ts';
import { ancestry } from './ancestry.ts';
import { type Book, openedFrom } from './book.ts';
import { threeWay } from './three-way.ts';

/**
 * Two candidates of a search joined: what either of them changed of the nearest text that both descend from. No model is
 * asked. Where both changed the same in different ways, or the whole does not load, it says so instead.
 */
export function joinedOf(book: Book, one: string, two: string): Opened | string {
  const [first, second] = [book.candidates.get(one), book.candidates.get(two)];
  if (first === undefined || second === undefined) return `There is no candidate to join: ${one}, ${two}.`;
  const above = new Set(ancestry(book, second));
  const origin = ancestry(book, first).find((each) => above.has(each));
  if (origin === undefined) return `${one} and ${two} have no text in common that they descend from.`;
  const [a, b, from] = [openedFrom(first.pack), openedFrom(second.pack), openedFrom(origin.pack)].map(
    ({ source }) => source.files,
  );
  if (a === undefined || b === undefined || from === undefined) return 'unusable';
  const files = new Map<string, Uint8Array>();
  for (const path of sortPaths(new Set([...from.keys(), ...a.keys(), ...b.keys()]))) {
    const made = fileOf(from.get(path), a.get(path), b.get(path));
    if (made === 'conflict') return `${one} and ${two} change the same lines of ${path}.`;
    if (made !== undefined) files.set(path, made);
  }
  const source = { ...openedFrom(first.pack).source, files };
  try {
    return { skill: loadSkill(source), source };
  } catch (error) {
    if (error instanceof UserError) return `Joined, it does not load: ${error.message}.`;
    throw error;
  }
}

type Bytes = Uint8Array | undefined;

/** A file that only one of them changed is as that one has it; absent = it is gone. */
function fileOf(from: Bytes, one: Bytes, two: Bytes): Bytes | 'conflict' {
  if (same(one, two) || same(two, from)) return one;
  if (same(one, from)) return two;
  const [before, left, right] = [from ?? new Uint8Array(), one, two].map((bytes) => bytes && decodeText(bytes));
  if (before === undefined || left === undefined || right === undefined) return 'conflict';
  const text = threeWay(before, left, right);
  return text === undefined ? 'conflict' : Buffer.from(text);
}

function same(one: Bytes, two: Bytes): boolean {
  return one === undefined || two === undefined ? one === two : Buffer.compare(one, two) === 0;
}
