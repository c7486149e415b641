import { UserError } from '../../os/errors.ts';
import type { Project } from '../../os/runs/project.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { EvalCase, EvalSet } from './case.ts';
import type { EvalReport } from './report.ts';
import { type EvalSettings, reportFrom } from './report-of.ts';
import type { EvalRow } from './row.ts';
import type { Measure, OpenSession } from './session.ts';
import type { Splits } from './splits.ts';

export type EvalRunOptions = {
  /** Runs of each case; 1 if absent. */
  readonly repeats?: number;
  /** Runs at once; as configured if absent. */
  readonly concurrency?: number;
  /** Only cases with one of these. */
  readonly tags?: readonly string[];
  /** From this score on it is good enough; as the eval files say if absent. */
  readonly threshold?: number;
  /** Key of a model, instead of those of the configuration. */
  readonly model?: string;
  /** Rows of earlier evaluations do not count. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  /** Before the first case: how many runs there will be, and how many cases nothing but a verification may run. */
  readonly onStart?: (start: { readonly id: string; readonly runs: number; readonly sealed: number }) => void;
  /** For each row as it is there, `cached` when it cost nothing. Must not throw. */
  readonly onRow?: (row: EvalRow, cached: boolean) => void;
};

export type EvalWanted = {
  readonly project: Project;
  readonly open: OpenSession;
  readonly version: Opened;
  /** Number of the version, where it is one that is kept. */
  readonly number?: number;
  readonly set: EvalSet;
  readonly splits: Splits;
};

/**
 * Evaluates a version of a skill for a person: all cases but those that are sealed.
 * @throws UserError `usage` when no case is left; the signal's reason when aborted: asked again it goes on where it was.
 */
export async function runEval(wanted: EvalWanted, options: EvalRunOptions): Promise<EvalReport> {
  const { project, open, version, number, set, splits } = wanted;
  const { repeats = 1, fresh = false, model, threshold = set.acceptanceThreshold, onStart, onRow } = options;
  const { signal = new AbortController().signal, concurrency = project.config.eval.concurrency } = options;
  const { cases, sealed } = casesFor(set, splits, options.tags);
  const settings: EvalSettings = {
    cases: cases.map(({ id, tags, mustPass, weight }) => ({ id, tags, mustPass, weight })),
    repeats,
    set: { digest: set.digest, scorers: set.scorers },
    threshold,
    skill_version_hash: version.skill.fingerprint,
    ...(number === undefined ? {} : { version: number }),
    sealed,
  };
  const session = await open({
    what: 'eval',
    skill: version.skill.name,
    baseline: version,
    model,
    cases: cases.length,
    settings,
    by: project.who,
    set,
    reuse: !fresh,
  });
  try {
    const asked = cases.flatMap((each) =>
      Array.from({ length: repeats }, (_, seed): Measure => ({ version, case: each, seed })),
    );
    onStart?.({ id: session.id, runs: asked.length, sealed });
    await session.evaluate(asked, { concurrency, signal, ...(onRow === undefined ? {} : { onRow }) });
    const report = reportFrom(session.events());
    if (report === undefined) throw new TypeError('an evaluation has no report');
    await session.close({ outcome: report.score >= threshold ? 'pass' : 'fail', score: report.score });
    return report;
  } finally {
    await session.close();
  }
}

function casesFor(
  { skill, cases }: EvalSet,
  { holdout }: Splits,
  tags: readonly string[] | undefined,
): { readonly cases: readonly EvalCase[]; readonly sealed: number } {
  const wanted = cases.filter((each) => tags === undefined || each.tags.some((tag) => tags.includes(tag)));
  const closed = new Set(holdout.map(({ id }) => id));
  const left = wanted.filter(({ id }) => !closed.has(id));
  const sealed = wanted.length - left.length;
  if (left.length > 0) return { cases: left, sealed };
  if (sealed > 0) {
    throw new UserError('usage', `all ${sealed} cases that are asked for are sealed`, {
      where: { skill },
      hint: 'Only a verification runs them. Write more cases, or ask for others.',
    });
  }
  const known = [...new Set(cases.flatMap((each) => each.tags))].sort().join(', ');
  throw new UserError('usage', `no case of ${skill} has such a tag`, {
    where: { skill },
    hint: known === '' ? 'None of them has any tag.' : `There are: ${known}.`,
  });
}
