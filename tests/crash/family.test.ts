import { describe, expect, it } from 'vitest';
import { familyFault, INPUT, makeFamily } from './family.ts';
import { type Ended, ended, start } from './ledger.ts';

/** How many runs are killed: few in every test run, more when somebody asks for it. */
const ROUNDS = Math.ceil(Number(process.env.REYN_CRASH_ROUNDS ?? 2) / 2);

/** Runs one command and kills it after `ms`; `undefined` = lets it end. */
async function command(root: string, args: readonly string[], ms?: number): Promise<Ended> {
  const child = start(root, args);
  const end = ended(child);
  const timer = ms === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), ms);
  const over = await end;
  clearTimeout(timer);
  return over;
}

/** Goes on until the run waits for nothing but the person, answers, and lets it end. */
async function bringHome(root: string): Promise<void> {
  const resumed = await command(root, ['resume', 'latest']);
  if (resumed.code === 2)
    await command(root, ['run', 'gather', INPUT]); // it was killed before there was a run
  else if (resumed.code === 0) return; // killed after the answer
  const answered = await command(root, ['answer', 'latest', 'seven']);
  expect(answered.code, answered.err).toBe(0);
}

describe('a run with nested sub-runs, fifty branches and one that waits', () => {
  it('ends as it should when nothing happens to it', { timeout: 120_000 }, async () => {
    const { root, remove } = makeFamily();
    const waiting = await command(root, ['run', 'gather', INPUT]);
    expect(waiting.code, waiting.err).toBe(3);
    await bringHome(root);
    expect(await familyFault(root)).toBeUndefined();
    remove();
  });

  it(`ends as if it had not been killed, ${ROUNDS} times`, { timeout: 60_000 + ROUNDS * 60_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { root, remove } = makeFamily();
      await command(root, ['run', 'gather', INPUT], 300 + Math.random() * 1500);
      for (let again = 0; again < round % 4; again++) {
        const left = again % 2 === 0 ? ['resume', 'latest'] : ['answer', 'latest', 'seven'];
        await command(root, left, 200 + Math.random() * 1200);
      }
      await bringHome(root);
      expect(await familyFault(root), `round ${round}`).toBeUndefined();
      remove();
    }
  });
});
