import type { EvalRequest } from './evaluation.ts';
import type { Evaluations } from './evaluations.ts';
import type { EvalReport, EvalSummary } from './learning/evals/report.ts';
import type { BeginNight, Night } from './night.ts';
import type { RunDecisions } from './os/audit/decisions.ts';
import type { ExportRequest } from './os/audit/export.ts';
import type { GcReport } from './os/audit/gc.ts';
import type { AuditReport } from './os/audit/report.ts';
import type { SealReport } from './os/audit/seal.ts';
import type { Config, ModelConfig } from './os/config/config.ts';
import type { Limits } from './os/config/limits.ts';
import type { ProjectEvent, RunEvent } from './os/events/event.ts';
import type { EventFilter } from './os/index/filter.ts';
import type { Recalled, RecallRequest, SourceSummary } from './os/index/port.ts';
import type { Json, JsonObject } from './os/json.ts';
import type { Op } from './os/ops/op.ts';
import type { Decision } from './os/permissions/decide.ts';
import type { DerivationStep } from './os/permissions/derive.ts';
import type { Grant } from './os/permissions/grant.ts';
import type { NeedKind } from './os/permissions/need.ts';
import type { GrantRecord } from './os/permissions/saved.ts';
import type { RunInput } from './os/runs/input.ts';
import type { PendingIntervention, RunOutcome } from './os/runs/outcome.ts';
import type { Replaying, ReplayReport } from './os/runs/replay-run.ts';
import type { SpendGroup, Spending } from './os/runs/spend.ts';
import type { RunDetail, RunSummary } from './os/runs/summary.ts';
import type { CatalogEntry } from './os/skills/catalog.ts';
import type { Finding } from './os/skills/finding.ts';
import type { Skill, SkillOrigin } from './os/skills/skill.ts';
import type { ProposalsApi } from './proposing.ts';
import type { Receipts } from './receipts.ts';
import type { VersionsApi } from './versioning.ts';

