import type { NightReport, SkillNight } from './learning/nights/report.ts';
import type { RunEvent } from './os/events/event.ts';
import type { RunOutcome } from './os/runs/outcome.ts';

export type BeginNight = {
  /** Folder that carries what earlier nights found, absolute; absent = the project's own log is enough. */
  readonly state?: string;
  /** Whether the machine is thrown away afterwards: then nothing goes without a state. */
  readonly ci: boolean;
  /** That there is no state as yet. */
  readonly firstNight: boolean;
};

export type Night = {
  readonly selfTest: NightReport['self_test'];
  readonly adopted: NightReport['adopted'];
  /** Skills of the project that have cases and have not reached their threshold, as far as is known. */
  failing(): readonly string[];
  resultOf(run: NightRun): Promise<SkillNight>;
  /** The text of a receipt; `undefined` when it is not there. */
  receipt(id: string): string | undefined;
  /** Writes what was found to the state; before anything of it is told to anybody. */
  save(): Promise<NightReport['state']>;
  /** Lets go of the state. */
  end(): void;
};

export type NightRun = {
  readonly skill: string;
  readonly outcome: RunOutcome;
  /** Of the run and those below it. */
  readonly events: readonly RunEvent[];
};

export type { NightReport, SkillNight };
