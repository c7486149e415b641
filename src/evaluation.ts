import { askedEvaluation } from './learning/evals/asked.ts';
import type { EvalSet } from './learning/evals/case.ts';
import type { EvalReport } from './learning/evals/report.ts';
import { type EvalSettings, reportFrom } from './learning/evals/report-of.ts';
import type { EvalRow } from './learning/evals/row.ts';
import type { Measure, OpenSession } from './learning/evals/session.ts';
import { sessionDir } from './learning/evals/session-deps.ts';
import { readSessionEvents } from './learning/evals/session-events.ts';
import { sessionOpener } from './learning/evals/session-open.ts';
import { foldLock, splitCases } from './learning/evals/splits.ts';
import { readEvalSet, scoreCase } from './learning/evals/stand-in.ts';
import { UserError } from './os/errors.ts';
import type { Asking, ExecPort } from './os/kernel/ports.ts';
import type { EvaluateRequest, Performed } from './os/ops/improvement.ts';
import type { Project } from './os/runs/project.ts';
import type { Opened } from './os/skills/catalog.ts';

export type EvaluationDeps = {
  /** Asked for when something is evaluated: until then nothing of it is opened. */
  readonly project: () => Project;
  readonly execAt: (root: string) => (workDir: string) => ExecPort;
  /** A version of a skill that is kept, by its number. @throws UserError `not_found`. */
  readonly versionAt?: (skill: string, version: number) => Opened;
};

/** Evaluations of one project: for people, for ops of runs, and for searches and verifications. */
export type Evaluation = {
  readonly open: OpenSession;
  /** Eval files of a skill. @throws UserError `skill`, `not_found`. */
  set(skill: string): EvalSet;
  /** What the op asks for that evaluates a skill. @throws OpError. */
  evaluate(asking: Asking, request: Exclude<EvaluateRequest, { search: string }>): Promise<Performed>;
  readonly api: EvalsApi;
};

/** Evaluations as people have them. */
export type EvalsApi = {
  /** Evaluates a skill. @throws UserError; the signal's reason when aborted: asked again it goes on. */
  run(skill: string, options?: EvalRunOptions): Promise<EvalReport>;
  /** Evaluations people started, the newest first. */
  list(skill?: string): Promise<readonly EvalSummary[]>;
  /** @throws UserError `not_found`; CorruptLog. */
  get(id: string): Promise<EvalReport>;
};

export type EvalRunOptions = {
  /** File of cases instead of the skill's own, relative to the project. */
  readonly dataset?: string;
  /** Runs of each case; 1 if absent. */
  readonly repeats?: number;
  readonly concurrency?: number;
  /** Only cases with one of these. */
  readonly tags?: readonly string[];
  readonly threshold?: number;
  readonly model?: string;
  /** Runs all anew: rows of earlier evaluations do not count. */
  readonly fresh?: boolean;
  /** A kept version instead of the skill as it is. */
  readonly version?: number;
  readonly signal?: AbortSignal;
  /** Before the first case: how many runs there will be, and how many cases are left out as sealed. */
  readonly onStart?: (start: { readonly id: string; readonly runs: number; readonly sealed: number }) => void;
  readonly onRow?: (row: EvalRow, cached: boolean) => void;
};

export type EvalSummary = {
  readonly id: string;
  readonly skill: string;
  readonly skill_version_hash: string;
  /** ISO 8601. */
  readonly date: string;
  readonly cases: number;
  /** Absent while it has not ended. */
  readonly score?: number;
};

