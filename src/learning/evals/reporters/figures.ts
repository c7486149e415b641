import type { CaseReport, EvalReport } from '../report.ts';
import type { EvalRow } from '../row.ts';

/** Figures of a report as every reporter writes them. */

/** Beginning of a fingerprint, enough to tell versions apart. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

/** `0.87`; scores run from 0 to 1. */
export function showScore(score: number): string {
  return score.toFixed(2);
}

/** `87 %`, of a share from 0 to 1. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function showSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function showDollars(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}

/** `essay v3 (0123456789ab)`. */
export function showVersion({ skill, version, skill_version_hash }: Versioned): string {
  const number = version === undefined ? '' : ` v${version}`;
  return `${skill}${number} (${shortHash(skill_version_hash)})`;
}

type Versioned = Pick<EvalReport, 'skill' | 'version' | 'skill_version_hash'>;

/** Whether the skill is good enough by its own threshold. */
export function isGood({ score, threshold }: Pick<EvalReport, 'score' | 'threshold'>): boolean {
  return score >= threshold;
}

/** How a case went over its repeats. A case without a row did not pass. */
export type CaseState = 'passed' | 'flaky' | 'failed' | 'error';

/**
 * `error`: no repeat came so far that it could be judged, or every one that did not pass broke off. `flaky`: passed at
 * some repeats only.
 */
export function stateOf({ passed, rows }: Pick<CaseReport, 'passed' | 'rows'>): CaseState {
  if (rows.length > 0 && passed === rows.length) return 'passed';
  if (rows.filter(({ pass }) => !pass).every(({ status }) => status !== 'scored')) return 'error';
  return passed > 0 ? 'flaky' : 'failed';
}

/** How many cases of each state. */
export function countStates(cases: readonly CaseReport[]): Readonly<Record<CaseState, number>> {
  const counts = { passed: 0, flaky: 0, failed: 0, error: 0 };
  for (const each of cases) counts[stateOf(each)] += 1;
  return counts;
}

/** Share of single runs that passed, and of cases that passed at every repeat; 0 where there is none. */
export function passRates(cases: readonly CaseReport[]): { readonly one: number; readonly all: number } {
  const runs = cases.reduce((sum, { rows }) => sum + rows.length, 0);
  const passed = cases.reduce((sum, each) => sum + each.passed, 0);
  return {
    one: runs === 0 ? 0 : passed / runs,
    all: cases.length === 0 ? 0 : countStates(cases).passed / cases.length,
  };
}

/** One thing that went wrong in a case, and at how many of its repeats. */
export type Miss = { readonly what: string; readonly required: boolean; readonly times: number };

/** What went wrong in a case: checks that were missed with the first reason given, and repeats without a result. */
export function missesOf(rows: readonly EvalRow[]): readonly Miss[] {
  const found = new Map<string, { what: string; required: boolean; times: number }>();
  const add = (key: string, what: string, required: boolean) => {
    const known = found.get(key);
    if (known === undefined) found.set(key, { what, required, times: 1 });
    else known.times += 1;
  };
  for (const { status, error, checks } of rows) {
    if (status !== 'scored') add(`status ${status}`, error === undefined ? status : `${status}: ${error}`, true);
    for (const { id, score, required, why } of checks) {
      if (score < 1) add(`check ${id}`, why === undefined ? id : `${id}: ${why}`, required);
    }
  }
  return [...found.values()];
}

/** Means of one case over its repeats; 0 where there is none. */
export function meanUsed(rows: readonly EvalRow[]): {
  readonly tokens: number;
  readonly usd: number;
  readonly ms: number;
} {
  const mean = (of: (row: EvalRow) => number) =>
    rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return {
    tokens: mean(({ usage }) => usage.input + usage.output),
    usd: mean(({ usage }) => usage.usd),
    ms: mean(({ usage }) => usage.ms),
  };
}
