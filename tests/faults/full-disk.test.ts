import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ended, faultOf, makeLedger, onlyRun, start } from '../crash/ledger.ts';
import { canMount, mounted } from './mounts.ts';

const BALLAST = 'ballast';

/** The ledger's project on a disk of `size` KB of which nothing is left but `room` KB. */
function onSmallDisk(size: number, room: number): string {
  const root = mounted(['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs']);
  const { root: from, remove } = makeLedger(0);
  fs.cpSync(from, root, { recursive: true });
  remove();
  const { bavail, bsize } = fs.statfsSync(root);
  fs.writeFileSync(path.join(root, BALLAST), Buffer.alloc(bavail * bsize - room * 1024, 'x'));
  return root;
}

const command = (root: string, ...args: string[]) => ended(start(root, args));

function lastEvent(root: string, run: string): { type: string; data: { message?: string } } {
  const text = fs.readFileSync(path.join(root, '.reyn/runs', run, 'events.jsonl'), 'utf8');
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
}

describe.skipIf(!canMount)('a run on a disk that fills up (needs root, for a small disk)', { timeout: 60_000 }, () => {
  // 16 blocks of the reserve, and one each for two blobs, the run's folder, the project log and what is in the making
  it.each([88, 96, 108])(
    'says so with exit 7, and resumes to the same end when there is room (%d KB)',
    async (room) => {
      const root = onSmallDisk(1536, room);
      const { code, err, out } = await command(root, 'run', 'keep_ledger', 'go');
      const run = onlyRun(root);
      if (code !== 0) {
        expect(code, err).toBe(7);
        expect(err).toMatch(/full|no space/i);
        expect(out).toBe('');
        if (run !== undefined) {
          expect(lastEvent(root, run)).toMatchObject({
            type: 'run_interrupted',
            data: { cause: 'disk', message: expect.stringMatching(/full/) },
          });
        }
      }
      fs.rmSync(path.join(root, BALLAST));
      const resumed = await command(root, ...(run === undefined ? ['run', 'keep_ledger', 'go'] : ['resume', run]));
      expect(resumed.code, resumed.err).toBe(0);
      expect(await faultOf(root, onlyRun(root) ?? '')).toBeUndefined();
      expect(fs.statSync(path.join(root, '.reyn/reserve')).size).toBe(64 * 1024);
    },
  );
});
