import { describe, expect, it } from 'vitest';
import { ended, faultOf, type Ledger, makeLedger, onlyRun, start } from './ledger.ts';
import { changingCalls, disturbed, hasStrace, sampled } from './system-calls.ts';

/** How many runs are killed at random: few in every test run, more when somebody asks for it. */
const ROUNDS = Number(process.env.REYN_CRASH_ROUNDS ?? 3);
/** Every how many system calls one is made the last: 1 = each. */
const STRIDE = Number(process.env.REYN_CRASH_STRIDE ?? 20);

async function withLedger(delay: number, act: (ledger: Ledger) => Promise<void>): Promise<void> {
  const ledger = makeLedger(delay);
  try {
    await act(ledger);
  } finally {
    ledger.remove();
  }
}

/** Resumes until the run has ended; a run that never began is started anew. Nothing is killed any more. */
async function bringHome(root: string): Promise<string> {
  const run = onlyRun(root);
  const child = start(root, run === undefined ? ['run', 'keep_ledger', 'go'] : ['resume', run]);
  const end = await ended(child);
  expect(end.code, end.err).toBe(0);
  const finished = onlyRun(root);
  if (finished === undefined) throw new Error('there is no run');
  return finished;
}

describe('a run that is killed', () => {
  it(`ends as if it had not been, killed at random ${ROUNDS} times`, {
    timeout: 60_000 + ROUNDS * 10_000,
  }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await withLedger(12, async ({ root }) => {
        const child = start(root, ['run', 'keep_ledger', 'go']);
        const end = ended(child);
        const kills = 1 + (round % 3);
        setTimeout(() => child.kill('SIGKILL'), 60 + Math.random() * 220);
        await end;
        for (let again = 1; again < kills; again++) {
          const run = onlyRun(root);
          if (run === undefined) break;
          const resumed = start(root, ['resume', run]);
          const over = ended(resumed);
          setTimeout(() => resumed.kill('SIGKILL'), 60 + Math.random() * 150);
          await over;
        }
        expect(await faultOf(root, await bringHome(root))).toBeUndefined();
      });
    }
  });

  it.skipIf(!hasStrace)(
    'ends as if it had not been, killed at its system calls (needs strace)',
    { timeout: 900_000 },
    async () => {
      const calls = await changingCalls();
      expect(calls.length).toBeGreaterThan(50);
      for (const call of sampled(calls, STRIDE)) {
        await withLedger(0, async ({ root }) => {
          await disturbed(root, ['run', 'keep_ledger', 'go'], call, 'signal=SIGKILL');
          expect(await faultOf(root, await bringHome(root)), `killed at ${call.nth}: ${call.line}`).toBeUndefined();
        });
      }
    },
  );
});
