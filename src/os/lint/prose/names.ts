import { endsClause } from './phrases.ts';
import type { Token } from './tokens.ts';

/** A thing of the skill that prose should not name. */
export type Name = {
  readonly kind: 'phase' | 'artifact' | 'skill';
  /** As the graph or the folder calls it. */
  readonly name: string;
  /** The name without the folder of a shared phase. */
  readonly last: string;
  /** The words it consists of, in lower case. */
  readonly words: readonly string[];
};

export type NameIndex = {
  /** By their whole text, with and without folder, or their only word. */
  readonly whole: ReadonlyMap<string, readonly Name[]>;
  /** Those of several words by the first, then the second. */
  readonly spelled: ReadonlyMap<string, ReadonlyMap<string, readonly Name[]>>;
};

export type Mention = { readonly name: Name; readonly token: Token; readonly end: Token };

/** What a name of each kind is called when it is meant as a place or a thing. */
const CALLED: Readonly<Record<Name['kind'], ReadonlySet<string>>> = {
  phase: new Set(['phase', 'phases', 'node', 'nodes']),
  artifact: new Set(['artifact', 'artifacts']),
  skill: new Set(['skill', 'skills']),
};

const MOTION = new Set(
  'go goes going jump move proceed advance continue return transition hand pass send route switch loop skip escalate'.split(
    ' ',
  ),
);
const NAMED = new Set(['called', 'named', 'phase', 'artifact', 'skill']);
const MAX_BACK = 5;

export function nameOf(kind: Name['kind'], name: string): Name {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const words = last.includes('_') || last.includes('-') ? last.split(/[_-]/).filter((word) => word !== '') : [last];
  return { kind, name, last, words };
}

export function indexNames(names: readonly Name[]): NameIndex {
  const whole = new Map<string, Name[]>();
  const spelled = new Map<string, Map<string, Name[]>>();
  for (const name of names) {
    entry(whole, name.name, () => []).push(name);
    if (name.last !== name.name) entry(whole, name.last, () => []).push(name);
    const [first, second] = name.words;
    if (first === undefined || second === undefined) continue;
    const seconds = entry(spelled, first, () => new Map<string, Name[]>());
    entry(seconds, second, () => []).push(name);
  }
  return { whole, spelled };
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const NONE: readonly Name[] = [];

/**
 * Mentions of the names as names. A name that is an ordinary word is no mention as such (`review the text`); it is one
 * in backticks, before "phase" (`the review phase`), or as a goal (`go back to review.`). A name with an underscore is
 * no ordinary word.
 */
export function findMentions(tokens: readonly Token[], names: NameIndex, except: Exceptions): Mention[] {
  const found: Mention[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'mark') continue;
    const whole = names.whole.get(token.text) ?? NONE;
    const spelled = names.spelled.get(token.text)?.get(tokens[at + 1]?.text ?? '') ?? NONE;
    if (whole.length + spelled.length === 0) continue;
    for (const name of [...whole, ...spelled]) {
      const end = except.own(name) ? undefined : mentionEnd(tokens, at, name, except);
      const last = end === undefined ? undefined : tokens[end];
      if (last === undefined) continue;
      found.push({ name, token, end: last });
      break;
    }
  }
  return found;
}

/** What is no mention in this prose. */
export type Exceptions = {
  /** Names that may be said. */
  own(name: Name): boolean;
  /** Words that mean something else here (fields, ops): only the kind word beside them tells. */
  ordinary(word: string): boolean;
};

/** Index of the last token of the mention that begins at `at`; `undefined` when it is none. */
function mentionEnd(tokens: readonly Token[], at: number, name: Name, except: Exceptions): number | undefined {
  const token = tokens[at];
  const whole = token?.text === name.last || (token?.kind === 'code' && token.text === name.name);
  const last = whole ? at : spelledOut(tokens, at, name.words);
  if (last === undefined) return undefined;
  const after = tokens[last + 1];
  const follows = after?.sentence === token?.sentence ? after : undefined;
  if (follows?.kind === 'word' && CALLED[name.kind].has(follows.text)) return last + 1;
  if (except.ordinary(name.last)) return undefined;
  if (whole && token?.kind === 'code') return last;
  if (whole && name.last.includes('_')) return last;
  if (isIntroduced(tokens, at, name)) return last;
  return name.kind === 'phase' && isGoal(tokens, at, last) ? last : undefined;
}

function spelledOut(tokens: readonly Token[], at: number, words: readonly string[]): number | undefined {
  const fits = words.every((word, nth) => {
    const token = tokens[at + nth];
    return token?.kind === 'word' && token.text === word && token.sentence === tokens[at]?.sentence;
  });
  return fits ? at + words.length - 1 : undefined;
}

/** `phase: review`, `phase "review"`, `the phase called review`. */
function isIntroduced(tokens: readonly Token[], at: number, name: Name): boolean {
  const before = [tokens[at - 1], tokens[at - 2]].map((token) =>
    token?.sentence === tokens[at]?.sentence ? token : undefined,
  );
  const [first, second] = before;
  if (first?.kind === 'mark') {
    const quoted = first.text === '"' || first.text === '“' || first.text === ':';
    return quoted && second !== undefined && (CALLED[name.kind].has(second.text) || second.text === 'called');
  }
  const named = first !== undefined && NAMED.has(first.text) && !CALLED[name.kind].has(first.text);
  return named && second !== undefined && CALLED[name.kind].has(second.text);
}

/** `go back to review.`, `hand it to the review if …`: after a verb of motion, and nothing follows that it does. */
function isGoal(tokens: readonly Token[], at: number, last: number): boolean {
  const sentence = tokens[at]?.sentence;
  if (!endsClause(tokens, last + 1, sentence)) return false;
  const to = tokens[at - 1]?.text === 'the' ? at - 2 : at - 1;
  if (tokens[to]?.text !== 'to' || tokens[to]?.sentence !== sentence) return false;
  for (let back = to - 1; back >= 0 && back >= to - MAX_BACK && tokens[back]?.sentence === sentence; back--) {
    if (MOTION.has(tokens[back]?.text ?? '')) return true;
  }
  return false;
}
