import type { AnswerOptions, DriveOptions, ReplayOptions, RunOptions } from './driving.ts';
import type { EvalRequest } from './evaluation.ts';
import type { Evaluations } from './evaluations.ts';
import type {
  GrantEntry,
  McpServerEntry,
  NewGrant,
  OpOptions,
  OpOutcome,
  PolicyAnswer,
  PolicyQuestion,
} from './governance-types.ts';
import type { EvalReport, EvalSummary } from './learning/evals/report.ts';
import type { ModelEntry, ModelProbe, ModelTest } from './models-api.ts';
import type { BeginNight, Night } from './night.ts';
import type { RunDecisions } from './os/audit/decisions.ts';
import type { ExportRequest } from './os/audit/export.ts';
import type { GcReport } from './os/audit/gc.ts';
import type { AuditReport } from './os/audit/report.ts';
import type { SealReport } from './os/audit/seal.ts';
import type { Config } from './os/config/config.ts';
import type { ProjectEvent, RunEvent } from './os/events/event.ts';
import type { EventFilter } from './os/index/filter.ts';
import type { Recalled, RecallRequest, SourceSummary } from './os/index/port.ts';
import type { JsonObject } from './os/json.ts';
import type { Op } from './os/ops/op.ts';
import type { Grant } from './os/permissions/grant.ts';
import type { RunInput } from './os/runs/input.ts';
import type { PendingIntervention, RunOutcome } from './os/runs/outcome.ts';
import type { ReplayReport } from './os/runs/replay-run.ts';
import type { SpendGroup, Spending } from './os/runs/spend.ts';
import type { RunDetail, RunSummary } from './os/runs/summary.ts';
import type { Skill } from './os/skills/skill.ts';
import type { ProposalsApi } from './proposing.ts';
import type { Receipts } from './receipts.ts';
import type { SkillsApi } from './skills-api.ts';
import type { VersionsApi } from './versioning.ts';

