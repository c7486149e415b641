import type { Reyn } from './api.ts';
import { driving } from './drive-with.ts';
import { openEvaluations } from './evaluations.ts';
import { openGovernance } from './governance.ts';
import { learningFacts } from './learning/state/facts.ts';
import type { ReadReceipt } from './learning/versions/version.ts';
import { idOf, isPinning, oneOf, statusOf, summaryOf } from './listed-runs.ts';
import { localPolicy } from './local-policy.ts';
import { listMcp } from './mcp-servers.ts';
import { OPS } from './ops.ts';
import { type Clock, systemClock } from './os/clock.ts';
import type { Config } from './os/config/config.ts';
import { keysDir } from './os/config/keys-dir.ts';
import { readConfig } from './os/config/read.ts';
import { realRoot } from './os/config/trust.ts';
import { type Disk, nodeDisk } from './os/disk.ts';
import { UserError } from './os/errors.ts';
import type { Store } from './os/events/port.ts';
import { openStore } from './os/events/store.ts';
import { type Ids, randomIds } from './os/ids.ts';
import { openAiEmbeddings } from './os/index/embeddings.ts';
import { follow } from './os/index/follow.ts';
import { openIndex } from './os/index/open.ts';
import { openSources } from './os/index/sources.ts';
import { openIn, recordAnswer } from './os/interventions/inbox.ts';
import { foldAll } from './os/kernel/fold.ts';
import type { WaysOptions } from './os/network/reach.ts';
import { openSavedGrants } from './os/permissions/saved.ts';
import { cancelRun } from './os/runs/cancel.ts';
import { runLister } from './os/runs/facts.ts';
import { forkAside } from './os/runs/fork.ts';
import { pinnedSkill } from './os/runs/pinned-skill.ts';
import type { Project } from './os/runs/project.ts';
import { replayRun } from './os/runs/replay-run.ts';
import { resumeRun } from './os/runs/resume.ts';
import { startRun } from './os/runs/start.ts';
import { describeRun, type RunSummary, SUMMARY_FORM, summarize } from './os/runs/summary.ts';
import { openSigner } from './os/signer.ts';
import { openCatalog } from './os/skills/catalog.ts';
import { openJsEngine } from './os/steps/js/engine.ts';
import { openOutside, STDLIB } from './outside.ts';
import { openProof } from './proof.ts';
import { openReceipts } from './receipts.ts';
import { openRooms } from './rooms.ts';
import { lazyRedactor, openSecrets, projectRedactor } from './secrets.ts';
import { openShelf } from './shelf.ts';
import { openVersioning } from './versioning.ts';
import { whoIs } from './who.ts';

export type * from './api.ts';

export type OpenOptions = {
  /** The project's folder, absolute. */
  readonly root: string;
  /** Where keys of providers and the user's home come from; default: this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Instead of what the files say. */
  readonly config?: Config;
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly disk?: Disk;
  /** What stands between names and wires; for tests. */
  readonly ways?: WaysOptions;
  /** Receipts of verdicts, instead of those that were reached; for tests. */
  readonly receipt?: ReadReceipt;
};

/**
 * Opens a project: the only place where adapters are built. Nothing is written, and no lock is taken, before something
 * is run.
 * @throws UserError `config` when a configuration file has a fault.
 */
