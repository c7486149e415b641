import { exitOf } from './exit.ts';
import { block, code, sentence } from './markdown.ts';
import type { NightOutcome, NightReport, NightVerdict, SkillNight } from './report.ts';

/** By this first line the comment of an earlier night is found, to be updated in its place. */
export const MARKER = '<!-- reyn improve -->';

/** GitHub takes 65,536 characters; what is cut is in `candidate.diff` whole. */
const MOST_DIFF = 40_000;

const TITLES: Readonly<Record<NightOutcome, string>> = {
  improved: '✅ improved',
  proposed: '✅ proposed',
  held: '⏸ held',
  rejected: '❌ rejected',
  nothing: '– nothing better found',
  good_enough: '✅ good enough',
  waiting: '⏸ waits for a person',
  failed: '❌ failed',
  interrupted: '⏹ interrupted',
};

/** The report as one comment on a pull request. All text of models and files is escaped. */
export function comment(report: NightReport): string {
  const { date, model, skills, adopted, self_test } = report;
  const room = Math.floor(MOST_DIFF / Math.max(1, skills.length));
  const failed = self_test.checks.filter(({ ok }) => !ok);
  const parts = [
    MARKER,
    '## Skill improvement',
    [
      sentence(`Night of ${date.slice(0, 16).replace('T', ' ')} UTC`),
      ...(model === undefined ? [] : [`model ${code(model)}`]),
      `exit ${exitOf(report)}`,
    ].join(' · '),
    ...(self_test.ok ? [] : ['**The self-test failed: no verdict of this night counts.**']),
    ...failed.map(
      ({ name, expected, got }) => `- ${sentence(name)}: ${sentence(got)} instead of ${sentence(expected)}`,
    ),
    ...adopted.map(({ skill }) => `Merged and recorded: ${code(skill)}.`),
    skills.length === 0 ? 'No skill was to be improved.' : overview(skills),
    ...skills.map((skill) => details(skill, room)),
    ...(report.interrupted ? ['It was stopped before its end; `reyn resume` goes on.'] : []),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function overview(skills: readonly SkillNight[]): string {
  const rows = skills.map(({ skill, outcome, verdict, calls }) => {
    const cells = [code(skill), TITLES[outcome], verdictCell(verdict), gainCell(verdict), calls ?? ''];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| skill | outcome | verdict | gain (95 %) | calls |', '|---|---|---|---|---|', ...rows].join('\n');
}

function verdictCell(verdict: NightVerdict | undefined): string {
  return verdict === undefined ? '' : `${verdict.verdict} (${sentence(verdict.code)})`;
}

function gainCell(verdict: NightVerdict | undefined): string {
  const gain = verdict?.gain;
  return gain === undefined ? '' : `${points(gain.mean)} [${points(gain.low)}, ${points(gain.high)}]`;
}

function points(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function details(night: SkillNight, room: number): string {
  const { skill, reason, hypothesis, verdict, dev, receipt, run, diff, denied, from, to, notes } = night;
  const counts = verdict?.counts;
  const lines = [
    ...(counts === undefined
      ? []
      : [
          `Sealed cases: ${counts.fixed} fixed, ${counts.broken} broken, ${counts.flaky} flaky, in ${counts.clusters} clusters.`,
        ]),
    ...(verdict?.p === undefined ? [] : [`p = ${verdict.p.toPrecision(2)}, ${alpha(verdict)}.`]),
    ...(verdict?.pass === undefined ? [] : [passes(verdict.pass)]),
    ...(verdict?.cost === undefined ? [] : [`Cost of a run: ${cost(verdict.cost)}.`]),
    ...(dev?.after === undefined
      ? []
      : [`Score of the search (selected, optimistic): ${score(dev.before)} → ${score(dev.after)}.`]),
    ...(hypothesis === undefined ? [] : [`The model expected: ${code(hypothesis)}`]),
    ...(notes ?? []).map(sentence),
    ...denied.map(({ op, resource, reason: why }) => `Denied: ${code(`${op} ${resource}`)} ${sentence(why)}`),
    ...(from === undefined || to === undefined
      ? []
      : [`Version ${code(from.slice(0, 12))} → ${code(to.slice(0, 12))}`]),
    ...(receipt === undefined ? [] : [`Receipt ${code(receipt)}`]),
    ...(run === undefined ? [] : [`Run ${code(run)}`]),
  ];
  const list = lines.map((line) => `- ${line}`).join('\n');
  return [`### ${code(skill)}`, sentence(reason), list, diff === undefined ? '' : shown(diff, room)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function alpha({ alpha: used }: NightVerdict): string {
  return used === undefined ? 'α not told' : `α ${used.spent.toPrecision(2)} at attempt ${used.attempt}`;
}

function passes({ a, b }: NonNullable<NightVerdict['pass']>): string {
  return `Passed: once ${score(a.one)} → ${score(b.one)}, every time of ${b.k} ${score(a.all)} → ${score(b.all)}.`;
}

function cost({ usd, tokens, ms }: NonNullable<NightVerdict['cost']>): string {
  const share = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(0)} %`;
  return `${share(usd)} USD, ${share(tokens)} tokens, ${share(ms)} time`;
}

function score(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(3);
}

function shown(diff: string, room: number): string {
  const cut = diff.length <= room ? diff : `${diff.slice(0, room)}\n… cut; candidate.diff has it whole`;
  return `<details><summary>Diff</summary>\n\n${block(cut, 'diff')}\n\n</details>`;
}
