import type { Json } from '../../os/json.ts';
import type { Used } from './row.ts';

/** What one run of a case came to, before it is scored. */
export type CaseOutcome = {
  /** `finished`: there is a result. `infra`: nobody's fault, e.g. the model's provider did not answer. */
  readonly status: 'finished' | 'failed' | 'crashed' | 'timeout' | 'denied' | 'infra';
  /** The result as scorers see it: the postprocessor's output where there is one, else the final artifact. */
  readonly result?: Json;
  /** What each phase left last, by phase. */
  readonly phases: Readonly<Record<string, Json>>;
  /** Phases in the order in which they were entered. */
  readonly path: readonly string[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly usage: Used;
  /** Id of the run in the evaluation's store. */
  readonly run?: string;
  /** Hash of the last event of the run. */
  readonly head?: string;
  /** Folder of the case's copy of the project, absolute, for scorers that look at files. */
  readonly dir?: string;
};
