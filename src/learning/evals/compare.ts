import { fisherP, type Interval, meanInterval, type Sample } from './interval.ts';
import type { CaseReport, EvalReport } from './report.ts';
import type { EvalRow } from './row.ts';

/**
 * Two versions of a skill side by side, from rows that are there already. For a person and for CI; whether a version
 * may replace another is never decided by it.
 *
 *  - C1 Rows are paired by case. Rows of one case and version count once, in however many reports they stand.
 *  - C2 A run that failed for nobody's fault (`infra`) counts for neither side, and is told of.
 *  - C3 A case that one side lacks is told of, and is in no figure.
 *  - C4 A regression is confirmed only by at least five runs of each side: the first passes at least .6 of its runs, the
 *    second at most .4, and Fisher's test gives at most .05 to that being chance. The two shares alone would accuse
 *    every fourth case that passes half the time. With fewer runs a case that broke is only suspected.
 *  - C5 All cases together are a confirmed regression when the whole 95 % interval of the gain lies below 0, from twelve
 *    cases on.
 */
export type Comparison = {
  readonly skill: string;
  readonly baseline: Side;
  readonly candidate: Side;
  /** In the order of the baseline; cases that only the candidate has come last. */
  readonly cases: readonly ComparedCase[];
  readonly counts: Readonly<Record<Change, number>>;
  /** Weighted mean of the differences per case; absent below two cases. */
  readonly gain?: Interval;
  /** Mean differences per run, candidate less baseline. */
  readonly used: { readonly tokens: number; readonly usd: number; readonly ms: number };
  /** What a reader must know before they believe the figures. */
  readonly alerts: readonly string[];
  /** Ids of cases whose regression is confirmed (C4). */
  readonly regressions: readonly string[];
  /** Whether anything is confirmed to be worse: a case (C4), or all of them together (C5). */
  readonly regressed: boolean;
};

export type Side = {
  readonly skill_version_hash: string;
  readonly version?: number;
  /** Evaluations it comes from. */
  readonly evaluations: readonly string[];
  readonly models: readonly string[];
  /** Weighted mean score of the cases that both sides have. */
  readonly score: number;
  readonly runs: number;
};

export type Change = 'fixed' | 'broken' | 'flaky' | 'same' | 'missing';

export type ComparedCase = {
  readonly id: string;
  readonly mustPass: boolean;
  readonly change: Change;
  readonly confirmed: boolean;
  /** Absent where a side lacks the case. */
  readonly baseline?: CaseSide;
  readonly candidate?: CaseSide;
};

export type CaseSide = Sample & { readonly score: number };

const MOSTLY = 2 / 3;
const SELDOM = 1 / 3;
const CONFIRMED = { baseline: 0.6, candidate: 0.4, runs: 5, p: 0.05 };
const MOST_OF_INFRA = 0.1;
const ENOUGH_CASES = 12;

/**
 * Compares reports of one version with reports of another. All of a side must be of one fingerprint.
 * @param baseline, candidate at least one report each.
 */
export function compare(baseline: readonly EvalReport[], candidate: readonly EvalReport[]): Comparison {
  const [a, b] = [gather(baseline), gather(candidate)];
  const ids = [...new Set([...a.cases.keys(), ...b.cases.keys()])];
  const cases = ids.map((id) => compared(id, a.cases.get(id), b.cases.get(id)));
  const paired = ids.flatMap((id) => {
    const [x, y] = [a.cases.get(id), b.cases.get(id)];
    return x === undefined || y === undefined || x.runs === 0 || y.runs === 0 ? [] : [{ x, y, weight: y.weight }];
  });
  const gain = meanInterval(paired.map(({ x, y, weight }) => ({ by: y.score - x.score, weight })));
  const regressions = cases.flatMap(({ id, confirmed }) => (confirmed ? [id] : []));
  const counts = { fixed: 0, broken: 0, flaky: 0, same: 0, missing: 0 };
  for (const { change } of cases) counts[change] += 1;
  const harmed = gain !== undefined && gain.n >= ENOUGH_CASES && gain.high < 0;
  const less = (of: (row: EvalRow) => number) =>
    meanOf(
      paired.flatMap(({ y }) => y.rows),
      of,
    ) -
    meanOf(
      paired.flatMap(({ x }) => x.rows),
      of,
    );
  return {
    skill: candidate[0]?.skill ?? '',
    baseline: sideOf(baseline, a, weighted(paired.map(({ x, weight }) => ({ score: x.score, weight })))),
    candidate: sideOf(candidate, b, weighted(paired.map(({ y, weight }) => ({ score: y.score, weight })))),
    cases,
    counts,
    ...(gain === undefined ? {} : { gain }),
    used: {
      tokens: less(({ usage }) => usage.input + usage.output),
      usd: less(({ usage }) => usage.usd),
      ms: less(({ usage }) => usage.ms),
    },
    alerts: alertsOf({ baseline, candidate, a, b, cases }),
    regressions,
    regressed: regressions.length > 0 || harmed,
  };
}

type Gathered = { readonly cases: ReadonlyMap<string, Arm>; readonly infra: number; readonly all: number };
type Arm = CaseSide & { readonly mustPass: boolean; readonly weight: number; readonly rows: readonly EvalRow[] };

