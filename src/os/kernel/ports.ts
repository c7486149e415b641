import type { Config } from '../config/config.ts';
import type { Limits } from '../config/limits.ts';
import type { RunEvent, RunEventBody } from '../events/event.ts';
import type { Blobs, RunLog } from '../events/port.ts';
import type { IndexPort } from '../index/port.ts';
import type { Json } from '../json.ts';
import type { Meter } from '../limits/meter.ts';
import type { Model } from '../models/port.ts';
import type { Op } from '../ops/op.ts';
import type { ListRuns } from '../ops/run-facts.ts';
import type { Bound } from '../permissions/decide.ts';
import type { SkillCards } from '../skills/cards.ts';
import type { Skill } from '../skills/skill.ts';
import type { JsEngine } from '../steps/js/port.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Intervention, RunState, SpentState } from './state.ts';

/**
 * Everything a run touches, as arguments: the kernel opens nothing. All members are required; whoever drives a run
 * says what each one is.
 */
export type Ports = {
  readonly ops: readonly Op[];
  readonly policy: Config['policy'];
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
  /** Puts a question to a person now, one at a time; `undefined` when nobody answered. */
  readonly ask: (intervention: Intervention) => Promise<string | undefined>;
  /** What becomes of a question that nobody answered. */
  readonly onAsk: 'suspend' | 'fail';
  /** Runs the functions of `js` steps. */
  readonly js: JsEngine;
  /** What the run and those beneath it use, and what limits leave. */
  readonly meter: Meter;
  /** Permissions of the runs above: a sub-run is held to theirs besides its own. */
  readonly bounds: readonly Bound[];
  /** What an earlier run did, by step id: a replay performs nothing, it repeats what was recorded. */
  readonly recorded: Recorded | undefined;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
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