/** One project, opened. Everything the command line does goes through here; `openReyn` makes one. */
export type Reyn = {
  readonly root: string;
  readonly config: Config;
  readonly ops: readonly Op[];

  readonly skills: SkillsApi;

  /** Versions of skills of the project: what is kept, what differs, putting one back, recording a change. */
  readonly versions: VersionsApi;

  /** What runs proposed to people, and what changes nothing by itself. */
  readonly proposals: ProposalsApi;

  /** @throws UserError `not_found`, `skill`, `input`, `config`. Everything later is in the outcome. */
  run(skill: string, input: RunInput, options?: RunOptions): Promise<RunOutcome>;
  resume(run: string, options?: DriveOptions): Promise<RunOutcome>;
  /** Ends a run that no process drives (or asks the one that does to stop). */
  cancel(run: string, reason: string): Promise<RunOutcome>;
  /** A new run that begins with the events of `run` up to `at` and has not gone further. @returns its id. */
  fork(run: string, at?: number): Promise<string>;
  replay(run: string, options?: ReplayOptions): Promise<ReplayReport>;

  inbox(): readonly PendingIntervention[];
  /** Records the answer and resumes the root run. @throws UserError `not_found`, `usage` (not a choice, answered). */
  answer(intervention: string, answer: string, options?: AnswerOptions): Promise<RunOutcome>;

  readonly runs: {
    /** Newest first. */
    list(filter?: { skill?: string; status?: string; limit?: number }): readonly RunSummary[];
    show(run: string): RunDetail;
    /** The skill the run was pinned to, whatever its folder holds today. @throws UserError `usage` (another contract). */
    skillOf(run: string): Skill;
    /** Full id of a unique prefix or `latest`. @throws UserError `not_found`, `ambiguous`. */
    idOf(reference: string): string;
  };

  readonly events: {
    query(filter: EventFilter): readonly (RunEvent | ProjectEvent)[];
    /** Yields new events as they are written, until the signal aborts. */
    tail(filter: EventFilter, signal: AbortSignal): AsyncIterable<RunEvent | ProjectEvent>;
  };

  readonly index: {
    /** Every source that holds something, by name; the events of the log are one. */
    list(): readonly SourceSummary[];
    /** Searches sources, all of them where none are named. @throws UserError `usage` for a time that is none, `busy`. */
    search(request: SourceSearch, signal?: AbortSignal): Promise<Recalled>;
    /**
     * Drops documents of a source, all of them where no keys are named. @returns how many that were.
     * @throws UserError `not_found` (with a suggestion), `refused`.
     */
    drop(source: string, keys?: readonly string[]): Promise<number>;
  };

  /** Receipts of verdicts on whether one version of a skill may replace another. */
  readonly receipts: Receipts;

  /** Evaluations of skills on their cases. */
  readonly evals: Evaluations & {
    /** Evaluates a skill on its cases. @throws UserError; the signal's reason when aborted: asked again it goes on. */
    run(skill: string, options?: EvalRequest): Promise<EvalReport>;
    /**
     * Adds cases that a person accepted, each a line of JSON, to a skill of the project. @returns the file, relative to
     * the root. @throws UserError `not_found`, `refused` for a skill that ships, `eval` for what is no case, `disk`.
     */
    accept(skill: string, lines: readonly string[]): Promise<string>;
  };
  /** Notes in the project log that a surface refused a request. `code` says why; `path` is without its query. */
  recordRefusal(request: { readonly method: string; readonly path: string; readonly code: string }): Promise<void>;
  readonly policy: {
    /**
     * What would be decided for an op of a skill on a resource, and how. Nothing is done.
     * @throws UserError `not_found`, `skill`, `usage` (no such op, no such resource).
     */
    explain(question: PolicyQuestion): PolicyAnswer;
  };

  readonly grants: {
    /** Everything the log says of saved grants, oldest first. */
    list(): readonly GrantEntry[];
    /** Allows something to the present version of a skill. @throws UserError `not_found`, `skill`, `usage`, `disk`. */
    add(grant: NewGrant): Promise<Grant>;
    /** @throws UserError `not_found`, `ambiguous`. */
    revoke(id: string, why?: string): Promise<Grant>;
    /** Takes back what can count no more: expired, of a changed or missing skill, signed elsewhere. */
    prune(): Promise<readonly { readonly id: string; readonly why: string }[]>;
  };

  /**
   * One op through the gate and the log, as a skill or as whoever is here.
   * @throws UserError `usage` (no such op, arguments that do not fit), `not_found`, `skill`.
   */
  op(kind: string, args: JsonObject, options?: OpOptions): Promise<OpOutcome>;

  readonly mcp: {
    /** Every server of the configuration and the tools it lists now; a server that does not answer says why. */
    list(signal?: AbortSignal): Promise<readonly McpServerEntry[]>;
  };

  readonly models: {
    /** Every model of the configuration, in its order. Asks nobody. */
    list(): Promise<readonly ModelEntry[]>;
    /** One small call, as a run would make it. @throws UserError `not_found`, `config`, `model`. */
    test(name: string, signal?: AbortSignal): Promise<ModelTest>;
    /** Tries what the model can do and keeps it as its defaults. @throws UserError `not_found`, `config`, `model`. */
    probe(name: string, signal?: AbortSignal): Promise<ModelProbe>;
  };

  /** Verifies one run, or with `undefined` everything. Problems are data. */
  verify(run?: string, options?: VerifyOptions): AuditReport;

  readonly audit: {
    /** Signs where every log ends. @throws UserError `disk`, `refused` without a key; CorruptLog. */
    seal(): Promise<SealReport>;
    /** Who allowed what: a run, then every sub-run below it. @throws UserError `not_found`; CorruptLog. */
    decisions(run: string): readonly RunDecisions[];
    /** The log as text, a piece at a time. @throws UserError `not_found`, `disk`. */
    export(request: ExportRequest): Iterable<string>;
    /** The key that heads are signed with, made when there is none yet. @throws UserError `disk`, `refused`. */
    key(): SigningKey;
    /** Makes another key; signatures of the old one still verify. @throws UserError `disk`, `refused`. */
    rotateKey(): SigningKey;
  };
  /** Removes runs by `retention` of the configuration. @throws UserError `disk`, `busy`, `refused`; CorruptLog. */
  gc(options?: { readonly dryRun?: boolean }): Promise<GcReport>;
  /** What runs used. `since` is ISO 8601; that day, in UTC, is the first that counts. */
  spending(by?: SpendGroup, since?: string): Spending;

  readonly nights: {
    /**
     * Begins a night of improving skills: reads the state of earlier ones, tests the rule of verdicts, and records what
     * was merged since. @throws UserError `state`, `busy`, `disk`.
     */
    begin(options: BeginNight): Promise<Night>;
  };

  close(): Promise<void>;
};

export type VerifyOptions = {
  /** Path of a file of `audit.seal`: what it names must still be there. @throws UserError `usage`, `disk`. */
  readonly against?: string;
  /** That nobody signed where a log ends is a problem, not a note. */
  readonly signed?: boolean;
};

export type SigningKey = {
  readonly id: string;
  /** PEM (SPKI). */
  readonly publicKey: string;
  /** The folder it lies in. */
  readonly dir: string;
};

export type SourceSearch = Omit<RecallRequest, 'sources'> & { readonly sources?: readonly string[] };

export type * from './driving.ts';
export type * from './governance-types.ts';
export type * from './models-api.ts';
export type { BeginNight, Night, NightReport, NightRun, SkillNight } from './night.ts';
export type { ReceiptLine, Receipts, SealedCase, ShownReceipt } from './receipts.ts';
export type * from './skills-api.ts';
export type {
  AuditReport,
  EvalReport,
  EvalSummary,
  EventFilter,
  ExportRequest,
  GcReport,
  Recalled,
  RunDecisions,
  SealReport,
  SourceSummary,
  SpendGroup,
  Spending,
};
