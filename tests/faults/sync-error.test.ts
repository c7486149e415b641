import fs from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ended, faultOf, type Ledger, makeLedger, onlyRun, start } from '../crash/ledger.ts';
import { type Call, changingCalls, disturbed, hasStrace, sampled } from '../crash/system-calls.ts';

/** Every how many syncs one fails: 1 = each. */
const STRIDE = Number(process.env.REYN_CRASH_STRIDE ?? 24);

async function withLedger(act: (ledger: Ledger) => Promise<void>): Promise<void> {
  const ledger = makeLedger(0);
  try {
    await act(ledger);
  } finally {
    ledger.remove();
  }
}

/** Whatever the trace shows of a descriptor after a sync of it failed, up to its being closed. */
function usesAfterFailure(trace: string): string[] {
  const lines = trace.split('\n');
  const failed = lines.findIndex((line) => line.includes('(INJECTED)'));
  const descriptor = /^\d+ +\w+\((\d+<[^>]*>)/.exec(lines[failed] ?? '')?.[1];
  if (descriptor === undefined) throw new Error(`no sync failed:\n${trace.slice(-2000)}`);
  const later = lines.slice(failed + 1).filter((line) => line.includes(`(${descriptor}`));
  const close = later.findIndex((line) => / close\(/.test(line));
  return close < 0 ? later : later.slice(0, close);
}

function typesIn(root: string, run: string): string[] {
  const text = fs.readFileSync(`${root}/.reyn/runs/${run}/events.jsonl`, 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).type as string]));
}

/** The run is brought to its end by whoever comes next, and is then as if nothing had happened. */
async function expectMendable(root: string, label: string): Promise<void> {
  const run = onlyRun(root);
  const child = start(root, run === undefined ? ['run', 'keep_ledger', 'go'] : ['resume', run]);
  const end = await ended(child);
  expect(end.code, `${label}: ${end.err}`).toBe(0);
  expect(await faultOf(root, onlyRun(root) ?? ''), label).toBeUndefined();
}

describe.skipIf(!hasStrace)('a disk that fails to sync (needs strace)', { timeout: 600_000 }, () => {
  let syncs: readonly Call[] = [];
  beforeAll(async () => {
    syncs = (await changingCalls()).filter(({ name }) => name === 'fsync' || name === 'fdatasync');
  });

  it('stops the run, whatever the reason, and does not use the descriptor again', async () => {
    expect(syncs.length).toBeGreaterThan(20);
    const failures = syncs.flatMap((call) => [
      { call, error: 'EIO' },
      // without room for the reserve a run goes on without one
      ...(call.line.includes('/reserve>') ? [] : [{ call, error: 'ENOSPC' }]),
    ]);
    for (const { call, error } of sampled(failures, STRIDE === 1 ? 1 : 2 * STRIDE - 1)) {
      await withLedger(async ({ root }) => {
        const label = `${error} at ${call.nth}: ${call.line}`;
        const trace = `${root}/trace`;
        const end = await disturbed(root, ['run', 'keep_ledger', 'go'], call, `error=${error}`, trace);
        expect(end.code, `${label}: ${end.err}`).toBe(7);
        expect(end.err, label).toMatch(/sync|durable|disk is full/);
        expect(usesAfterFailure(fs.readFileSync(trace, 'utf8')), label).toEqual([]);
        await expectMendable(root, label);
      });
    }
  });

  it('says nothing of an end before the names of all that was written are durable', async () => {
    const last = syncs.findLast(({ name, line }) => name === 'fsync' && /\/out>/.test(line));
    if (last === undefined) throw new Error('the folder of the files is never synced');
    await withLedger(async ({ root }) => {
      const { code } = await disturbed(root, ['run', 'keep_ledger', 'go'], last, 'error=EIO');
      expect(code).toBe(7);
      expect(typesIn(root, onlyRun(root) ?? '').at(-1)).toBe('run_interrupted');
      await expectMendable(root, last.line);
    });
  });

  it('makes names durable that a killed process wrote and did not sync', async () => {
    const calls = await changingCalls();
    const syncsFolder = calls.find(({ name, line }) => name === 'fsync' && /\/out>/.test(line));
    if (syncsFolder === undefined) throw new Error('the folder of the files is never synced');
    await withLedger(async ({ root }) => {
      await disturbed(root, ['run', 'keep_ledger', 'go'], syncsFolder, 'signal=SIGKILL');
      const trace = `${root}/trace`;
      const run = onlyRun(root) ?? '';
      const wrap = ['strace', '-f', '-y', '-o', trace, '-e', 'trace=fsync,write'];
      expect((await ended(start(root, ['resume', run], wrap))).code).toBe(0);
      const lines = fs.readFileSync(trace, 'utf8').split('\n');
      const end = lines.findIndex((line) => line.includes('events.jsonl>') && line.includes('write('));
      const last = lines.findLastIndex((line) => line.includes('events.jsonl>') && line.includes('write('));
      const synced = lines.slice(end, last).flatMap((line) => /fsync\(\d+<([^>]*)>/.exec(line)?.[1] ?? []);
      expect(synced).toEqual(expect.arrayContaining([root, `${root}/out`, `${root}/out/c`]));
      expect(await faultOf(root, run)).toBeUndefined();
    });
  });
});
