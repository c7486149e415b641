import type { Config } from '../config/config.ts';
import type { Limits } from '../config/limits.ts';
import type { RunEvent, RunEventBody } from '../events/event.ts';
import type { Blobs, RunLog } from '../events/port.ts';
import type { IndexPort } from '../index/port.ts';
import type { Json } from '../json.ts';
import type { Meter } from '../limits/meter.ts';
import type { Model } from '../models/port.ts';
import type { McpServers } from '../network/mcp/port.ts';
import type { Network } from '../network/port.ts';
import type { SearchEngine } from '../network/search.ts';
import type { ExecRequest, ExecResult, Handles, Op } from '../ops/op.ts';
import type { ListRuns } from '../ops/run-facts.ts';
import type { Bound } from '../permissions/decide.ts';
import type { Grant } from '../permissions/grant.ts';
import type { Need, Standing } from '../permissions/need.ts';
import type { ClosedPlace } from '../permissions/protections.ts';
import type { Sandbox } from '../sandbox/port.ts';
import type { SkillCards } from '../skills/cards.ts';
import type { Skill } from '../skills/skill.ts';
import type { JsEngine } from '../steps/js/port.ts';
import type { PythonEngine } from '../steps/python/port.ts';
import type { Workspace, WorkspaceHandle } from '../workspace/workspace.ts';
import type { Intervention, RunState, SpentState } from './state.ts';

/**
 * Everything a run touches, as arguments: the kernel opens nothing. All members are required; whoever drives a run
 * says what each one is.
 */
export type Ports = {
  readonly ops: readonly Op[];
  readonly policy: Config['policy'];
  /** Pins of MCP servers that the operator vouches for. */
  readonly pins: Readonly<Record<string, string>>;
  /** What people allowed in earlier runs, and where it is kept. */
  readonly grants: Grants;
  /** Places of this machine that are closed besides those closed by name. */
  readonly closed: readonly ClosedPlace[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whoever is at this process, as the operating system calls them. */
  readonly who: string;
  /** A stored secret by its name; `undefined` when there is none. */
  readonly secret: (name: string) => string | undefined;
  readonly network: Network;
  /** The search engine of the operator; `undefined` = there is none. */
  readonly search: () => Promise<SearchEngine | undefined>;
  readonly mcp: McpServers;
  readonly exec: ExecPort;
  /** The model for a phase's class; `step` is the turn it is asked for, which a replay answers by. */
  readonly model: (modelClass: string, step: string) => Model;
  readonly workspace: Workspace;
  readonly index: IndexPort;
  /** What skills there are. */
  readonly skills: SkillCards;
  /** What runs there are. */
  readonly runs: ListRuns;
  readonly blobs: Blobs;
  readonly startChild: StartChild;
  /** Evaluations, searches, versions and proposals. */
  readonly improvement: Improvement;
  /** By what a change of a skill is decided that has been proposed. */
  readonly onPropose: Config['self_improvement']['on_propose'];
  /** Puts a question to a person now, one at a time; `undefined` when nobody answered. */
  readonly ask: (intervention: Intervention) => Promise<string | undefined>;
  /** What becomes of a question that nobody answered. */
  readonly onAsk: 'suspend' | 'fail';
  /** Runs the functions of `js` steps. */
  readonly js: JsEngine;
  /** Runs the functions of `python` steps. */
  readonly python: PythonEngine;
  /** What the run and those beneath it use, and what limits leave. */
  readonly meter: Meter;
  /** Permissions of the runs above: a sub-run is held to theirs besides its own. */
  readonly bounds: readonly Bound[];
  /** What an earlier run did, by step id: a replay performs nothing, it repeats what was recorded. */
  readonly recorded: Recorded | undefined;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
};

/** What rooms above the kernel do for ops of a run. */
export type Improvement = {
  /** Handles for one op, narrowed to `needs`, which were allowed. */
  handles(asking: Asking): Pick<Handles, 'evals' | 'searches' | 'versions' | 'proposals'>;
  /** How the change of a skill stands that an op wants to make. */
  standing(need: Extract<Need, { kind: 'skill.write' }>): Promise<Standing>;
};

/** Who wants something of the rooms above. */
export type Asking = {
  readonly run: string;
  readonly step: string;
  /** The skill that asks. */
  readonly skill: string;
  /** Whoever is at this process. */
  readonly who: string;
  readonly needs: readonly Need[];
  /** The model asked for instead of those of config; `undefined` = those of config. */
  readonly model: string | undefined;
  readonly workspace: WorkspaceHandle;
  /** Tokens and dollars that evaluations use count in it. */
  readonly meter: Meter;
  readonly signal: AbortSignal;
};

/** Saved grants. */
export type Grants = {
  /** Those that count: signed on this machine and not revoked. May hold expired ones. */
  list(): readonly Grant[];
  /** Whether there is a place and a key to keep them with. */
  readonly canSave: boolean;
  /** Keeps one, durably; one of the same id that is kept already is left as it is. */
  save(grant: SavedGrant): Promise<unknown>;
};

/** A grant without what keeping it adds: dates, and who gave it. */
export type SavedGrant = Omit<Grant, 'granted' | 'expires'>;

/** Runs programs for ops: in the sandbox, on a view of the project narrowed to what the run was allowed. */
export type ExecPort = {
  /** What isolates; `undefined` = nothing can, and programs are refused. */
  readonly backend: Sandbox['backend'] | undefined;
  /** @throws OpError. */
  run(request: ExecRequest, view: ExecView, signal: AbortSignal): Promise<ExecResult>;
};

/** What a program may see and change, decided path by path. */
export type ExecView = {
  /** Patterns of paths it was declared to read and to write. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly mayRead: (path: string) => boolean;
  readonly mayWrite: (path: string) => boolean;
  readonly workspace: Workspace;
};

export type Recorded = {
  /** The events that settled a step. @throws when it was not settled: the replay ends there. */
  receipts(step: string): readonly RunEventBody[];
  /** Whether anything was recorded of a step. */
  isRecorded(step: string): boolean;
};

/** Starts a sub-run, or adopts the one that this step started before. */
export type StartChild = (request: {
  readonly child: string;
  readonly parent: { readonly run: string; readonly step: string; readonly root: string };
  readonly skill: string;
  readonly input: Json;
  /** The model asked for instead of those of config; `undefined` = those of config. */
  readonly model: string | undefined;
  readonly limits: Limits;
  readonly bounds: readonly Bound[];
  /** The meter of the run that starts it. */
  readonly meter: Meter;
  readonly signal: AbortSignal;
  /** Resolves when the intent is durable: nothing of the sub-run may be there before. */
  readonly intended: Promise<void>;
}) => Promise<ChildEnd>;

/** `settled`: to be called once the receipt is in the log of the run that started it. */
export type ChildEnd = ChildOutcome & { readonly settled: () => void };

export type ChildOutcome =
  | { readonly status: 'finished'; readonly result: Json; readonly spent: SpentState }
  | { readonly status: 'failed'; readonly code: string; readonly message: string; readonly spent: SpentState }
  | { readonly status: 'waiting'; readonly waiting: readonly string[] }
  | { readonly status: 'interrupted'; readonly cause: string; readonly message: string };

/** A run being driven: the one mutable thing is `state`, and only `emit` changes it. */
export type Drive = {
  readonly skill: Skill;
  readonly log: RunLog;
  readonly ports: Ports;
  readonly state: () => RunState;
  /** Appends an event, folds it, shows it. */
  readonly emit: (body: RunEventBody) => RunEvent;
};