/** One project, opened. Everything the command line does goes through here; `openReyn` makes one. */
export type Reyn = {
  readonly root: string;
  readonly config: Config;
  readonly ops: readonly Op[];

  readonly skills: {
    /** Every skill that resolves, and every one another shadows; sorted by name. Skills that do not load say why. */
    list(): readonly SkillEntry[];
    /** Their folders alone, which are not looked into; the paths are absolute. */
    folders(): readonly CatalogEntry[];
    /** @throws UserError `not_found` (with a suggestion), `skill`. */
    load(name: string): Skill;
    /** Lints by name or by folder path; all project and local skills when empty. */
    lint(names: readonly string[]): readonly Finding[];
    /** Copies a skill (stdlib or any) into reyn/project. @returns the new folder. */
    copy(name: string, as?: string): Promise<string>;
    /** @throws UserError `usage` when no skill of this name can be made: it is no name, or the project has one. */
    vacant(name: string): void;
    /** Writes a lint-clean skill from the template. @returns the files written. */
    create(name: string, wish: string | undefined): Promise<readonly string[]>;
    /**
     * Makes a skill that a run wrote into reyn/project a complete one: adds eval files where there are none, and records
     * where it came from. @returns the files added. @throws UserError `not_found`, `skill`.
     */
    adopt(name: string, run: string): Promise<readonly string[]>;
    /**
     * Writes a skill, by name or folder, as the Agent Skills folder `<out>/<name>`; `out` is `agent-skills` if absent.
     * @returns the new folder. @throws UserError `skill` with what keeps it from being valid by the specification.
     */
    exportTo(name: string, out?: string): Promise<string>;
    /**
     * Writes a skill, by name or folder, as one file that `importFrom` takes: `<out>/<name>.tar.gz`; `out` is `bundles`
     * if absent. @returns the file. @throws UserError `skill` when it could not be read back, `usage` when it is there.
     */
    bundleTo(name: string, out?: string): Promise<string>;
    /**
     * Takes a skill into reyn/project, with its provenance: a local folder, a bundle (`….tar`, `….tar.gz`, `….tgz`), or
     * a commit of a repository, `https://host/path#<commit>[:<folder>]`, or with `commit` beside. What comes from
     * elsewhere is checked as a whole before anything is written. @returns the new folder.
     * @throws UserError `skill`, `usage`, `not_found`, `refused`.
     */
    importFrom(from: string, as?: string, commit?: string): Promise<string>;
    /**
     * Writes a skill in its other form: `split` gives every phase and artifact type a file, `join` puts them into
     * skill.md. @throws UserError `usage` when there is nothing to do or it would not be the same skill.
     */
    reshape(name: string, form: 'split' | 'join', options?: { readonly dryRun?: boolean }): Promise<Reshaped>;
  };

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

  /** Evaluations of skills on their cases. */
  /** Receipts of verdicts on whether one version of a skill may replace another. */
  readonly receipts: Receipts;
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

export type PolicyQuestion = {
  readonly skill: string;
  /** Kind of op. */
  readonly op: string;
  /** A path, URL or host, command, `server/tool`, or name. */
  readonly resource: string;
};

export type PolicyAnswer = PolicyQuestion &
  Decision & {
    /** Each need of the op with the way to its decision. */
    readonly needs: readonly (Decision & {
      readonly need: string;
      readonly resource: string;
      readonly steps: readonly DerivationStep[];
    })[];
  };

export type GrantEntry = GrantRecord;

export type NewGrant = {
  readonly skill: string;
  readonly need: NeedKind;
  /** Only for this kind of op. */
  readonly op?: string;
  /** One resource, or with `/**` (a command: ` **`, MCP: `/*`) at its end all below it. */
  readonly resource: string;
  /** Last day or moment on which it counts. */
  readonly until?: string;
  /** How many days it counts, where `until` is not given. */
  readonly days?: number;
  /** Of an MCP server's tools. */
  readonly pin?: string;
  /** What is said about it. */
  readonly words?: string;
};

export type OpOptions = DriveOptions & {
  /** The skill it acts as: its permissions, rules and grants count. Absent: whoever is here, held to rules and zones. */
  readonly as?: string;
};

export type OpOutcome = Omit<RunOutcome, 'artifact' | 'output'> & {
  readonly verdict: 'done' | 'denied' | 'asked' | 'failed';
  readonly result?: Json;
};

export type McpServerEntry = {
  readonly name: string;
  /** How it is reached: the command, or the URL. */
  readonly how: string;
  /** SHA-256 (hex) of its tools now. */
  readonly pin?: string;
  /** Whether that is the pin of the configuration; absent where that has none. */
  readonly pinned?: boolean;
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly error?: string;
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

export type DriveOptions = {
  /** Called for every event as written. Must not throw. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Streamed model text. */
  readonly onText?: (text: string) => void;
  /** Asks a person now; `undefined` = they did not answer, the run suspends. Absent = nobody is there. */
  readonly ask?: (intervention: PendingIntervention) => Promise<string | undefined>;
  /** What happens to a question nobody can be asked: default from config. */
  readonly onAsk?: 'suspend' | 'fail';
  /** Aborting interrupts the run: state is durable and `resume` goes on. */
  readonly signal?: AbortSignal;
};

export type AnswerOptions = DriveOptions & {
  /** What is said besides; kept with a grant. */
  readonly words?: string;
};

export type RunOptions = DriveOptions & {
  /** Key of config's models, or `scripted`; for every class. */
  readonly model?: string;
  /** Tightens config's limits. */
  readonly limits?: Partial<Limits>;
  /** False: no proved change of a skill is put in place, whatever the configuration says. */
  readonly applies?: boolean;
};

export type ReplayOptions = DriveOptions & Replaying;

export type SkillEntry = {
  readonly name: string;
  readonly origin: SkillOrigin;
  readonly dir: string;
  readonly description: string;
  readonly kind: string;
  readonly fingerprint?: string;
  /** Origin of the skill that this one is hidden by. */
  readonly shadowedBy?: SkillOrigin;
  readonly error?: string;
};

export type ModelEntry = {
  readonly name: string;
  readonly provider: ModelConfig['provider'];
  /** The provider's name for it; absent for `scripted`, as are all below. */
  readonly model?: string;
  readonly base_url?: string;
  readonly encoding: ModelConfig['encoding'];
  /** How far schemas are degraded at first; absent in the json encoding, too. */
  readonly schema?: string;
  /** USD per million tokens. */
  readonly price?: NonNullable<ModelConfig['price']>;
  /** `config`, or the date of the prices that ship. */
  readonly price_from?: string;
  /** Whether a key is there, and where it is looked for. */
  readonly key?: { readonly present: boolean; readonly from: string };
  /** When it was probed, ISO 8601. */
  readonly probed?: string;
  /** Classes it serves; `default` = every class that has no other. */
  readonly uses: readonly string[];
};

export type ModelTest = {
  readonly name: string;
  /** Provider and model that were asked. */
  readonly asked: string;
  readonly encoding: ModelConfig['encoding'];
  /** Milliseconds to the end of the answer. */
  readonly ms: number;
  readonly usage: { readonly input: number; readonly output: number; readonly cached?: number };
  /** Absent where no price is known. */
  readonly usd?: number;
  /** Why a run would have refused the answer; absent when it would not. */
  readonly violation?: string;
};

export type ModelProbe = Pick<ModelTest, 'name' | 'asked' | 'usage' | 'usd'> & {
  /** What works best; absent when nothing did. */
  readonly encoding?: ModelConfig['encoding'];
  readonly schema?: string;
  readonly findings: readonly { readonly what: string; readonly supported: boolean; readonly note: string }[];
  readonly calls: number;
  /** Where the profile was written, relative to the root. */
  readonly file: string;
};

/** A skill in its other form. */
export type Reshaped = {
  readonly skill: string;
  /** Relative to the project. */
  readonly folder: string;
  /** False after a dry run. */
  readonly written: boolean;
  /** Files by their path in the folder; without `before` a new one, without `after` one that goes. */
  readonly changes: readonly { readonly file: string; readonly before?: string; readonly after?: string }[];
};

export type { BeginNight, Night, NightReport, NightRun, SkillNight } from './night.ts';
export type { ReceiptLine, Receipts, SealedCase, ShownReceipt } from './receipts.ts';
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
