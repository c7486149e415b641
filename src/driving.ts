import type { Limits } from './os/config/limits.ts';
import type { RunEvent } from './os/events/event.ts';
import type { PendingIntervention } from './os/runs/outcome.ts';
import type { Replaying } from './os/runs/replay-run.ts';

/** How a caller drives a run. */
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
