import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ended, faultOf, makeLedger, onlyRun, start } from '../crash/ledger.ts';

/** Longer than the 5 s after which locks that rely on heartbeats are taken for abandoned. */
const STOPPED_MS = 6_200;
const command = (root: string, ...args: string[]) => ended(start(root, args));

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('two processes that want one run', () => {
  it('are never both let in: not while the first is stopped for long, only once it is dead', async () => {
    const { root, remove } = makeLedger(0);
    slowAtFirst(root);
    const first = start(root, ['run', 'keep_ledger', 'go']);
    const gone = ended(first);
    const run = await until(() => onlyRun(root));
    const log = () => fs.readFileSync(path.join(root, '.reyn/runs', run, 'events.jsonl'), 'utf8');
    first.kill('SIGSTOP');
    const [before, since] = [log(), performance.now()];
    for (const wait of [0, STOPPED_MS]) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait - (performance.now() - since))));
      const refused = await command(root, 'resume', run);
      expect(refused.code, refused.err).toBe(7);
      // the second of the two where it was stopped in the midst of an append to the log of the project
      expect(refused.err).toMatch(new RegExp(`is being run by process ${first.pid}|lock of this project was held`));
      expect(log()).toBe(before);
    }
    first.kill('SIGKILL');
    await gone;
    const taken = await command(root, 'resume', run);
    expect(taken.code, taken.err).toBe(0);
    expect(await faultOf(root, run)).toBeUndefined();
    remove();
  });
});

/** The model takes its time for the first turn only. */
function slowAtFirst(root: string): void {
  const file = path.join(root, 'reyn/project/keep_ledger/evals/scripted.yaml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"delay_ms":0', '"delay_ms":1500'));
}
