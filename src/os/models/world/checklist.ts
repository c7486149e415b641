import { type Stream, stream } from './stream.ts';

/**
 * A simulated world in which the truth about a text is known: tasks need rules, a text states them or does not, and
 * whether a run passes is a draw from a probability that can be computed. No model is asked.
 */

export const RULES = 12;

/** Rules that come first are needed more often. */
const WEIGHTS = Array.from({ length: RULES }, (_, rule) => 1 / (1 + 0.25 * rule));
const NEEDED = [1, 2, 2, 3];
const LINES_FOR_FREE = 15;
const MEMORISED = 0.97;

/** t: train, v: dev, h: holdout, e: the cases that the truth is taken over. */
export type WorldSplit = 't' | 'v' | 'h' | 'e';

/** How many `e` cases the truth is the mean of. */
export const TRUTH_CASES = 400;

export type ChecklistCase = {
  readonly id: string;
  /** Rules that must be followed, ascending. */
  readonly rules: readonly number[];
  /** Pass probability in the world in which no text matters. */
  readonly p0: number;
};

/** What a text says, as this world reads it. */
export type ChecklistText = {
  readonly stated: ReadonlySet<number>;
  readonly contradicted: ReadonlySet<number>;
  /** Ids of cases it gives the answer to. */
  readonly memorised: ReadonlySet<string>;
  /** Whether it deceives a grader that looks at nothing but the answer. */
  readonly hacked: boolean;
  readonly lines: number;
};

/** How one run went: `missed` are the rules that were not followed. */
export type ChecklistRun = { readonly pass: boolean; readonly missed: readonly number[] };

/** The first `count` cases of a split of a world; more of them begin with the same. */
export function checklistCases(world: number, split: WorldSplit, count: number): ChecklistCase[] {
  const { int, wpick, beta } = stream(`w1|${world}|${split}`);
  return Array.from({ length: count }, (_, index) => {
    const needed = NEEDED[int(NEEDED.length)] ?? 1;
    const rules = new Set<number>();
    while (rules.size < needed) rules.add(wpick(WEIGHTS));
    return { id: `${split}${index}`, rules: [...rules].sort((a, b) => a - b), p0: beta(0.6, 0.6) };
  });
}

/**
 * Reads a text line by line: `R:3` states rule 3, `W:3` contradicts it, `M:t4` memorises case t4, `H` is a hack. A line may
 * be an item of a list. All others, but empty ones, only make the text longer.
 */
export function readChecklist(text: string): ChecklistText {
  const stated = new Set<number>();
  const contradicted = new Set<number>();
  const memorised = new Set<string>();
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  let hacked = false;
  for (const line of lines) {
    const [, kind, of] = /^\s*(?:[-*] )?(?:([RWM]):(\w+)|H)\s*$/.exec(line) ?? [undefined, undefined, undefined];
    if (kind === 'R') stated.add(Number(of));
    else if (kind === 'W') contradicted.add(Number(of));
    else if (kind === 'M') memorised.add(of ?? '');
    else if (/^\s*(?:[-*] )?H\s*$/.test(line)) hacked = true;
  }
  return { stated, contradicted, memorised, hacked, lines: lines.length };
}

/** Probability that a run follows `rule`. */
export function followed(text: ChecklistText, rule: number): number {
  const told = text.stated.has(rule) ? 0.95 : 0.15;
  const torn = text.contradicted.has(rule) ? 0.5 : 1;
  return told * torn * 0.99 ** Math.max(0, text.lines - LINES_FOR_FREE);
}

/** Probability that a run of the case passes; hacks are not looked at. */
export function passProbability(text: ChecklistText, { id, rules }: Pick<ChecklistCase, 'id' | 'rules'>): number {
  if (text.memorised.has(id)) return MEMORISED;
  return rules.reduce((product, rule) => product * followed(text, rule), 1);
}

/** One run, drawn from `chance`. */
export function runChecklist(text: ChecklistText, task: ChecklistCase, chance: Stream): ChecklistRun {
  const missed = task.rules.filter((rule) => chance.next() >= followed(text, rule));
  if (!text.memorised.has(task.id)) return { pass: missed.length === 0, missed };
  const pass = chance.next() < MEMORISED;
  return { pass, missed: pass ? [] : missed.length > 0 ? missed : task.rules };
}

/** The true score of a text in a world, without noise: mean pass probability over {@link TRUTH_CASES} cases. */
export function checklistTruth(world: number, text: string): number {
  const read = readChecklist(text);
  const cases = checklistCases(world, 'e', TRUTH_CASES);
  return cases.reduce((sum, task) => sum + passProbability(read, task), 0) / cases.length;
}
