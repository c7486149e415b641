import type { Config } from '../config/config.ts';
import type { Limits } from '../config/limits.ts';
import type { RunEvent, RunEventBody } from '../events/event.ts';
import type { Blobs, RunLog } from '../events/port.ts';
import type { IndexPort } from '../index/port.ts';
import type { Json } from '../json.ts';
import type { Model } from '../models/port.ts';
import type { Op } from '../ops/op.ts';
import type { Skill } from '../skills/skill.ts';
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
  readonly blobs: Blobs;
  readonly startChild: StartChild;
  /** Puts a question to a person now, one at a time; `undefined` when nobody answered. */
  readonly ask: (intervention: Intervention) => Promise<string | undefined>;
  /** What becomes of a question that nobody answered. */
  readonly onAsk: 'suspend' | 'fail';
  /** Receipts of an earlier run by step id: a replay performs no op, it repeats what was recorded. */
  readonly receipts: ((step: string) => readonly RunEventBody[] | undefined) | undefined;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
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
  readonly signal: AbortSignal;
}) => Promise<ChildEnd>;

export type ChildEnd =
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
