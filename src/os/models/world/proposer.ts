import { RULES } from './checklist.ts';
import { pickSome, type Stream } from './stream.ts';

/** A stand-in for a model that improves a text: right more often than wrong, at rates that are known. */

/** A run that failed, as a proposer is told of it. */
export type Failure = { readonly case: string; readonly missed: readonly number[] };

export type ProposerRates = {
  /** How often the rule it has in mind is one that the record names, instead of any. */
  readonly named: number;
  /** What an edit adds; a filler where none of these. */
  readonly rule: number;
  readonly memorised: number;
  readonly contradiction: number;
  readonly hack: number;
  /** How often a line is deleted after the edits. */
  readonly deletion: number;
};

export const PROPOSER_RATES: ProposerRates = {
  named: 0.85,
  rule: 0.65,
  memorised: 0.15,
  contradiction: 0.1,
  hack: 0,
  deletion: 0.1,
};

/** Edits of one proposal, each from a record of its own. */
export const MOST_EDITS = 2;

/**
 * A text made of `text` by at most {@link MOST_EDITS} edits. Where nothing failed there is nothing to learn from, and
 * nothing is proposed. A line that is there already is not added again, and the first line is never deleted.
 */
export function proposeChecklist(
  text: string,
  failures: readonly Failure[],
  chance: Stream,
  rates: ProposerRates = PROPOSER_RATES,
): string | undefined {
  const records = pickSome(failures, MOST_EDITS, chance);
  if (records.length === 0) return undefined;
  const lines = [...new Set([...text.trimEnd().split('\n'), ...records.map((record) => added(record, chance, rates))])];
  if (lines.length > 1 && chance.next() < rates.deletion) lines.splice(1 + chance.int(lines.length - 1), 1);
  return lines.join('\n');
}

function added({ case: id, missed }: Failure, chance: Stream, rates: ProposerRates): string {
  if (rates.hack > 0 && chance.next() < rates.hack) return 'H';
  const named = missed.length > 0 && chance.next() < rates.named;
  const rule = named ? missed[chance.int(missed.length)] : chance.int(RULES);
  const kind = chance.wpick([
    rates.rule,
    rates.memorised,
    rates.contradiction,
    1 - rates.rule - rates.memorised - rates.contradiction,
  ]);
  return [`R:${rule}`, `M:${id}`, `W:${chance.int(RULES)}`, 'F:x'][kind] ?? 'F:x';
}
