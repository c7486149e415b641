import type { RunEventData } from '../events/event.ts';
import type { Json } from '../json.ts';
import type { Used } from '../limits/limits.ts';
import type { Violation } from '../models/port.ts';
import type { PermissionAnswer } from '../permissions/decide.ts';
import type { Steps } from './steps.ts';

/**
 * Everything the kernel knows of a run, and nothing that is not in its log.
 *
 *  - K1 Only `fold` makes a RunState, from events as written, live and on resume alike.
 *  - K2 Steps are keyed by step id, which is a path, never an arrival order: `3/s1` the first deterministic step of the
 *    third visit, `3/s1/i8` its eighth item and `3/s1/b-facts` its branch of that name, `3/t2` the second turn, `3/t2.2`
 *    the second attempt at that turn, `3/t2/o1` the first op it asked for, `3/leave` leaving without a model, `post/s1` a
 *    step of the postprocessor.
 *  - K3 What depends on the skill's text (guards, steps, candidates) is computed from state and skill when needed and
 *    never stored in the state.
 */
export type RunState = {
  readonly run: string;
  readonly status: 'running' | 'waiting' | 'interrupted' | 'finished' | 'failed' | 'aborted';
  readonly started: RunEventData['run_skill_started'];
  readonly startedAt: string;
  readonly lastAt: string;
  readonly seq: number;

  readonly phase: string;
  /** Number of the present visit among all visits, from 1. */
  readonly visitNo: number;
  readonly visits: Readonly<Record<string, number>>;
  readonly input: Typed;
  /** What each phase last left behind. */
  readonly left: Readonly<Record<string, Typed>>;
  /** The latest transitions, oldest first, at most {@link PATH_SHOWN}. */
  readonly path: readonly { readonly from: string; readonly to: string; readonly reason?: string }[];
  readonly visit: VisitState;
  /** The result, once an edge to the end was taken; only the postprocessor is left to do. */
  readonly result?: Typed;
  /** Set when the model chose to abort. */
  readonly abortReason?: string;
  /** Why the last process let go of the run. */
  readonly interrupted?: { readonly cause: string; readonly message: string };

  /** Steps and ops of the present visit and of the postprocessor, by step id. */
  readonly steps: Steps;
  /** Questions of the present visit and of the postprocessor, by id. */
  readonly interventions: Readonly<Record<string, Intervention>>;
  /** Ids of all sub-runs that were to be started. */
  readonly children: readonly string[];
  /** Permission answers of this run. */
  readonly answers: readonly PermissionAnswer[];
  readonly denied: readonly DeniedRecord[];
  readonly spent: SpentState;
  /** How often a person raised a limit by its own amount. */
  readonly raised: Readonly<Record<string, number>>;
  readonly limitReached?: { readonly limit: string; readonly used: number; readonly cap: number };
  readonly outcome?: Outcome;
};

export const PATH_SHOWN = 20;

export type Typed = { readonly type: string; readonly artifact: Json };

export type VisitState = {
  /** Turns accepted in this visit. */
  readonly turns: number;
  /** Of those, the ones that asked for ops. */
  readonly acts: number;
  /** Rejected attempts at the turn that is due. */
  readonly rejected: readonly Violation[];
  /** Ops of the latest act turn. */
  readonly ops: readonly OpCall[];
  /** Ops of all earlier act turns, in order. */
  readonly earlier: readonly OpCall[];
};

export type OpCall = { readonly step: string; readonly kind: string; readonly args: Json };

export type Intervention = RunEventData['intervention_opened'] & {
  readonly step: string;
  readonly opened: string;
  readonly answer?: string;
  /** Who answered, and what they said besides. */
  readonly who?: string;
  readonly words?: string;
};

export type DeniedRecord = RunEventData['permission_denied'] & { readonly step: string };

/** What the run has used. `ms`: waiting, and the time no process held the run, do not count. */
export type SpentState = Used;

export type Outcome =
  | { readonly status: 'finished'; readonly type: string; readonly artifact: Json; readonly output?: Json }
  | {
      readonly status: 'failed';
      readonly code: string;
      readonly message: string;
      readonly exit: number;
      readonly phase?: string;
    }
  | { readonly status: 'aborted'; readonly reason: string; readonly by: 'model' | 'person' };
