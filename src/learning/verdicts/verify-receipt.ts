import { canonicalJson, type Json, sha256 } from '../../os/json.ts';
import { verdictAfter, verdictBefore } from './judge.ts';
import { alphaOf } from './ledger.ts';
import { type Receipt, readReceipt, sealReceipt } from './receipt.ts';
import { nextRuns, start, tell } from './rule.ts';
import type { ArmRun, Verdict, WantedRun } from './verdict.ts';

export type ReceiptCheck = {
  /** Absent where it could not be read. */
  readonly receipt?: Receipt;
  /** What its runs come to, computed anew. */
  readonly verdict?: Verdict;
  /** What does not hold; empty = all of it does. */
  readonly problems: readonly string[];
};

/**
 * Computes a verdict anew from its receipt, and says what does not hold: its id, its form, what alpha it may spend, that
 * its runs are the ones the rule wanted, no more and no fewer, and that they come to the verdict it states.
 * @param id the id it is known by; absent = nothing is compared with it.
 */
export function verifyReceipt(sealed: string, id?: string): ReceiptCheck {
  const problems: string[] = [];
  if (id !== undefined && sha256(sealed) !== id) problems.push('it was changed: its digest is not its id');
  const receipt = readReceipt(sealed);
  if (typeof receipt === 'string') return { problems: [...problems, receipt] };
  if (sealReceipt(receipt).text !== sealed) problems.push('it is not written as a receipt is written');
  if (receipt.alpha !== alphaOf(receipt.attempt)) {
    problems.push(`attempt ${receipt.attempt} may spend an alpha of ${alphaOf(receipt.attempt)}, not ${receipt.alpha}`);
  }
  if (new Set(receipt.cases.map(({ case: name }) => name)).size < receipt.cases.length) {
    problems.push('a case stands in it twice');
  }
  const verdict = recompute(receipt, problems);
  if (verdict === undefined) problems.push('its runs come to no verdict: some that the rule wanted are missing');
  else if (canonicalJson(JSON.parse(JSON.stringify(verdict)) as Json) !== canonicalJson(receipt.verdict)) {
    problems.push(`its runs come to another verdict: ${verdict.verdict} (${verdict.code})`);
  }
  return { receipt, problems, ...(verdict === undefined ? {} : { verdict }) };
}

function recompute(receipt: Receipt, problems: string[]): Verdict | undefined {
  const { seed, attempt, alpha, cases, before, dev, most } = receipt;
  const settings = { seed, attempt, alpha, cases, ...(most === undefined ? {} : { most }) };
  const early = verdictBefore(settings, before as Parameters<typeof verdictBefore>[1]);
  const left = new Map((receipt.runs as readonly ArmRun[]).map((run) => [keyOf(run), run]));
  if (left.size < receipt.runs.length) problems.push('a run stands in it twice');
  let state = start(settings);
  if (early === undefined) {
    for (let wanted = nextRuns(state); wanted.length > 0; wanted = nextRuns(state)) {
      const there = wanted.flatMap((run) => left.get(keyOf(run)) ?? []);
      if (there.length < wanted.length) return undefined;
      for (const run of wanted) left.delete(keyOf(run));
      state = tell(state, there);
    }
  }
  if (left.size > 0) problems.push(`${left.size} runs stand in it that the rule did not want`);
  return early ?? verdictAfter(state, dev);
}

function keyOf({ case: name, arm, repeat }: WantedRun): string {
  return `${arm}/${repeat}/${name}`;
}
