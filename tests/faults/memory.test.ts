import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../src/os/clock.ts';
import { runs } from '../fuzz/scale.ts';
import { expectAllSound, expectSound, live, liveTogether, mortalDisk, type World } from '../os/events/life.ts';
import { type Fate, type MemoryDisk, memoryDisk, memoryLocks } from '../os/events/memory-disk.ts';

type MemoryWorld = World & { disk: MemoryDisk };

function memoryWorld(): MemoryWorld {
  const root = path.resolve('/project');
  return { root, disk: memoryDisk(root), locks: memoryLocks() };
}

/** One process: the change to the disk it dies before, whether in the midst of it, and what the power cut does then. */
type Life = { readonly at: number; readonly half: boolean; readonly month: number; readonly cut: Cut | undefined };
type Cut = { readonly names: readonly boolean[]; readonly blocks: readonly boolean[]; readonly block: number };

const bits = fc.array(fc.boolean(), { minLength: 1, maxLength: 24 });
const cut = fc.record({ names: bits, blocks: bits, block: fc.constantFrom(16, 64, 200, 512, 4096) });
const lifeUpTo = (most: number): fc.Arbitrary<Life> =>
  fc.record({
    at: fc.integer({ min: 1, max: most }),
    half: fc.boolean(),
    month: fc.nat(2),
    cut: fc.option(cut, { nil: undefined, freq: 4 }),
  });

/** Each answer is the next bit, over and over. */
function fateOf({ names, blocks, block }: Cut): Fate {
  const turn = (of: readonly boolean[]) => {
    let next = 0;
    return () => of[next++ % of.length] === true;
  };
  return { keepsName: turn(names), keepsBlock: turn(blocks), block };
}

/** Whoever comes after a crash leaves no empty file, and all the space that is kept for a full disk. */
function expectWhole({ root, disk }: MemoryWorld): void {
  const files = disk.files(path.join(root, '.reyn'));
  if (![...files.keys()].some((name) => name.startsWith('runs/'))) return; // nobody was there
  // a month's log is made by its first append, and stays empty when that one was lost
  const facts = [...files].filter(([name]) => !name.startsWith('log/'));
  expect(facts.filter(([, bytes]) => bytes.length === 0).map(([name]) => name)).toEqual([]);
  expect(files.get('reserve')?.length).toBe(64 * 1024);
}

describe('a disk that drops, reorders and tears what was not synced', () => {
  it('loses nothing that was promised of a run, whenever its processes die and the power goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lifeUpTo(60), { minLength: 1, maxLength: 4 }), async (lives) => {
        const world = memoryWorld();
        let promised: string[] = [];
        for (const { at, half, month, cut } of lives) {
          const clock = simulatedClock(Date.UTC(2026, month, 15));
          const more = await live(world, mortalDisk(world.disk, at, half).disk, clock);
          promised = [...promised, ...more];
          if (cut !== undefined) world.disk.cutPower(fateOf(cut));
        }
        await expectSound(world, promised, 'in the end');
        expectWhole(world);
      }),
      { numRuns: runs(300) },
    );
  });

  it('loses nothing that was promised of runs that are under way together', async () => {
    await fc.assert(
      fc.asyncProperty(lifeUpTo(90), cut, async ({ at, half }, power) => {
        const world = memoryWorld();
        const promised = await liveTogether(world, mortalDisk(world.disk, at, half).disk);
        world.disk.cutPower(fateOf(power));
        await expectAllSound(world, promised, 'in the end');
        expectWhole(world);
      }),
      { numRuns: runs(300) },
    );
  });
});
