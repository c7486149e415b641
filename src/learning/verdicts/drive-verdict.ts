import { sha256 } from '../../os/json.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { EvalCase } from '../evals/case.ts';
import type { EvalRow } from '../evals/row.ts';
import type { Measure, MeasureOptions, Session } from '../evals/session.ts';
import { nextRuns, start, tell } from './rule.ts';
import type { RuleSettings, RuleState } from './rule-state.ts';
import type { ArmRun, WantedRun } from './verdict.ts';

/** Which text is which arm, and which case a name stands for. */
export type Arms = {
  readonly a: Opened;
  readonly b: Opened;
  readonly cases: ReadonlyMap<string, EvalCase>;
};

/**
 * The most that each of so many runs may use; absent = there is no limit.
 * @throws OpError `limit` where they might use more than is left: nothing is concluded from runs that were cut short.
 */
export type Room = (runs: number) => MeasureOptions['most'];

/**
 * Has everything run that the rule wants, until there is a verdict. Both arms run now, interleaved, in this session
 * alone: a row of another day, of a search or of another session is never compared with. What the session has already,
 * after a crash, is not run again.
 */
export async function driveVerdict(
  session: Session,
  settings: RuleSettings,
  arms: Arms,
  options: MeasureOptions,
  room: Room,
): Promise<RuleState> {
  let state = start(settings);
  for (let wanted = nextRuns(state); wanted.length > 0; wanted = nextRuns(state)) {
    const measures = wanted.map((run) => measureOf(run, arms, session.id));
    const rows: EvalRow[] = [];
    for (const part of partsOf(measures, options.concurrency * ROUNDS)) {
      const missing = part.filter((measure) => !session.has(measure)).length;
      const most = missing === 0 ? undefined : room(missing);
      rows.push(...(await session.evaluate(part, { ...options, ...(most === undefined ? {} : { most }) })));
    }
    state = tell(
      state,
      wanted.flatMap((run, at) => {
        const row = rows[at];
        return row === undefined ? [] : [armRun(run, row)];
      }),
    );
  }
  return state;
}

/** Runs for each place between two looks at what is left. */
const ROUNDS = 4;

function partsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function measureOf({ case: name, arm, repeat }: WantedRun, arms: Arms, session: string): Measure {
  return { version: arms[arm], case: arms.cases.get(name) as EvalCase, seed: seedOf(session, repeat) };
}

/** A fresh seed for each repetition of a session, the same in both arms, so that chance they share falls out. */
export function seedOf(session: string, repeat: number): number {
  return (Number.parseInt(sha256(`seed\0${session}`).slice(0, 5), 16) + 1) * 1000 + repeat;
}

function armRun(run: WantedRun, { score, pass, status, usage }: EvalRow): ArmRun {
  const infra = status === 'infra';
  return {
    ...run,
    score: infra ? 0 : score,
    pass: pass && !infra,
    infra,
    guards: { permitted: status === 'denied' ? 0 : 1 },
    tokens: usage.input + usage.output,
    usd: usage.usd,
    ms: Math.round(usage.ms),
  };
}
