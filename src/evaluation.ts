import { resolve } from 'node:path';
import { askedEvaluation } from './learning/evals/asked.ts';
import type { EvalSet } from './learning/evals/case.ts';
import { readEvalSet } from './learning/evals/read-eval-set.ts';
import type { EvalReport } from './learning/evals/report.ts';
import { type EvalRunOptions, runEval } from './learning/evals/run-eval.ts';
import type { OpenSession } from './learning/evals/session.ts';
import { sessionOpener } from './learning/evals/session-open.ts';
import { foldLock, type Splits, splitCases } from './learning/evals/splits.ts';
import { learningFacts } from './learning/state/facts.ts';
import { loosens } from './learning/versions/loosens.ts';
import { UserError } from './os/errors.ts';
import type { Asking, ExecPort } from './os/kernel/ports.ts';
import type { EvaluateRequest, Performed } from './os/ops/improvement.ts';
import type { Project } from './os/runs/project.ts';
import type { NoSandbox, Sandbox } from './os/sandbox/port.ts';
import type { Opened } from './os/skills/catalog.ts';

export type EvaluationDeps = {
  /** Asked for when something is evaluated: until then nothing of it is opened. */
  readonly project: () => Project;
  /** Programs of a run, by the root of its copy of the project. */
  readonly execAt: (root: string) => (workDir: string) => ExecPort;
  readonly sandbox: () => Sandbox | NoSandbox;
  /** A version of a skill that is kept, by its number. @throws UserError `not_found`. */
  readonly versionAt?: (skill: string, version: number) => Opened;
};

/** Evaluations of one project: for people, for ops of runs, and for searches and verifications. */
export type Evaluation = {
  readonly open: OpenSession;
  /** Eval files of a skill. @throws UserError `eval`, `not_found`. */
  set(skill: string): EvalSet;
  /** What the op asks for that evaluates a skill. @throws OpError. */
  evaluate(asking: Asking, request: Exclude<EvaluateRequest, { search: string }>): Promise<Performed>;
  /** Evaluates a skill for a person. @throws UserError; the signal's reason when aborted: asked again it goes on. */
  run(skill: string, options?: EvalRequest): Promise<EvalReport>;
};

export type EvalRequest = EvalRunOptions & {
  /** File of cases instead of the skill's own, relative to the project; none of them is sealed. */
  readonly dataset?: string;
  /** A kept version instead of the skill as it is. */
  readonly version?: number;
};

/** Nothing is read or opened before something is asked for. */
export function openEvaluation({ project, execAt, sandbox, versionAt }: EvaluationDeps): Evaluation {
  let opener: OpenSession | undefined;
  const open: OpenSession = async (request) => {
    opener ??= sessionOpener({ project: project(), execAt, sandbox, set });
    return opener(request);
  };
  const read = (skill: string, options: { dataset?: string } = {}) => {
    const { catalog } = project();
    const dir = catalog.find(skill)?.dir;
    if (dir === undefined) catalog.source(skill); // says that there is none
    return readEvalSet(dir ?? '', skill, options);
  };
  const set = (skill: string) => read(skill);
  const splitsOf = (found: EvalSet) =>
    splitCases(found.cases, foldLock(learningFacts(project().store, 'holdout_locked'), found.skill));
  return {
    open,
    set,
    evaluate: async (asking, request) =>
      askedEvaluation({ project: project(), open, set, splitsOf, loosens }, asking, request),
    run: async (skill, { dataset, version, ...options } = {}) => {
      const opened = version === undefined ? project().catalog.open(skill) : keptVersion(versionAt, skill, version);
      const found = dataset === undefined ? set(skill) : read(skill, { dataset: resolve(project().root, dataset) });
      const splits = dataset === undefined ? splitsOf(found) : NOTHING_SEALED;
      const number = version === undefined ? {} : { number: version };
      return runEval({ project: project(), open, version: opened, ...number, set: found, splits }, options);
    },
  };
}

const NOTHING_SEALED: Splits = { train: [], dev: [], holdout: [], clusters: new Map(), lineage: '' };

function keptVersion(versionAt: EvaluationDeps['versionAt'], skill: string, version: number): Opened {
  if (versionAt !== undefined) return versionAt(skill, version);
  throw new UserError('not_found', `there is no version ${version} of ${skill}`, {
    hint: `\`reyn skill versions ${skill}\` shows what there is.`,
  });
}
