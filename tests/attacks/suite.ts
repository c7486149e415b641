import { availableParallelism, loadavg } from 'node:os';
import { afterAll, expect, it } from 'vitest';
import { type Row, rowsOf } from './cases.ts';
import { PENDING, STRICTER } from './differs.ts';
import { type Lab, openLab } from './lab.ts';
import { missingOf } from './must.ts';
import { faultsOf } from './must-not.ts';
import { isExpected, type Outcome } from './outcome.ts';
import { playOp } from './play.ts';
import { snapshotOf, watching } from './watch.ts';

/** How a row is played where sending its op through the gate is not all there is to it. */
export type Player = {
  /** The row with more setup, so that there is something to attack. */
  readonly adjust?: (row: Row) => Row;
  readonly play: (lab: Lab) => Promise<Outcome>;
  /** It measures time or memory of this process, so that nothing else may run in it. */
  readonly alone?: true;
};

export type Players = Readonly<Record<string, Player | Player['play']>>;

/** A machine with others on it gets more time; hanging it never is. */
const SLACK = 3;

/** One test for each row of a class; players by id of a row or kind of its op. Prints how the rows came out. */
export function attackSuite(cls: string, players: Players = {}): void {
  const tally = { rows: 0, expected: 0, stricter: 0, pending: [] as string[] };
  afterAll(() => {
    const { rows, expected, stricter, pending } = tally;
    const waiting = pending.length === 0 ? '' : `: ${pending.map((id) => `${id} (${PENDING[id]})`).join(', ')}`;
    console.log(
      `${cls}: ${rows} rows, ${expected} as expected, ${stricter} stricter, ${pending.length} pending${waiting}`,
    );
  });
  for (const given of rowsOf(cls)) {
    tally.rows++;
    const title = `${given.id} ${given.op} does not let through: ${given.why}`;
    if (Object.hasOwn(PENDING, given.id)) {
      tally.pending.push(given.id);
      it.todo(`${title} (waits for: ${PENDING[given.id]})`);
      continue;
    }
    const found = players[given.id] ?? players[given.op] ?? playOp;
    const player = typeof found === 'function' ? { play: found } : found;
    const row = player.adjust?.(given) ?? given;
    const test = isAlone(player, row) ? it : it.concurrent;
    const timeout = Math.max(30_000, (row.expected.max_ms ?? 0) * SLACK * 2);
    test(title, { timeout }, async () => {
      const verdict = await playRow(row, player);
      tally[verdict]++;
    });
  }
}

function isAlone(player: Player, { expected }: Row): boolean {
  return player.alone === true || expected.must_not.some((text) => /^event loop blocked|^memory over/.test(text));
}

async function playRow(given: Row, { play }: Player): Promise<'expected' | 'stricter'> {
  const lab = await openLab(given);
  try {
    const before = { out: snapshotOf(lab.out), ws: snapshotOf(lab.ws, ['.reyn']) };
    const { value: outcome, watched } = await watching(() => play(lab));
    const played = { lab, outcome, watched, before };
    expect([...faultsOf(played), ...missingOf(played)], outcome.said.slice(0, 2000)).toEqual([]);
    const { max_ms: most } = given.expected;
    const busy = (loadavg()[0] ?? 0) > availableParallelism() / 2;
    if (most !== undefined) expect(watched.ms).toBeLessThan(busy ? most * SLACK : most);
    return judge(given, outcome);
  } finally {
    await lab.close();
  }
}

function judge({ id, expected }: Row, { verdicts, said }: Outcome): 'expected' | 'stricter' {
  if (isExpected(expected.verdict, verdicts)) {
    expect(STRICTER, `${id} is as expected and needs no explanation`).not.toHaveProperty(id);
    return 'expected';
  }
  const [ours] = STRICTER[id] ?? [];
  expect(verdicts, `${id} should be ${expected.verdict}: ${said.slice(0, 2000)}`).toContain(ours);
  return 'stricter';
}
