import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINES_BY_NAME } from '../../../src/learning/search/engines.ts';
import { mostOf } from '../../../src/learning/search/most.ts';
import type { Run } from '../../../src/learning/search/pool.ts';
import {
  after,
  begun,
  type Caps,
  hashOf,
  openServer,
  ownOf,
  type ServerPort,
  type Spent,
  type Step,
} from '../../../src/learning/search/server.ts';
import { stream } from '../../../src/os/models/world/stream.ts';

/** A search whose rows and log outlive the process, and which may be killed at any await. */
function laboratory(engine: keyof typeof ENGINES_BY_NAME, caps: Caps, reserve: Partial<Spent> = {}) {
  const rows = new Map<string, { score: number; tokens: number }>();
  const steps: Step[] = [];
  let lives = Number.POSITIVE_INFINITY;
  let ran = 0;
  const settings = {
    seed: 7,
    train: Array.from({ length: 6 }, (_, i) => `t${i}`),
    dev: Array.from({ length: 6 }, (_, i) => `v${i}`),
    iterations: 12,
  };
  const concurrency = 4;
  const mayDie = () => {
    if (--lives < 0) throw new Error('killed');
  };
  const keyOf = (split: string, run: Run) => `${split} ${run.candidate} ${run.case} ${run.seed}`;
  const port: ServerPort = {
    has: (split, run) => rows.has(keyOf(split, run)),
    measure: async (split, runs, { tokens: most }) => {
      // Runs at the same time end in any order, so a crash leaves any of them.
      for (const run of runs.toReversed()) {
        const key = keyOf(split, run);
        if (rows.has(key)) continue;
        mayDie();
        const { next, int } = stream(key);
        ran++;
        const score = next() < 0.3 + Number(run.candidate.slice(1)) / 20 ? 1 : 0;
        const tokens = 20 + int(80);
        const isCut = most > 0 && tokens > most;
        rows.set(key, isCut ? { score: 0, tokens: most } : { score, tokens });
      }
      mayDie();
      return runs.map((run) => rows.get(keyOf(split, run))?.score ?? 0);
    },
    spent: () => ({ calls: rows.size, tokens: rows.values().reduce((sum, row) => sum + row.tokens, 0), usd: 0, ms: 0 }),
    record: async (step) => {
      mayDie();
      steps.push(JSON.parse(JSON.stringify(step)));
      mayDie();
    },
  };
  const open = () => {
    const by = ENGINES_BY_NAME[engine];
    const first = begun(by, { ...settings, calls: ownOf(caps, reserve).calls });
    const mark = steps.reduce((so, step) => after(by, so, step), first);
    const most = (own: Spent, spent: Spent, runs: number) => mostOf(own, spent, runs, concurrency);
    return openServer({ engine: by, mark, caps, reserve, most, concurrency, port });
  };
  const hash = () => hashOf(open().mark());

  /** To the end, or until it is killed; whether it got there. */
  const live = async (awaits = Number.POSITIVE_INFINITY): Promise<boolean> => {
    lives = awaits;
    try {
      const server = open();
      for (let want = await server.run(); want.do !== 'stop'; want = await server.run()) {
        await server.offer(stream(`${want.parent} ${steps.length}`).next() < 0.8 ? 'candidate' : 'nothing');
      }
      return true;
    } catch (error) {
      if (error instanceof Error && error.message === 'killed') return false;
      throw error;
    }
  };
  return { open, hash, live, port, steps, ran: () => ran };
}

const engines = fc.constantFrom('race', 'gepa', 'best_of_n');

describe('the metered server', () => {
  it('is, killed anywhere and opened again, in the state it would have been in, and pays no run twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        engines,
        fc.integer({ min: 1500, max: 12_000 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 }),
        async (engine, tokens, deaths) => {
          const whole = laboratory(engine, { calls: 150, tokens });
          await whole.live();
          const broken = laboratory(engine, { calls: 150, tokens });
          for (const awaits of deaths) if (await broken.live(awaits)) break;
          await broken.live();
          expect(broken.hash()).toBe(whole.hash());
          expect(broken.ran()).toBe(whole.ran());
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is in the same state whichever single await it is killed at', async () => {
    const whole = laboratory('race', { calls: 40 });
    await whole.live();
    for (let awaits = 0; ; awaits++) {
      const broken = laboratory('race', { calls: 40 });
      const unharmed = await broken.live(awaits);
      await broken.live();
      expect(broken.hash()).toBe(whole.hash());
      if (unharmed) break;
      expect(awaits).toBeLessThan(1000);
    }
  });

  it('passes no limit, and leaves what is set aside for the verification', async () => {
    await fc.assert(
      fc.asyncProperty(
        engines,
        fc.integer({ min: 21, max: 200 }),
        fc.integer({ min: 1001, max: 12_000 }),
        async (engine, calls, tokens) => {
          const lab = laboratory(engine, { calls, tokens }, { calls: 20, tokens: 1000 });
          await lab.live();
          expect(lab.port.spent().calls).toBeLessThanOrEqual(calls - 20);
          expect(lab.port.spent().tokens).toBeLessThanOrEqual(tokens - 1000);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a budget that the verification takes up', () => {
    expect(() => laboratory('race', { calls: 100 }, { calls: 100 }).open()).toThrow(/set aside/);
  });

  it('notices a log that another engine wrote', async () => {
    const lab = laboratory('race', { calls: 100 });
    await lab.live();
    lab.steps[2] = { asked: 'something else', told: { told: 'nothing' }, spent: lab.port.spent() };
    expect(() => lab.open()).toThrow(/Step 3 of this search was not asked for/);
  });

  it('takes no candidate that was not asked for', async () => {
    const lab = laboratory('race', { calls: 100 });
    await expect(lab.open().offer('candidate')).rejects.toThrow(/wants no candidate/);
  });
});
