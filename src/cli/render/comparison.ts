import type { CaseSide, Change, ComparedCase, Comparison, Side } from '../../learning/evals/compare.ts';
import { clean, dollars, duration, oneLine, type Paint, plural, table } from '../output.ts';

/** In this order, the ones that matter most first; what stayed the same is only counted. */
const SHOWN = ['broken', 'fixed', 'flaky', 'missing'] as const satisfies readonly Change[];
const WIDTH = 60;

/** A comparison for a person: the sides, every case that changed, the figures. */
export function showComparison(compared: Comparison, style: Paint): string {
  const { skill, baseline, candidate, cases, counts, gain, used, alerts } = compared;
  const { bold, dim, yellow } = style;
  const changed = SHOWN.flatMap((change) => cases.filter((each) => each.change === change));
  const sides = table(
    [
      [dim('baseline'), ...sideCells(baseline)],
      [dim('candidate'), ...sideCells(candidate)],
    ],
    undefined,
  );
  const tally = [...SHOWN, 'same' as const].map((change) => `${counts[change]} ${change}`).join(' · ');
  const lines = [
    bold(clean(skill)),
    sides.trimEnd(),
    '',
    ...(changed.length === 0
      ? []
      : [
          table(
            changed.map((each) => caseCells(each, style)),
            undefined,
          ).trimEnd(),
          '',
        ]),
    tally,
    gain === undefined
      ? 'gain: too few cases for an interval'
      : `gain ${signed(gain.mean)}, 95 % interval ${signed(gain.low)} to ${signed(gain.high)} (t, ${plural(gain.n, 'case')})`,
    `per run ${signed(used.tokens, 0)} tokens · ${used.usd < 0 ? '-' : '+'}${dollars(Math.abs(used.usd))} · ${used.ms < 0 ? '-' : '+'}${duration(Math.abs(used.ms))}`,
    ...alerts.map((alert) => yellow(`! ${clean(alert)}`)),
    verdictLine(compared, style),
  ];
  return `${lines.join('\n')}\n`;
}

function sideCells({ skill_version_hash, version, evaluations, score, runs, models }: Side): string[] {
  const which =
    version === undefined ? skill_version_hash.slice(0, 12) : `v${version} ${skill_version_hash.slice(0, 12)}`;
  const from = evaluations.length > 3 ? plural(evaluations.length, 'evaluation') : evaluations.join(' ');
  return [which, `score ${score.toFixed(2)}`, plural(runs, 'run'), models.map(clean).join(', '), from];
}

function caseCells({ id, change, confirmed, mustPass, baseline, candidate }: ComparedCase, style: Paint): string[] {
  const { red, green, yellow, dim } = style;
  const colour = { broken: red, fixed: green, flaky: yellow, missing: yellow, same: dim }[change];
  const word = change === 'broken' && confirmed ? 'broken, confirmed' : change;
  const about = `${oneLine(id, WIDTH)}${mustPass ? '  must pass' : ''}`;
  return [colour(word), `${share(baseline)} → ${share(candidate)}`, about];
}

function share(side: CaseSide | undefined): string {
  return side === undefined ? 'none' : `${side.passed}/${side.runs}`;
}

function signed(n: number, digits = 2): string {
  const text = n.toFixed(digits);
  return /^-0(\.0*)?$/.test(text) ? `+${text.slice(1)}` : n < 0 ? text : `+${text}`;
}

function verdictLine({ regressed, regressions }: Comparison, { red, green }: Paint): string {
  if (!regressed) return green('no confirmed regression');
  if (regressions.length === 0) return red('regression confirmed: all cases together are worse');
  return red(`regression confirmed: ${regressions.map((id) => oneLine(id, WIDTH)).join(', ')}`);
}
