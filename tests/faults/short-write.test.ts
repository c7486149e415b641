import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReyn } from '../../src/reyn.ts';
import { ended, faultOf, makeLedger, onlyRun, start } from '../crash/ledger.ts';
import { changingCalls, disturbed, hasStrace } from '../crash/system-calls.ts';

const SHORT = path.join(import.meta.dirname, 'short-writes.cjs');

describe('a system that takes fewer bytes than it is given', () => {
  it('loses none of them', async () => {
    const { root, remove } = makeLedger(0);
    const wrap = ['env', 'REYN_TEST_SHORT=30', `NODE_OPTIONS=--require=${SHORT}`];
    const end = await ended(start(root, ['run', 'keep_ledger', 'go'], wrap));
    expect(end.code, end.err).toBe(0);
    expect(await faultOf(root, onlyRun(root) ?? '')).toBeUndefined();
    expect(fs.statSync(path.join(root, '.reyn/reserve')).size).toBe(64 * 1024);
    remove();
  });

  it.skipIf(!hasStrace)('and loses some of them all the same is found out (needs strace)', async () => {
    const writes = (await changingCalls()).filter(({ name, line }) => name === 'write' && /events\.jsonl>/.test(line));
    expect(writes.length).toBeGreaterThan(5);
    for (const write of [writes[1], writes.at(-1)]) {
      if (write === undefined) throw new Error('there are several');
      const { root, remove } = makeLedger(0);
      await disturbed(root, ['run', 'keep_ledger', 'go'], write, 'retval=30'); // says so, and writes nothing
      const reyn = await openReyn({ root, env: { HOME: root, REYN_TRUST_PROJECT: '1' } });
      expect(reyn.verify().ok, write.line).toBe(false);
      await reyn.close();
      remove();
    }
  });
});
