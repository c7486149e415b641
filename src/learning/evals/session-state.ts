import type { Store } from '../../os/events/port.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { EvalRow } from './row.ts';
import type { ScoreTools } from './scorers/scorer.ts';
import type { OpenSessionRequest } from './session.ts';
import type { Arm } from './session-arm.ts';
import type { SessionDeps } from './session-deps.ts';
import type { EarlierRows } from './session-reuse.ts';

/** What a session needs to evaluate. */
export type SessionState = {
  readonly deps: SessionDeps;
  readonly request: OpenSessionRequest;
  readonly tools: Omit<ScoreTools, 'signal'>;
  readonly id: string;
  readonly dir: string;
  readonly store: Store;
  /** Scored so far, by key. */
  readonly rows: Map<string, EvalRow>;
  /** Under way, by key. */
  readonly running: Map<string, Promise<EvalRow>>;
  readonly arm: (version: Opened) => Arm;
  /** Rows of earlier sessions of a closure. */
  readonly earlier: (closure: string) => EarlierRows;
  /** Keeps a row, durably. */
  readonly keep: (row: EvalRow) => Promise<void>;
};