/** Nothing is read or opened before something is asked for. */
export function openEvaluation({ project, execAt, versionAt }: EvaluationDeps): Evaluation {
  let opener: OpenSession | undefined;
  const open: OpenSession = (request) => {
    opener ??= sessionOpener({ project: project(), execAt, score: scoreCase });
    return opener(request);
  };
  const set = (skill: string) => {
    const { catalog } = project();
    const entry = catalog.find(skill);
    if (entry === undefined) catalog.source(skill); // says so
    return readEvalSet(entry?.dir ?? '', skill);
  };
  const splitsOf = (found: EvalSet) =>
    splitCases(found.cases, foldLock(project().store.facts('holdout_locked'), found.skill));
  return {
    open,
    set,
    evaluate: (asking, request) => askedEvaluation({ project: project(), open, set, splitsOf }, asking, request),
    api: {
      run: async (skill, options = {}) => {
        const { repeats = 1, tags, fresh = false, model, version, signal = new AbortController().signal } = options;
        const { config, catalog, who } = project();
        const opened = version === undefined ? catalog.open(skill) : keptVersion(versionAt, skill, version);
        const found = set(skill);
        const sealed = new Set(splitsOf(found).holdout.map(({ id }) => id));
        const wanted = found.cases.filter((each) => tags === undefined || each.tags.some((tag) => tags.includes(tag)));
        const cases = wanted.filter(({ id }) => !sealed.has(id));
        if (cases.length === 0) throw noCases(skill, wanted.length);
        const settings: EvalSettings = {
          cases: cases.map(({ id, tags: its, mustPass, weight }) => ({ id, tags: its, mustPass, weight })),
          repeats,
          set: { digest: found.digest, scorers: found.scorers },
          threshold: options.threshold ?? found.acceptanceThreshold,
          skill_version_hash: opened.skill.fingerprint,
          ...(version === undefined ? {} : { version }),
          sealed: wanted.length - cases.length,
        };
        const session = await open({
          what: 'eval',
          skill,
          baseline: opened,
          model,
          cases: cases.length,
          settings,
          by: who,
          scorers: found.scorers,
          reuse: !fresh,
        });
        try {
          const asked = cases.flatMap((each) =>
            Array.from({ length: repeats }, (_, seed): Measure => ({ version: opened, case: each, seed })),
          );
          options.onStart?.({ id: session.id, runs: asked.length, sealed: wanted.length - cases.length });
          const { onRow } = options;
          const concurrency = options.concurrency ?? config.eval.concurrency;
          await session.evaluate(asked, { concurrency, signal, ...(onRow === undefined ? {} : { onRow }) });
          const report = reportFrom(session.events());
          if (report === undefined) throw new TypeError('an evaluation has no report');
          await session.close({ outcome: report.score >= report.threshold ? 'pass' : 'fail', score: report.score });
          return report;
        } finally {
          await session.close();
        }
      },
      list: async (skill) => summaries(project(), skill),
      get: async (id) => {
        const { root } = project();
        const report = reportFrom(readSessionEvents(sessionDir(root, id, false), id));
        if (report !== undefined) return report;
        throw new UserError('not_found', `${id} is no evaluation with a report`, {
          hint: '`reyn eval list` shows what there is.',
        });
      },
    },
  };
}

function keptVersion(versionAt: EvaluationDeps['versionAt'], skill: string, version: number): Opened {
  if (versionAt !== undefined) return versionAt(skill, version);
  throw new UserError('not_found', `there is no version ${version} of ${skill}`);
}

function noCases(skill: string, sealed: number): UserError {
  return sealed === 0
    ? new UserError('usage', `${skill} has no such cases`, { hint: 'Write some into evals, or look at --tags.' })
    : new UserError('usage', `all ${sealed} cases that are asked for are sealed: only a verification runs them`);
}

function summaries({ store }: Project, skill: string | undefined): readonly EvalSummary[] {
  const events = store.facts('eval_');
  const scores = new Map(
    events.flatMap((event) => (event.type === 'eval_finished' ? [[event.data.id, event.data.score] as const] : [])),
  );
  return events
    .flatMap((event): EvalSummary[] => {
      if (event.type !== 'eval_started' || event.data.what !== 'eval') return [];
      const { id, skill: name, skill_version_hash, cases } = event.data;
      if (skill !== undefined && skill !== name) return [];
      const score = scores.get(id);
      return [
        { id, skill: name, skill_version_hash, date: event.ts, cases, ...(score === undefined ? {} : { score }) },
      ];
    })
    .toReversed();
}
