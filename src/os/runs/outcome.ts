import type { ExitCode } from '../errors.ts';
import type { Json } from '../json.ts';

/** Where a run stands when the call that drove it returns. */
export type RunOutcome = {
  readonly run: string;
  readonly skill: string;
  readonly status: 'finished' | 'failed' | 'aborted' | 'waiting' | 'interrupted';
  readonly exit: ExitCode;
  /** The final artifact, when finished. */
  readonly artifact?: { readonly type: string; readonly artifact: Json };
  /** What the postprocessor made of it; absent without one. */
  readonly output?: { readonly name: string; readonly value: Json };
  /** Why it failed or was aborted. */
  readonly reason?: { readonly code: string; readonly message: string; readonly phase?: string };
  readonly waiting: readonly PendingIntervention[];
  readonly denied: readonly Denial[];
  readonly spent: Spent;
};

export type Denial = {
  /** The sub-run it happened in; absent for the run itself. */
  readonly run?: string;
  readonly step: string;
  readonly op: string;
  readonly need: string;
  readonly resource: string;
  readonly reason: string;
  /** The skill declared that it can live with this. */
  readonly optional: boolean;
};

export type Spent = {
  readonly turns: number;
  readonly ops: number;
  readonly visits: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  /** Running time in milliseconds; waiting does not count. */
  readonly ms: number;
};

/** A question, permission or approval that waits for a person. */
export type PendingIntervention = {
  readonly id: string;
  readonly run: string;
  /** The run to resume; differs from `run` when a sub-run asks. */
  readonly root: string;
  readonly skill: string;
  readonly kind: 'question' | 'permission' | 'in_doubt' | 'limit';
  readonly text: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly about?: Json;
  readonly digest: string;
  readonly opened: string;
  readonly expires?: string;
};
