import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { detectLookup } from '../../../src/os/workspace/folder.ts';
import { bytes, CANARY, codeOf, listOf, type Scene, scene } from './scene.ts';

/** Swaps the folder `sw` with a link to the folder outside, for as long as it is let. */
const SWAPPER = `
  const fs = require('node:fs');
  const { workerData: { folder, away, out, stop } } = require('node:worker_threads');
  const flag = new Int32Array(stop);
  for (let n = 0; Atomics.load(flag, 0) === 0; n++) {
    try {
      fs.renameSync(folder, away + n);
      fs.symlinkSync(out, folder);
      fs.unlinkSync(folder);
      fs.renameSync(away + n, folder);
    } catch { // a write made the missing folder anew: the next round takes that one
      fs.mkdirSync(folder, { recursive: true });
    }
  }
`;

async function whileSwapping(s: Scene, act: () => Promise<void>): Promise<void> {
  const stop = new SharedArrayBuffer(4);
  const workerData = { folder: path.join(s.root, 'sw'), away: path.join(s.root, 'away'), out: s.out, stop };
  const worker = new Worker(SWAPPER, { eval: true, workerData });
  const ended = new Promise((resolve, reject) => {
    worker.once('exit', resolve);
    worker.once('error', reject);
  });
  await new Promise((resolve) => worker.once('online', resolve));
  try {
    await act();
  } finally {
    Atomics.store(new Int32Array(stop), 0, 1);
    await ended;
  }
}

/** Repeats `act` until it has both ended well and been refused often enough to have met the swap. */
async function untilMet(act: (n: number) => Promise<string>): Promise<Record<string, number>> {
  const ends: Record<string, number> = {};
  for (let n = 0; n < 50_000 && !(n > 2000 && (ends.none ?? 0) > 50 && (ends.refused ?? 0) > 20); n++) {
    const end = await act(n);
    ends[end] = (ends[end] ?? 0) + 1;
    if (n % 20 === 0) await new Promise(setImmediate);
  }
  return ends;
}

describe.runIf(detectLookup() === 'descriptors')('a folder that is swapped with a link while it is used', () => {
  it('lets no read out of the project', async () => {
    const s = scene();
    s.put('sw/secret.txt', 'mine');
    await whileSwapping(s, async () => {
      const ends = await untilMet((n) =>
        codeOf(
          n % 10 === 0
            ? listOf(s.files.walk('sw'))
            : s.files.readText('sw/secret.txt').then(({ text }) => expect(text).toBe('mine')),
        ),
      );
      expect(ends.none).toBeGreaterThan(0);
      expect(ends.refused).toBeGreaterThan(0);
      expect(Object.keys(ends).filter((end) => !['none', 'refused', 'not_found', 'not_a_file'].includes(end))).toEqual(
        [],
      );
    });
  });

  it('lets no write and no removal out of the project', async () => {
    const s = scene();
    fs.mkdirSync(path.join(s.root, 'sw/deep'), { recursive: true });
    await whileSwapping(s, async () => {
      const ends = await untilMet(async (n) => {
        const file = n % 2 === 0 ? 'sw/secret.txt' : 'sw/deep/new.txt';
        const there = await s.files.digestOf(file).catch(() => null);
        if (n % 3 === 0 && there !== null) return await codeOf(s.files.remove(file, there));
        return await codeOf(s.files.replace(file, bytes(`pwn ${n}`), there));
      });
      expect(ends.none).toBeGreaterThan(0);
      expect(ends.refused).toBeGreaterThan(0);
    });
    expect(fs.readdirSync(s.out)).toEqual(['secret.txt']);
    expect(fs.readFileSync(path.join(s.out, 'secret.txt'), 'utf8')).toBe(CANARY);
  });
});