export async function openReyn(options: OpenOptions): Promise<Reyn> {
  const { root, clock = systemClock, ids = randomIds } = options;
  const env = options.env ?? process.env;
  const given = options.config ?? readConfig({ root, env });
  const config = { ...given, policy: localPolicy(root, given.policy) };
  const signer = openSigner({ dir: keysDir({ root, env }) });
  const disk = options.disk === undefined ? {} : { disk: options.disk };
  const redact = lazyRedactor(() => projectRedactor({ root, env, config }));
  let store: Store | undefined;
  const opened = () => {
    store ??= openStore({ root, clock, ids, signer, redact, ...disk });
    return store;
  };
  const index = openIndex<RunSummary>({ root, summarize, form: SUMMARY_FORM, ...disk });
  const js = openJsEngine();
  const secrets = openSecrets({ root, env });
  const secret = (name: string) => secrets.get(name);
  const grants = openSavedGrants({
    root: realRoot(root),
    store: () => opened(),
    signer,
    redact,
    clock,
    days: config.grants.days,
  });
  const facts = (prefix: string) => learningFacts(opened(), prefix);
  const receipts = openReceipts({ root, store: opened, facts });
  const versioning = openVersioning({
    ...{ root, store: opened, clock, config, grants, signer, disk: options.disk ?? nodeDisk },
    ...{ catalog: () => catalog, who: whoIs(env), receipt: options.receipt ?? ((id) => receipts.read(id)) },
    pinned: (skill) => new Set(summaries().flatMap((run) => (isPinning(run, skill) ? [run.version] : []))),
  });
  const catalog = openCatalog({ root, stdlibDir: STDLIB, exchanges: versioning.exchanges });
  const outside = openOutside({ root, config, env, secret, ways: options.ways ?? {} });
  const { embeddings: chosen } = config;
  const embeddings = chosen === undefined ? undefined : openAiEmbeddings(chosen, env, redact);
  const sources = openSources({ index, store: opened, embeddings });
  const project: Project = {
    root,
    index: sources,
    runs: runLister(
      () => summaries(),
      (run) => opened().readRun(run),
    ),
    get store() {
      return opened();
    },
    catalog,
    config,
    ops: OPS,
    clock,
    ids,
    redact,
    js,
    grants,
    secret,
    ...outside,
    get improvement() {
      return rooms.improvement;
    },
    env,
  };
  const rooms = openRooms({
    ...{ project: () => project, execAt: outside.execAt, sandbox: outside.sandbox },
    versioning,
    facts,
    signer,
  });
  /** Asking a model outside of a run needs what most commands do without. */
  const models = async () => (await import('./models.ts')).openModels({ root, config, env, clock, redact });
  const isDriven = (run: string) => opened().ownership(run)?.alive === true;
  const summaries = () => {
    index.refresh();
    return index.runs().map((run) => summaryOf(run, isDriven));
  };
  const waiting = () => summaries().flatMap((summary) => summary.waiting);

  return {
    root,
    config,
    ops: OPS,
    skills: openShelf({ root, catalog, config, ops: OPS, store: opened, clock, env, ways: options.ways ?? {} }),

    versions: versioning.api,
    proposals: rooms.proposing.api,

    run: async (name, input, { model, limits, applies = true, ...rest } = {}) => {
      const starting = { ...(model === undefined ? {} : { model }), ...(limits === undefined ? {} : { limits }) };
      return startRun(
        applies ? project : withoutApplying(project),
        catalog.open(name),
        input,
        starting,
        driving(config, rest),
      );
    },
    resume: async (run, rest = {}) => resumeRun(project, run, driving(config, rest)),
    cancel: async (run, reason) => cancelRun(project, run, reason),
    fork: async (run, at) => forkAside(project, opened().readRun(run), at),
    replay: async (run, { against, model, ...rest } = {}) => {
      const replaying = { ...(against === undefined ? {} : { against }), ...(model === undefined ? {} : { model }) };
      return replayRun(project, run, replaying, driving(config, rest));
    },

    inbox: () => waiting(),
    answer: async (reference, answer, { words, ...rest } = {}) => {
      const found = oneOf(waiting(), reference, ({ id }) => id, 'question');
      const [open] = openIn([foldAll(opened().readRun(found.run))]).filter(
        ({ intervention }) => intervention.id === found.id,
      );
      if (open === undefined) throw new UserError('usage', `the question ${found.id} was answered already`);
      const said = { answer, who: outside.who, ...(words === undefined ? {} : { words }) };
      await recordAnswer(opened(), open, said, config.separation_of_duties);
      return resumeRun(project, found.root, driving(config, rest), 'answer');
    },

    runs: {
      list: ({ skill, status, limit = 1000 } = {}) =>
        summaries()
          .filter(
            (run) => (skill === undefined || run.skill === skill) && (status === undefined || run.status === status),
          )
          .slice(0, limit),
      show: (run) => {
        const detail = describeRun(opened().readRun(run));
        return { ...detail, status: statusOf(detail, isDriven) };
      },
      skillOf: (run) => pinnedSkill(foldAll(opened().readRun(run)).started, opened().blobs),
      idOf: (reference) => idOf(summaries(), reference),
    },
    events: {
      query: (filter) => {
        index.refresh();
        return index.events(filter);
      },
      tail: (filter, signal) => follow(index, filter, signal, clock),
    },
    index: {
      list: () => sources.list(),
      search: async ({ sources: named, ...request }, signal = new AbortController().signal) =>
        sources.recall({ ...request, sources: named ?? sources.list().map(({ source }) => source) }, signal),
      drop: async (source, keys) => sources.drop(source, keys),
    },
    recordRefusal: async (request) => {
      await opened().appendProject({ type: 'request_refused', data: request });
    },
    receipts,
    evals: {
      run: async (...asked) => (await rooms.evaluation()).run(...asked),
      accept: async (skill, lines) => (await import('./accept-cases.ts')).acceptCases({ root, catalog }, skill, lines),
      ...openEvaluations(root, opened),
    },
    mcp: { list: async (signal = new AbortController().signal) => listMcp(config, outside.mcp, signal) },
    ...openGovernance(project, (options) => driving(config, options)),
    models: {
      list: async () => (await models()).list(),
      test: async (name, signal) => (await models()).test(name, signal),
      probe: async (name, signal) => (await models()).probe(name, signal),
    },
    ...openProof({ root, env, signer, retention: config.retention, store: opened, runs: summaries, clock, ...disk }),
    nights: {
      begin: async (night) => {
        const { beginNight } = await import('./nightly.ts');
        const onDisk = options.disk ?? nodeDisk;
        const ports = { root, store: opened(), catalog, disk: onDisk, clock, ids, redact };
        return beginNight({ ...ports, receipt: receipts.read, adopt: versioning.api.adopt }, night);
      },
    },
    close: async () => {
      await versioning.settled();
      index.close();
      await js.close();
      await outside.close();
      await store?.close();
    },
  };
}

/** The project for a run that puts nothing in place of a skill. */
function withoutApplying(project: Project): Project {
  const { config } = project;
  return {
    ...project,
    config: { ...config, self_improvement: { ...config.self_improvement, on_propose: 'disabled' } },
  };
}
