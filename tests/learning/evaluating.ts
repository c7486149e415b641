import { type Evaluation, openEvaluation } from '../../src/evaluation.ts';
import type { EvalCase } from '../../src/learning/evals/case.ts';
import type { MeasureOptions, OpenSessionRequest } from '../../src/learning/evals/session.ts';
import { OPS } from '../../src/ops.ts';
import { systemClock } from '../../src/os/clock.ts';
import { readConfig } from '../../src/os/config/read.ts';
import { openStore } from '../../src/os/events/store.ts';
import { randomIds } from '../../src/os/ids.ts';
import { openIndex } from '../../src/os/index/open.ts';
import { openSources } from '../../src/os/index/sources.ts';
import type { Improvement } from '../../src/os/kernel/ports.ts';
import { openSavedGrants } from '../../src/os/permissions/saved.ts';
import type { Project } from '../../src/os/runs/project.ts';
import { SUMMARY_FORM, summarize } from '../../src/os/runs/summary.ts';
import { openSigner } from '../../src/os/signer.ts';
import { openCatalog } from '../../src/os/skills/catalog.ts';
import { openJsEngine } from '../../src/os/steps/js/engine.ts';
import { openOutside, STDLIB } from '../../src/outside.ts';
import { projectRedactor } from '../../src/secrets.ts';
import { inProject, type ProjectSpec, type TestProject } from '../project.ts';

/** Rooms above the kernel on a project in a folder, as `openReyn` composes them. */
export type Evaluating = {
  readonly place: TestProject;
  readonly project: Project;
  readonly evaluation: Evaluation;
  close(): Promise<void>;
};

export async function inEvaluation<T>(spec: ProjectSpec, body: (evaluating: Evaluating) => Promise<T>): Promise<T> {
  return inProject(spec, async (place) => {
    const evaluating = openEvaluating(place);
    try {
      return await body(evaluating);
    } finally {
      await evaluating.close();
    }
  });
}

/** Opens the rooms on a folder, as another process would. */
export function openEvaluating(place: TestProject): Evaluating {
  const { root } = place;
  const env = { HOME: root, REYN_TRUST_PROJECT: '1' };
  const config = readConfig({ root, env });
  const redact = projectRedactor({ root, env, config });
  const signer = openSigner({ dir: `${root}/keys` });
  const store = openStore({ root, clock: systemClock, ids: randomIds, signer, redact });
  const outside = openOutside({ root, config, env, secret: () => undefined, ways: {} });
  const index = openIndex({ root, summarize, form: SUMMARY_FORM });
  const js = openJsEngine();
  const grants = openSavedGrants({ root, store: () => store, signer, redact, clock: systemClock, days: 90 });
  const evaluation: Evaluation = openEvaluation({
    project: () => project,
    execAt: outside.execAt,
    sandbox: outside.sandbox,
  });
  const project: Project = {
    root,
    store,
    index: openSources({ index, store: () => store, embeddings: undefined }),
    runs: () => ({ runs: [], more: 0 }),
    catalog: openCatalog({ root, stdlibDir: STDLIB }),
    config,
    ops: OPS,
    clock: systemClock,
    ids: randomIds,
    redact,
    js,
    grants,
    secret: () => undefined,
    ...outside,
    improvement: NO_IMPROVEMENT,
    env,
  };
  return {
    place,
    project,
    evaluation,
    close: async () => {
      index.close();
      await js.close();
      await outside.close();
      await store.close();
    },
  };
}

/** Runs of cases have their own; nothing else is run here. */
const NO_IMPROVEMENT: Improvement = {
  handles: () => {
    throw new Error('not part of these tests');
  },
  standing: () => Promise.reject(new Error('not part of these tests')),
};

/** A case that asks for one text. */
export function caseOf(id: string, text: string, expected?: EvalCase['expected']): EvalCase {
  const check = {
    id: 'same',
    scorer: 'exact',
    of: { at: 'final' },
    required: true,
    text: 'is what is expected',
    args: {},
  } as const;
  return {
    id,
    input: { text },
    ...(expected === undefined ? {} : { expected }),
    checks: expected === undefined ? [] : [check],
    tags: [],
    mustPass: false,
    weight: 1,
    where: { file: 'eval.md', line: 1 },
  };
}

/** What a session is opened with, unless a test says otherwise. */
export function request(
  { project }: Evaluating,
  skill: string,
  rest: Partial<OpenSessionRequest> = {},
): OpenSessionRequest {
  return {
    what: 'eval',
    skill,
    baseline: project.catalog.open(skill),
    model: undefined,
    cases: 1,
    settings: null,
    by: 'tester',
    set: { skill, cases: [], acceptanceThreshold: 1, digest: 'd', scorers: 's' },
    ...rest,
  };
}

export function options(rest: Partial<MeasureOptions> = {}): MeasureOptions {
  return { concurrency: 4, signal: new AbortController().signal, ...rest };
}
