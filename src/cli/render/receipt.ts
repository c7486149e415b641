import type { ReceiptLine, SealedCase, ShownReceipt } from '../../api.ts';
import { clean, moment, type Paint, plural, table } from '../output.ts';

/** Verdicts, one in a line. */
export function showReceipts(lines: readonly ReceiptLine[], { dim, bold }: Paint): string {
  if (lines.length === 0) return '';
  const head = ['receipt', 'when', 'skill', 'verdict', 'why', 'gain', 'from → to'].map(dim);
  const rows = lines.map(({ id, date, skill, verdict, code, gain, from, to }) => [
    id.slice(0, 12),
    moment(date),
    clean(skill),
    bold(verdict),
    code,
    gain === undefined ? '–' : signed(gain),
    `${from.slice(0, 8)} → ${to.slice(0, 8)}`,
  ]);
  return table([head, ...rows], undefined);
}

/** All that people are shown of a verdict. */
export function showReceipt({ id, receipt, verdict }: ShownReceipt, { bold, dim }: Paint): string {
  const { gain, p, alpha, pass, counts, cost, runs, looks } = verdict;
  const lines: [string, string][] = [
    ['receipt', id],
    ['skill', `${clean(receipt.skill)}, ${hashes(receipt)}`],
    ['verdict', `${bold(verdict.verdict)} (${verdict.code}) ${clean(verdict.reason)}`],
  ];
  if (gain !== undefined) {
    lines.push([
      'gain',
      `${signed(gain.mean)}, 95 % interval ${signed(gain.low)} to ${signed(gain.high)}, p = ${p?.toPrecision(2)}`,
    ]);
  }
  if (pass !== undefined) {
    const { a, b } = pass;
    lines.push(['passes once', `${percent(a.one)} → ${percent(b.one)}`]);
    lines.push([`passes ${a.k} of ${a.k}`, `${percent(a.all)} → ${percent(b.all)}`]);
  }
  if (counts !== undefined) {
    const { fixed, broken, flaky, clusters } = counts;
    lines.push(['cases', `${fixed} fixed, ${broken} broken, ${flaky} flaky; ${plural(clusters, 'cluster')}`]);
  }
  if (cost !== undefined) {
    lines.push([
      'cost',
      `USD ${signedPercent(cost.usd)}, tokens ${signedPercent(cost.tokens)}, time ${signedPercent(cost.ms)}`,
    ]);
  }
  if (receipt.dev !== undefined) lines.push(['dev score', `${receipt.dev.mean.toFixed(3)} (selected, optimistic)`]);
  lines.push([
    'alpha',
    `${alpha.spent.toFixed(4)} spent; verdict ${alpha.attempt} of this lineage since the last PASS`,
  ]);
  lines.push(['runs', `${runs}, in ${plural(looks, 'look')}`]);
  lines.push(['sealed log', receipt.session]);
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${dim(name.padEnd(width))}  ${text}\n`).join('');
}

/** Sealed cases, those that changed most first. */
export function showCases(cases: readonly SealedCase[], { dim, red, green }: Paint): string {
  const mean = (scores: readonly number[]) =>
    scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const rows = cases
    .map((each) => ({ ...each, difference: mean(each.b) - mean(each.a) }))
    .sort((one, other) => one.difference - other.difference)
    .map(({ case: name, a, b, mustPass, difference }) => {
      const color = difference < 0 ? red : difference > 0 ? green : dim;
      const scores = (of: readonly number[]) => of.map((score) => Number(score.toFixed(2))).join(' ');
      return [clean(name), mustPass ? 'must pass' : '', scores(a), scores(b), color(signed(difference))];
    });
  return table([['case', '', 'before', 'after', 'difference'].map(dim), ...rows], undefined);
}

function hashes({ from, to }: ShownReceipt['receipt']): string {
  return `${from.skill_version_hash.slice(0, 12)} → ${to.skill_version_hash.slice(0, 12)}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function signedPercent(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(0)} %`;
}
