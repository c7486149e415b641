import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryIn, carryOut } from '../../../src/learning/state/carry.ts';
import { learningFacts } from '../../../src/learning/state/facts.ts';
import { readState, type State, writeState } from '../../../src/learning/state/state-file.ts';
import { simulatedClock } from '../../../src/os/clock.ts';
import { type Disk, nodeDisk } from '../../../src/os/disk.ts';
import { UserError } from '../../../src/os/errors.ts';
import type { ProjectEvent, ProjectEventBody } from '../../../src/os/events/event.ts';
import type { Store } from '../../../src/os/events/port.ts';
import { seededIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { memoryDisk } from '../../os/events/memory-disk.ts';
import { freshRoot, openIn } from '../../os/events/scene.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

function parts(disk: Disk = nodeDisk) {
  return { disk, clock: simulatedClock(), redact: openRedactor({ known: [] }), newId: () => seededIds('state').next() };
}

function verdict(attempt: number, receipt = 'none'): ProjectEventBody {
  const data = {
    skill: 's',
    lineage: 'l',
    attempt,
    from_hash: A,
    skill_version_hash: B,
    alpha: 0.03,
    receipt,
    by: 'me',
  };
  return { type: 'verdict_reached', data: { ...data, verdict: 'INDETERMINATE', code: 'undecided' } };
}

const attempts = (store: Store) =>
  learningFacts(store, 'verdict_').map((event) => event.type === 'verdict_reached' && event.data.attempt);

const read = (dir: string): State => {
  const state = readState(nodeDisk, dir);
  if (state === undefined) throw new Error('there is no state');
  return state;
};

/** What is said of a state that does not hold. */
function refusal(dir: string): string {
  try {
    readState(nodeDisk, dir);
    return 'it holds';
  } catch (error) {
    if (!(error instanceof UserError) || error.exit !== 6) throw error;
    return `${path.basename(error.where.file ?? '')}:${error.where.line ?? ''} ${error.message}`;
  }
}

/** A state with three facts and a blob. */
async function written() {
  const dir = path.join(freshRoot(), 'state');
  const store = openIn(freshRoot());
  const receipt = store.blobs.put(`{"pack":"${store.blobs.put('the files of a candidate')}"}`);
  for (const attempt of [1, 2, 3]) await store.appendProject(verdict(attempt, receipt));
  return { dir, store, receipt, state: await carryOut(dir, undefined, store, parts()) };
}

describe('the state of the nights', () => {
  it('carries facts and the blobs they name to another machine', async () => {
    const { dir, receipt } = await written();
    const elsewhere = openIn(freshRoot());
    expect(await carryIn(read(dir), elsewhere)).toBe(3);
    expect(attempts(elsewhere)).toEqual([1, 2, 3]);
    const { pack } = JSON.parse(elsewhere.blobs.get(receipt).toString('utf8')) as { pack: string };
    expect(elsewhere.blobs.get(pack).toString('utf8')).toBe('the files of a candidate');
  });

  it('carries each fact once, however often it goes to and fro', async () => {
    const { dir, store, state } = await written();
    const elsewhere = openIn(freshRoot());
    await carryIn(state, elsewhere);
    await elsewhere.appendProject(verdict(4));
    const second = await carryOut(dir, read(dir), elsewhere, parts());
    expect([await carryIn(second, store), await carryIn(second, store), await carryIn(second, elsewhere)]).toEqual([
      1, 0, 0,
    ]);
    const third = await carryOut(dir, read(dir), store, parts());
    expect(third.facts).toHaveLength(4);
    expect([attempts(store), attempts(elsewhere)]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it('tells carried facts in the order in which they came about', async () => {
    const store = openIn(freshRoot(), { clock: simulatedClock(Date.UTC(2026, 5, 2)) });
    await store.appendProject(verdict(2));
    const data = { kind: 'verdict_reached', fact: verdict(1).data, hash: 'h' };
    await store.appendProject({ type: 'state_carried', data: { ...data, at: '2026-06-01T00:00:00.000Z' } });
    await store.appendProject({ type: 'state_carried', data: { ...data, hash: 'i', at: '2026-06-03T00:00:00.000Z' } });
    expect(attempts(store)).toEqual([1, 2, 1]);
  });

  it('keeps a fact whose members are large', async () => {
    const store = openIn(freshRoot());
    const edits = { text: 'x'.repeat(20_000) };
    const data = { skill: 's', from_hash: A, edits, reason: 'worse', search: 'q' };
    await store.appendProject({ type: 'edits_rejected', data });
    const dir = path.join(freshRoot(), 'state');
    await carryOut(dir, undefined, store, parts());
    const elsewhere = openIn(freshRoot());
    await carryIn(read(dir), elsewhere);
    expect(learningFacts(elsewhere, 'edits_')).toMatchObject([{ type: 'edits_rejected', data: { edits } }]);
  });

  it('is none where there is no folder', () => {
    expect(readState(nodeDisk, path.join(freshRoot(), 'state'))).toBeUndefined();
  });

  it('is refused with its line when a line was changed', async () => {
    const { dir } = await written();
    const file = path.join(dir, 'state.jsonl');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace('"attempt":2', '"attempt":1'));
    expect(refusal(dir)).toMatch(/^state\.jsonl:3 .*line 3 does not have the hash it states/);
    fs.writeFileSync(file, text.split('\n').toSpliced(1, 1).join('\n'));
    expect(refusal(dir)).toMatch(/^state\.jsonl:2 .*a line is missing/);
  });

  it('is refused when it was cut anywhere, with the first line that is gone', async () => {
    const { dir } = await written();
    const file = path.join(dir, 'state.jsonl');
    const bytes = fs.readFileSync(file);
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), (length) => {
        fs.writeFileSync(file, bytes.subarray(0, length));
        const whole = ends.filter((end) => end < length).length;
        return new RegExp(`^state\\.jsonl:${Math.max(1, whole + 1)} |^head\\.json:${whole + 1} `).test(refusal(dir));
      }),
      { numRuns: 40 },
    );
    fs.rmSync(file);
    expect(refusal(dir)).toContain('it is missing');
  });

  it('is refused when a blob is gone that a fact needs, or was changed', async () => {
    const { dir, receipt } = await written();
    fs.writeFileSync(path.join(dir, 'blobs', receipt), 'another receipt');
    expect(refusal(dir)).toContain(`the blob ${receipt} was changed`);
    fs.rmSync(path.join(dir, 'blobs', receipt));
    expect(refusal(dir)).toContain(`the blob ${receipt} is missing`);
  });

  it('is refused when it carries what no state does', async () => {
    const { dir, state } = await written();
    const fact = { type: 'grant_saved', ts: '', hash: 'h', data: {} } as unknown as ProjectEvent;
    expect(() => writeState(dir, state, [{ fact, blobs: new Map() }], parts())).toThrow(/carries a grant_saved/);
    expect(refusal(dir)).toMatch(/^state\.jsonl:5 /);
  });

  it('is refused where another one was written from the same beginning', async () => {
    const { dir, store, state } = await written();
    fs.cpSync(dir, `${dir}-2`, { recursive: true });
    await store.appendProject(verdict(4));
    await carryOut(dir, state, store, parts());
    const other = openIn(freshRoot());
    await other.appendProject(verdict(9));
    const fork = await carryOut(`${dir}-2`, read(`${dir}-2`), other, parts());
    await expect(carryIn(fork, store)).rejects.toThrow(/line 5 is another one/);
    await expect(carryIn(state, store)).rejects.toThrow(/line 5 to 5 are missing/);
  });

  it('is the old one or the new one after a power cut, whatever the disk had kept back', () => {
    const fact = (attempt: number): ProjectEvent =>
      ({ ...verdict(attempt), ts: '2026-01-01T00:00:00.000Z', hash: `h${attempt}` }) as unknown as ProjectEvent;
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.infiniteStream(fc.boolean()), (steps, fates) => {
        const memory = memoryDisk('/state');
        const first = writeState('/state', undefined, [{ fact: fact(1), blobs: new Map() }], parts(memory));
        let left = steps;
        const dying = new Proxy(memory, {
          get: (target, name: keyof Disk) => {
            const member = target[name] as (...rest: unknown[]) => unknown;
            return (...rest: unknown[]) => {
              if (left-- <= 0) throw new Error('the power went');
              return member(...rest);
            };
          },
        });
        const added = { fact: fact(2), blobs: new Map([[A, Buffer.from('a blob')]]) };
        try {
          writeState('/state', first, [added], parts(dying));
        } catch (error) {
          if (!/the power went/.test(String(error))) throw error;
        }
        const fate = () => fates.next().value === true;
        memory.cutPower({ keepsName: fate, keepsBlock: fate, block: 32 });
        const facts = readState(memory, '/state')?.facts.map(({ data }) => data.hash);
        return facts?.[0] === 'h1' && (facts.length === 1 || (facts.length === 2 && facts[1] === 'h2'));
      }),
      { numRuns: 150 },
    );
  });
});
