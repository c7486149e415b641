import { endsClause } from './phrases.ts';
import type { Token } from './tokens.ts';

/** A thing of the skill that prose should not name. */
export type Name = {
  readonly kind: 'phase' | 'artifact' | 'skill';
  /** As the graph or the folder calls it. */
  readonly name: string;
  /** The words it consists of, in lower case. */
  readonly words: readonly string[];
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
  return { kind, name, words: last.split(/[_-]/).filter((word) => word !== '') };
}

/**
 * Mentions of the names as names. A name that is an ordinary word is no mention as such (`review the text`); it is one
 * in backticks, before "phase" (`the review phase`), or as a goal (`go back to review.`). A name with an underscore is
 * no ordinary word. `ordinary` are words that mean something else here (fields, ops): of these only the kind word tells.
 */
export function findMentions(
  tokens: readonly Token[],
  names: readonly Name[],
  ordinary: ReadonlySet<string>,
): Mention[] {
  const byFirst = Map.groupBy(
    names.flatMap((name) => [...new Set([name.words[0] ?? '', joined(name)])].map((first) => ({ first, name }))),
    ({ first }) => first,
  );
  const found: Mention[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || token.kind === 'mark') continue;
    const key = token.kind === 'code' ? joined({ words: token.text.split(/[_-]/), name: token.text }) : token.text;
    for (const { name } of byFirst.get(key) ?? []) {
      const end = mentionEnd(tokens, at, name, ordinary);
      const last = end === undefined ? undefined : tokens[end];
      if (last === undefined) continue;
      found.push({ name, token, end: last });
      break;
    }
  }
  return found;
}

/** A name with one spelling for `-` and `_`; a shared phase without its folder. */
function joined(name: Pick<Name, 'words' | 'name'>): string {
  return name.name.slice(name.name.lastIndexOf('/') + 1);
}

/** Index of the last token of the mention that begins at `at`; `undefined` when it is none. */
function mentionEnd(
  tokens: readonly Token[],
  at: number,
  name: Name,
  ordinary: ReadonlySet<string>,
): number | undefined {
  const token = tokens[at];
  const whole = token?.text === joined(name);
  const last = whole ? at : spelledOut(tokens, at, name.words);
  if (last === undefined) return undefined;
  const after = tokens[last + 1];
  const follows = after?.sentence === token?.sentence ? after : undefined;
  if (follows?.kind === 'word' && CALLED[name.kind].has(follows.text)) return last + 1;
  if (ordinary.has(joined(name))) return undefined;
  if (whole && token?.kind === 'code') return last;
  if (whole && name.name.includes('_')) return last;
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