/** Cases of a side over all its reports; what the newest says of a case counts. */
function gather(reports: readonly EvalReport[]): Gathered {
  const newest = [...reports].sort((x, y) => y.date.localeCompare(x.date));
  const about = new Map<string, CaseReport>();
  const rows = new Map<string, Map<string, EvalRow>>();
  for (const each of newest.flatMap((report) => report.cases)) {
    if (!about.has(each.id)) about.set(each.id, each);
    const known = rows.get(each.id) ?? new Map<string, EvalRow>();
    for (const row of each.rows) if (!known.has(row.key)) known.set(row.key, row);
    rows.set(each.id, known);
  }
  let [infra, all] = [0, 0];
  const cases = new Map<string, Arm>();
  for (const [id, { mustPass, weight }] of about) {
    const every = [...(rows.get(id) ?? new Map<string, EvalRow>()).values()];
    const counted = every.filter(({ status }) => status !== 'infra');
    infra += every.length - counted.length;
    all += every.length;
    const passed = counted.filter(({ pass }) => pass).length;
    const score = meanOf(counted, (row) => row.score);
    cases.set(id, { mustPass, weight, rows: counted, passed, runs: counted.length, score });
  }
  return { cases, infra, all };
}

function compared(id: string, a: Arm | undefined, b: Arm | undefined): ComparedCase {
  const sides = {
    ...(a === undefined || a.runs === 0 ? {} : { baseline: caseSide(a) }),
    ...(b === undefined || b.runs === 0 ? {} : { candidate: caseSide(b) }),
  };
  const mustPass = (b ?? a)?.mustPass === true;
  const { baseline: x, candidate: y } = sides;
  if (x === undefined || y === undefined) return { id, mustPass, change: 'missing', confirmed: false, ...sides };
  const change = changeOf(x, y, mustPass);
  return { id, mustPass, change, confirmed: change === 'broken' && isConfirmed(x, y), ...sides };
}

function caseSide({ passed, runs, score }: Arm): CaseSide {
  return { passed, runs, score };
}

/** A case that must pass is broken by a single miss where there was none. */
function changeOf(a: CaseSide, b: CaseSide, mustPass: boolean): Change {
  const [x, y] = [a.passed / a.runs, b.passed / b.runs];
  if (x >= MOSTLY && y <= SELDOM) return 'broken';
  if (mustPass && x === 1 && y < 1) return 'broken';
  if (x <= SELDOM && y >= MOSTLY) return 'fixed';
  return isMixed(x) || isMixed(y) ? 'flaky' : 'same';
}

function isMixed(share: number): boolean {
  return share > 0 && share < 1;
}

function isConfirmed(a: CaseSide, b: CaseSide): boolean {
  return (
    Math.min(a.runs, b.runs) >= CONFIRMED.runs &&
    a.passed / a.runs >= CONFIRMED.baseline &&
    b.passed / b.runs <= CONFIRMED.candidate &&
    fisherP(a, b) <= CONFIRMED.p
  );
}

function sideOf(reports: readonly EvalReport[], { all, infra }: Gathered, score: number): Side {
  const version = reports.find((report) => report.version !== undefined)?.version;
  return {
    skill_version_hash: reports[0]?.skill_version_hash ?? '',
    ...(version === undefined ? {} : { version }),
    evaluations: reports.map(({ id }) => id),
    models: unique(reports.map(({ model }) => model)),
    score,
    runs: all - infra,
  };
}

type Told = {
  readonly baseline: readonly EvalReport[];
  readonly candidate: readonly EvalReport[];
  readonly a: Gathered;
  readonly b: Gathered;
  readonly cases: readonly ComparedCase[];
};

function alertsOf({ baseline, candidate, a, b, cases }: Told): string[] {
  const alerts: string[] = [];
  const differ = (of: (report: EvalReport) => string) => unique([...baseline, ...candidate].map(of)).length > 1;
  if (baseline[0]?.skill_version_hash === candidate[0]?.skill_version_hash)
    alerts.push('Both sides are the same version: what differs is chance.');
  if (differ(({ model }) => model)) alerts.push('The evaluations are not of the same model.');
  if (differ(({ set }) => set.scorers))
    alerts.push('What cases are judged by was changed between the evaluations: scores mean different things.');
  else if (differ(({ set }) => set.digest)) alerts.push('The eval files were changed between the evaluations.');
  for (const { id, change, baseline: x } of cases) {
    if (change !== 'missing') continue;
    alerts.push(`The ${x === undefined ? 'baseline' : 'candidate'} has no run of the case "${id}".`);
  }
  for (const [name, { infra, all }] of [['baseline', a] as const, ['candidate', b] as const]) {
    if (infra === 0) continue;
    const many = infra / all > MOST_OF_INFRA ? ' That is too many to believe the rest.' : '';
    alerts.push(`${infra} of ${all} runs of the ${name} failed for nobody's fault and are not counted.${many}`);
  }
  return alerts;
}

function meanOf(rows: readonly EvalRow[], of: (row: EvalRow) => number): number {
  return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
}

function weighted(scores: readonly { score: number; weight: number }[]): number {
  const weights = scores.reduce((sum, { weight }) => sum + weight, 0);
  return weights === 0 ? 0 : scores.reduce((sum, { score, weight }) => sum + score * weight, 0) / weights;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
