import type { Static } from 'typebox';
import { PROJECT_EVENTS } from './project-events.ts';
import { RUN_EVENTS } from './run-events.ts';

/**
 * Every event there is: a closed union, each member with a schema. An event of another type or shape cannot be
 * appended. A run's events go to its own log; acts outside a run, and the opening and closing of every run, go to the
 * project log.
 *
 * One line of a log is `{v, seq, epoch, ts, type, run, step?, data, prev, hash}`. `hash` is the digest of the line
 * without its `hash` member, and `prev` the hash of the line before, so a chain. Digests in lines are base64url; those
 * of files and blobs are hex.
 */

export { PROJECT_EVENTS, RUN_EVENTS };

export type RunEventType = keyof typeof RUN_EVENTS;
export type ProjectEventType = keyof typeof PROJECT_EVENTS;
export type RunEventData = { readonly [T in RunEventType]: Static<(typeof RUN_EVENTS)[T]> };
export type ProjectEventData = { readonly [T in ProjectEventType]: Static<(typeof PROJECT_EVENTS)[T]> };

/** What a caller appends; the log adds the rest. */
export type RunEventBody = {
  [T in RunEventType]: { readonly type: T; readonly step?: string; readonly data: RunEventData[T] };
}[RunEventType];
export type ProjectEventBody = {
  [T in ProjectEventType]: { readonly type: T; readonly run?: string; readonly data: ProjectEventData[T] };
}[ProjectEventType];

type Envelope = {
  readonly v: 1;
  /** Place in the log, from 1. */
  readonly seq: number;
  /** Grows by one each time another process takes the run up. */
  readonly epoch: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly ts: string;
  /** Hash of the line before; the empty string for the first. */
  readonly prev: string;
  readonly hash: string;
};

export type RunEvent = RunEventBody & Envelope & { readonly run: string };
export type ProjectEvent = ProjectEventBody & Envelope & { readonly run?: string };

/** Event types after which a run's log takes nothing more. */
export const TERMINAL: readonly RunEventType[] = ['run_finished', 'run_failed', 'run_aborted'];
