import type { CaseReport, EvalReport } from '../../../src/learning/evals/report.ts';
import type { CheckScore, EvalRow } from '../../../src/learning/evals/row.ts';

const HASHES = { a: 'a'.repeat(64), b: 'b'.repeat(64) };
export const USED = { input: 80, output: 20, usd: 0.01, ms: 500, turns: 1 };

export type RowSpec = Partial<Pick<EvalRow, 'status' | 'error' | 'checks' | 'score' | 'pass' | 'usage' | 'feedback'>>;

/** A row that passed, unless it says otherwise. */
export function row(id: string, arm: 'a' | 'b', seed: number, spec: RowSpec = {}): EvalRow {
  const pass = spec.pass ?? (spec.status ?? 'scored') === 'scored';
  const checks: readonly CheckScore[] = spec.checks ?? [
    { id: 'right', score: pass ? 1 : 0, required: true, ...(pass ? {} : { why: 'it is not right' }) },
  ];
  return {
    key: `${arm}/${id}/${seed}`,
    case: id,
    closure: `closure-${arm}`,
    skill_version_hash: HASHES[arm],
    seed,
    model: 'm',
    score: pass ? 1 : 0,
    status: 'scored',
    usage: USED,
    run: 'r4k2m9x0ab',
    ...spec,
    pass,
    checks,
  };
}

/** A case from what became of its repeats: `1` passed, `0` did not, `i` the machine failed, `c` it crashed. */
export function caseOf(id: string, arm: 'a' | 'b', repeats: string, rest: Partial<CaseReport> = {}): CaseReport {
  const specs: Readonly<Record<string, RowSpec>> = {
    1: {},
    0: { pass: false },
    i: { status: 'infra', error: 'no answer' },
    c: { status: 'crashed', error: 'it crashed' },
  };
  const rows = [...repeats].map((each, seed) => row(id, arm, seed, specs[each]));
  const passed = rows.filter(({ pass }) => pass).length;
  const score = rows.length === 0 ? 0 : passed / rows.length;
  return { id, tags: [], mustPass: false, weight: 1, score, passed, rows, ...rest };
}

export function reportOf(arm: 'a' | 'b', cases: readonly CaseReport[], rest: Partial<EvalReport> = {}): EvalReport {
  const rows = cases.flatMap((each) => each.rows);
  return {
    id: `eval${arm}00001`,
    skill: 'essay',
    skill_version_hash: HASHES[arm],
    date: '2026-03-01T09:30:12.000Z',
    model: 'm',
    repeats: Math.max(0, ...cases.map((each) => each.rows.length)),
    set: { digest: 'd', scorers: 's' },
    threshold: 0.85,
    score: cases.reduce((sum, each) => sum + each.score, 0) / Math.max(1, cases.length),
    cases,
    usage: { input: 80 * rows.length, output: 20 * rows.length, usd: 0.01 * rows.length, ms: 500, turns: 1 },
    ms: 1500,
    cached: 0,
    ...rest,
  };
}

/** A side from `case: repeats`. */
export function sideOf(arm: 'a' | 'b', cases: Readonly<Record<string, string>>, rest: Partial<EvalReport> = {}) {
  return reportOf(
    arm,
    Object.entries(cases).map(([id, repeats]) => caseOf(id, arm, repeats)),
    rest,
  );
}
