import type { NightReport, SkillNight } from '../../api.ts';
import { clean, dollars, duration, grouped, oneLine, type Paint, plural } from '../output.ts';

/** A night as a person reads it on stdout. Text of models is cleaned, and nothing of the diff is cut. */
export function nightText(report: NightReport, paint: Paint): string {
  const { bold, dim, red } = paint;
  const { self_test, adopted, skills } = report;
  const failed = self_test.checks.filter(({ ok }) => !ok);
  return [
    ...(self_test.ok ? [] : [red(bold('The self-test failed: nothing was done, and no verdict would count.'))]),
    ...failed.map(({ name, expected, got }) => `  ${clean(name)}: ${clean(got)} instead of ${clean(expected)}`),
    ...adopted.map(({ skill }) => `${bold(clean(skill))}  merged, and recorded as a version`),
    ...(skills.length === 0 && self_test.ok ? ['No skill is to be improved.'] : []),
    ...skills.flatMap((skill) => skillLines(skill, paint)),
    ...(skills.length < 2 ? [] : [dim(`${plural(skills.length, 'skill')} · ${duration(report.ms)}`)]),
    '',
  ].join('\n');
}

function skillLines(night: SkillNight, paint: Paint): string[] {
  const { bold, dim, green, red, yellow } = paint;
  const { skill, outcome, reason, verdict, calls, usage, receipt, diff, denied, dev } = night;
  const good = outcome === 'improved' || outcome === 'proposed' || outcome === 'good_enough';
  const color = good ? green : outcome === 'rejected' || outcome === 'failed' ? red : yellow;
  const row = (label: string, text: string) => `  ${dim(label.padEnd(8))} ${text}`;
  return [
    `${bold(clean(skill))}  ${color(bold(outcome.replace('_', ' ')))}`,
    row('why', oneLine(reason, 200)),
    ...(verdict === undefined ? [] : [row('verdict', verdictText(verdict))]),
    ...(dev?.after === undefined
      ? []
      : [row('search', `${score(dev.before)} → ${score(dev.after)} (selected, optimistic)`)]),
    ...denied.map(({ op, resource, reason: why }) => row('denied', oneLine(`${op} ${resource}: ${why}`, 200))),
    row('spent', spent(calls, usage)),
    ...(receipt === undefined ? [] : [row('receipt', clean(receipt))]),
    ...(diff === undefined || diff === '' ? [] : ['', ...diffLines(diff, paint)]),
    '',
  ];
}

function verdictText({ verdict, code, gain, p, alpha, counts }: NonNullable<SkillNight['verdict']>): string {
  return [
    `${verdict} (${clean(code)})`,
    ...(gain === undefined ? [] : [`gain ${signed(gain.mean)} [${signed(gain.low)}, ${signed(gain.high)}]`]),
    ...(p === undefined ? [] : [`p ${p.toPrecision(2)}`]),
    ...(alpha === undefined ? [] : [`α ${alpha.spent.toPrecision(2)} (attempt ${alpha.attempt})`]),
    ...(counts === undefined ? [] : [`${counts.fixed} fixed, ${counts.broken} broken, ${counts.flaky} flaky`]),
  ].join(' · ');
}

function spent(calls: number | undefined, { input, output, usd, ms }: SkillNight['usage']): string {
  return [
    ...(calls === undefined ? [] : [plural(calls, 'call')]),
    `${grouped(input + output)} tokens`,
    ...(usd === 0 ? [] : [dollars(usd)]),
    duration(ms),
  ].join(' · ');
}

function diffLines(diff: string, { green, red, cyan, bold }: Paint): string[] {
  return clean(diff)
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (/^(\+\+\+|---|diff) /.test(line)) return bold(line);
      if (line.startsWith('+')) return green(line);
      if (line.startsWith('-')) return red(line);
      return line.startsWith('@@') ? cyan(line) : line;
    });
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
const score = (value: number | undefined) => (value === undefined ? '?' : value.toFixed(3));
