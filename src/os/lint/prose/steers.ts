import type { Mention } from './names.ts';
import { keyOf, type Phrase, phrase } from './phrases.ts';
import type { Token, Tokens } from './tokens.ts';

/** What a phrase tries to steer: where the run goes, how often it repeats, when it ends. */
export type SteerKind = 'edge' | 'loop' | 'finish';

export type Steer = {
  readonly kind: SteerKind;
  readonly token: Pick<Token, 'line' | 'start'>;
  readonly end: Pick<Token, 'end'>;
};

/** The name of the decision's own field: in an example of a reply it steers like in a sentence. */
const DECISION_FIELD = 'next_phase';

const PLACES = 'next|previous|prior|last|first|final|earlier|right|appropriate phase|step|stage|node !of';
const TIMES = 'times|rounds|iterations|revisions|attempts|retries|passes';

/** Phrases that steer in prose. Each is meant to have no ordinary reading: a false alarm costs more than a miss. */
const PATTERNS: Readonly<Record<SteerKind, readonly string[]>> = {
  edge: [
    'next|previous|following|preceding|subsequent|earlier|later|another phase|phases !of',
    `${DECISION_FIELD}|\`${DECISION_FIELD}`,
    'loop|loops|looping back',
    `go|goes|jump|skip|return|move|proceed|advance|continue|transition|hand|pass|send|route|switch ...3 to the? ${PLACES}`,
    'go|jump|return back? to the? beginning|start|top !of',
    'go|jump|return back? to step|phase|stage',
    'go back to @',
    'then go to @',
    '^ transition to',
    'then|must|should|you|please transition to',
    'choose|pick|select|take|follow the|an ...2 edge !case|cases|of',
  ],
  loop: [
    'repeat|repeats|loop|iterate|retry ...8 until',
    'again ...4 until',
    'repeat the|this|these|all? process|procedure|loop|cycle|steps|step|phase|phases|above',
    `repeat|retry|revise|loop|iterate|redo|again ...4 at|up|no most|to|more than? ...2 ${TIMES}`,
  ],
  finish: [
    'finish when|once',
    '^ finish if|as',
    'end|finish|terminate|exit|abort|stop the|this run|skill|workflow|graph|loop',
    'you are done|finished when|once|if',
    "you're|you’re done|finished when|once|if",
    'choose|pick|select|use|call|return|output|answer|emit|take `finish|`end|`abort',
    'then finish|end $',
  ],
};

const NEGATIONS = new Set(['not', 'never', "don't", 'don’t', 'avoid', 'without', "doesn't", 'doesn’t']);

let compiled: ReadonlyMap<string, readonly Phrase<SteerKind>[]> | undefined;

/** Phrases by the words they may begin with. */
function phrases(): ReadonlyMap<string, readonly Phrase<SteerKind>[]> {
  if (compiled !== undefined) return compiled;
  const byFirst = new Map<string, Phrase<SteerKind>[]>();
  for (const kind of Object.keys(PATTERNS) as SteerKind[]) {
    for (const pattern of PATTERNS[kind]) {
      const made = phrase(kind, pattern);
      for (const word of made.first) byFirst.set(word, [...(byFirst.get(word) ?? []), made]);
    }
  }
  compiled = byFirst;
  return byFirst;
}

/** Steering phrases, none inside another. One that leads to a phase already named is left to that finding. */
export function findSteers(tokens: readonly Token[], mentions: readonly Mention[]): Steer[] {
  const named = new Set(mentions.filter(({ name }) => name.kind === 'phase').map(({ token }) => token));
  const found: Steer[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || token.kind === 'mark') continue;
    for (const { kind, match } of phrases().get(keyOf(token)) ?? []) {
      const behind = match(tokens, at);
      const end = tokens[behind - 1];
      if (behind === -1 || end === undefined) continue;
      if (kind === 'loop' && isNegated(tokens, at)) continue;
      const near = tokens.slice(at, behind + 3).some((one) => one.sentence === token.sentence && named.has(one));
      if (kind === 'edge' && near) continue;
      found.push({ kind, token, end });
      at = behind - 1;
      break;
    }
  }
  return found;
}

function isNegated(tokens: readonly Token[], at: number): boolean {
  return tokens
    .slice(Math.max(0, at - 3), at)
    .some((one) => one.sentence === tokens[at]?.sentence && NEGATIONS.has(one.text));
}

/** Places in fenced blocks that show the model how to name its next phase. */
export function findSteersInBlocks(text: string, { lines, blocks }: Tokens): Steer[] {
  return blocks.flatMap(({ first, last }) =>
    lines.slice(first, last + 1).flatMap((line, nth): Steer[] => {
      const at = text.slice(line.start, line.end).indexOf(DECISION_FIELD);
      if (at === -1) return [];
      const start = line.start + at;
      return [{ kind: 'edge', token: { line: first + nth, start }, end: { end: start + DECISION_FIELD.length } }];
    }),
  );
}
