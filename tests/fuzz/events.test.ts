import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/os/audit/verify.ts';
import { simulatedClock } from '../../src/os/clock.ts';
import { CorruptLog } from '../../src/os/errors.ts';
import { readChain } from '../../src/os/events/chain.ts';
import type { RunEvent } from '../../src/os/events/event.ts';
import { hashHolds } from '../../src/os/events/line.ts';
import { runRules } from '../../src/os/events/run-read.ts';
import { openStore } from '../../src/os/events/store.ts';
import { seededIds } from '../../src/os/ids.ts';
import { openRedactor } from '../../src/os/secrets/redactor.ts';
import { begin, type World } from '../os/events/life.ts';
import { type MemoryDisk, memoryDisk, memoryLocks } from '../os/events/memory-disk.ts';
import { decided, FINISHED } from '../os/events/scene.ts';
import { runs } from './scale.ts';
import { type Damage, damage, damaged } from './text.ts';

/** A store that signs nothing and knows no secret. */
const PLAIN = { signer: undefined, redact: openRedactor({ known: [] }) };

type Recorded = World & { readonly disk: MemoryDisk; readonly file: string; readonly bytes: Buffer };

/** A store with one run of several events, some of them long; the run ended or not. */
async function recorded(isEnded: boolean): Promise<Recorded> {
  const root = path.resolve('/project');
  const disk = memoryDisk(root);
  const locks = memoryLocks();
  const store = openStore({ ...PLAIN, root, disk, locks, clock: simulatedClock(), ids: seededIds('fuzz') });
  const { log } = await store.createRun('run1', begin(store));
  for (const text of ['a', 'é\n"', 'x'.repeat(700), '\u2028', 'y'.repeat(9000), 'end']) log.append(decided(text));
  if (isEnded) log.append(FINISHED);
  await log.close();
  await store.close();
  const file = path.join(root, '.reyn/runs/run1/events.jsonl');
  return { root, disk, locks, file, bytes: disk.read(file) ?? Buffer.alloc(0) };
}

function put(disk: MemoryDisk, file: string, bytes: Buffer): void {
  disk.remove(file);
  const opened = disk.open(file, 'new');
  if (opened === undefined) throw new Error('it is there');
  disk.write(opened, bytes);
  disk.datasync(opened);
  disk.close(opened);
}

const damages = fc.array(damage, { minLength: 1, maxLength: 3 });
const spoil = (bytes: Buffer, how: readonly Damage[]) => how.reduce((done, each) => damaged(done, each), bytes);

/** What `read` gives, or the reason the log was refused for. Nothing else may be thrown. */
function orRefused<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof CorruptLog) return error.reason;
    throw error;
  }
}

const texts = (lines: readonly { readonly hash: string }[]) => lines.map(({ hash }) => hash);

describe('the reader of logs, whatever was done to one', () => {
  it('names the first line that is not what was written, or reads what is whole and sets the rest aside', async () => {
    const { bytes } = await recorded(false);
    const rules = runRules('run1');
    const whole = texts(readChain(bytes, rules).lines);
    expect(whole).toHaveLength(7);
    fc.assert(
      fc.property(damages, (how) => {
        const spoilt = spoil(bytes, how);
        const chain = readChain(spoilt, rules);
        expect(whole.slice(0, chain.lines.length)).toEqual(texts(chain.lines));
        expect(spoilt.subarray(0, chain.end).equals(bytes.subarray(0, chain.end))).toBe(true);
        if (chain.faults.length > 0) return;
        expect((chain.torn?.bytes ?? 0) + chain.end).toBe(spoilt.length);
        const goesOn = readChain(spoilt, rules, undefined, true);
        expect(goesOn.lines.length).toBe(chain.lines.length);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('takes no bytes for a line that are none, and leaves those it looks at as they are', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom(Buffer.from(',"hash":"'), Buffer.from('"}'), Buffer.from('\n')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        const before = Buffer.from(bytes);
        expect(readChain(bytes, runRules('run1')).lines).toEqual([]);
        expect(hashHolds(bytes, 0, bytes.length)).toBe(false);
        expect(bytes.equals(before)).toBe(true);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('gives nothing of a run that has ended but what was written, and the audit finds what was done', async () => {
    const { root, disk, locks, file, bytes } = await recorded(true);
    const store = openStore({ ...PLAIN, root, disk, locks, clock: simulatedClock(), ids: seededIds('reader') });
    const whole = texts(store.readRun('run1'));
    fc.assert(
      fc.property(damages, (how) => {
        const spoilt = spoil(bytes, how);
        put(disk, file, spoilt);
        const read = orRefused(() => store.readRun('run1'));
        const isSame = spoilt.equals(bytes);
        expect(verifyStore(root, {}, { signer: undefined, disk, locks }).ok).toBe(isSame);
        if (typeof read === 'string') return;
        expect(whole.slice(0, read.length)).toEqual(texts(read));
        if (read.length < whole.length) expect(read.at(-1)?.type).not.toBe('run_finished');
      }),
      { numRuns: runs(150) },
    );
  });

  it('lets nobody go on from what was never written', async () => {
    const first = await recorded(false);
    const whole = texts(readChain(first.bytes, runRules('run1')).lines);
    await fc.assert(
      fc.asyncProperty(damages, async (how) => {
        const { root, disk, locks, file, bytes } = await recorded(false);
        put(disk, file, spoil(bytes, how));
        const store = openStore({ ...PLAIN, root, disk, locks, clock: simulatedClock(), ids: seededIds('next') });
        let events: readonly RunEvent[];
        try {
          const taken = await store.takeRun('run1', 'resume');
          events = taken.events;
          await taken.log.close();
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptLog);
          expect(verifyStore(root, {}, { signer: undefined, disk, locks }).ok).toBe(false);
          return;
        } finally {
          await store.close();
        }
        const own = events.filter(({ epoch }) => epoch === 1);
        expect(whole.slice(0, own.length)).toEqual(texts(own));
        expect(events.slice(own.length).map(({ type }) => type)).toEqual(expect.arrayContaining(['run_resumed']));
        expect(verifyStore(root, {}, { signer: undefined, disk, locks }).problems).toEqual([]);
      }),
      { numRuns: runs(150) },
    );
  });

  it('finds out what was done to the log of the project', async () => {
    const { root, disk, locks } = await recorded(true);
    const file = path.join(root, '.reyn/log/2026-01.jsonl');
    const bytes = disk.read(file) ?? Buffer.alloc(0);
    const store = openStore({ ...PLAIN, root, disk, locks, clock: simulatedClock(), ids: seededIds('reader') });
    const whole = texts(store.readProject());
    expect(whole).toHaveLength(2);
    fc.assert(
      fc.property(damages, (how) => {
        const spoilt = spoil(bytes, how);
        put(disk, file, spoilt);
        expect(verifyStore(root, {}, { signer: undefined, disk, locks }).ok).toBe(spoilt.equals(bytes));
        const read = orRefused(() => store.readProject());
        if (typeof read !== 'string') expect(whole.slice(0, read.length)).toEqual(texts(read));
      }),
      { numRuns: runs(150) },
    );
  });
});
