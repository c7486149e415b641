import type { Json } from '../../os/json.ts';
import type { ReceiptFacts } from '../versions/version.ts';
import { LOOKS } from './ledger.ts';
import { meanOf } from './pairs.ts';
import type { Receipt } from './receipt.ts';
import type { Verdict } from './verdict.ts';

/** The verdict that a receipt states. It is its own when the receipt holds. */
export function verdictIn(receipt: Receipt): Verdict {
  return receipt.verdict as unknown as Verdict;
}

/** What versions need to know of a receipt. */
export function factsOfReceipt(id: string, receipt: Receipt): ReceiptFacts {
  const { verdict, looks } = verdictIn(receipt);
  const repeats = LOOKS[looks - 1]?.repeats ?? 0;
  const mean = (arm: 'a' | 'b') => {
    const scores = receipt.runs.filter((run) => run.arm === arm && run.repeat < repeats && !run.infra);
    return scores.length === 0 ? undefined : meanOf(scores.map(({ score }) => score));
  };
  const [before, score] = [mean('a'), mean('b')];
  return {
    id,
    skill: receipt.skill,
    from: receipt.from.skill_version_hash,
    to: receipt.to.skill_version_hash,
    verdict,
    pack: receipt.to.pack,
    ...(score === undefined ? {} : { score }),
    ...(before === undefined ? {} : { before }),
    summary: sentenceOf(verdictIn(receipt)),
  };
}

/** What came of it, in a line or two for a person. Says nothing of any case. */
export function sentenceOf({ verdict, code, reason, gain, p, counts, cost, runs }: Verdict): string {
  const parts = [`${verdict} (${code}): ${reason}`];
  if (gain !== undefined) {
    const bounds = `${signed(gain.low)} to ${signed(gain.high)}`;
    parts.push(`Gain ${signed(gain.mean)} (95 %: ${bounds}), p = ${p?.toPrecision(2)}, ${runs} runs.`);
  }
  if (counts !== undefined) {
    parts.push(`${counts.fixed} fixed, ${counts.broken} broken, ${counts.flaky} flaky of ${counts.clusters} clusters.`);
  }
  if (cost !== undefined) {
    const [key, extra] = cost.usd !== 0 ? (['cost', cost.usd] as const) : (['tokens', cost.tokens] as const);
    parts.push(`${key} ${signed(100 * extra, 0)} %, time ${signed(100 * cost.ms, 0)} %.`);
  }
  return parts.join(' ');
}

function signed(value: number, digits = 3): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

/** What a run is told of a verdict: nothing of any sealed case. */
export function toldOf(id: string, receipt: Receipt): Json {
  const so = verdictIn(receipt);
  const { verdict, code, reason, gain, p, alpha, counts, pass, cost, runs, looks } = so;
  const told = {
    verdict,
    code,
    reason,
    receipt: id,
    from: receipt.from.skill_version_hash,
    to: receipt.to.skill_version_hash,
    counts: { ...counts, runs, looks },
    ...(gain === undefined ? {} : { gain, p }),
    ...(pass === undefined ? {} : { pass }),
    ...(cost === undefined ? {} : { cost }),
    ...(receipt.dev === undefined ? {} : { dev: { score: receipt.dev.mean, label: 'selected, optimistic' } }),
    alpha: { spent: alpha.spent, attempt: alpha.attempt },
    summary: sentenceOf(so),
  };
  return JSON.parse(JSON.stringify(told)) as Json;
}
