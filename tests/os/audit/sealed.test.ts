import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditProblem } from '../../../src/os/audit/report.ts';
import { sealStore } from '../../../src/os/audit/seal.ts';
import { parseSeal, type Seal } from '../../../src/os/audit/seal-file.ts';
import { type AuditRequest, verifyStore } from '../../../src/os/audit/verify.ts';
import { simulatedClock } from '../../../src/os/clock.ts';
import { encodeLine } from '../../../src/os/events/line.ts';
import { openSigner } from '../../../src/os/signer.ts';
import type { Signer } from '../../../src/os/signing.ts';
import { decided, FINISHED, firstEvent, freshRoot, monthFiles, openIn, runFile } from '../events/scene.ts';

function freshSigner(): Signer {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-keys-'));
  onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
  return openSigner({ dir: path.join(home, 'keys') });
}

type World = { root: string; signer: Signer; seal: Seal };

/** Two runs that ended, one that waits and one that was interrupted, all signed and then sealed. */
async function sealedStore(): Promise<World> {
  const root = freshRoot();
  const signer = freshSigner();
  const store = openIn(root, { signer });
  const pack = store.blobs.put('the skill');
  for (const run of ['run1', 'run2', 'run3', 'run4']) {
    const { log } = await store.createRun(run, firstEvent(store, { pack }));
    log.append(decided('a'));
    log.append({ type: 'op_finished', step: 's', data: { result: 'x'.repeat(9000) } });
    if (run === 'run3') log.append({ type: 'run_suspended', data: { waiting: ['q'] } });
    else if (run === 'run4') log.append({ type: 'run_interrupted', data: { cause: 'signal', message: '' } });
    else log.append(FINISHED);
    await log.close();
  }
  const { seal, damaged } = await sealStore({ store, signer, clock: simulatedClock() });
  expect(damaged).toEqual([]);
  await store.close();
  return { root, signer, seal };
}

const verify = ({ root, signer }: Pick<World, 'root' | 'signer'>, request: AuditRequest = {}) =>
  verifyStore(root, request, { signer });
const briefly = (problems: readonly AuditProblem[]) =>
  problems.map(({ reason, file, line }) => `${reason} ${file}${line === undefined ? '' : `:${line}`}`).sort();
const against = ({ seal }: World): AuditRequest => ({ against: { seal, file: 'kept.json' } });

const linesOf = (file: string) => fs.readFileSync(file, 'utf8').trimEnd().split('\n');
const write = (file: string, lines: readonly string[]) =>
  fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''));

/** The lines with `change` made to each event, chained anew: what somebody does who knows the format but has no key. */
function rechained(
  lines: readonly string[],
  change: (event: { type: string; run?: string; data: object }) => object | undefined,
): string[] {
  let prev = '';
  let seq = 0;
  return lines.flatMap((text) => {
    const event = JSON.parse(text);
    const data = change(event);
    if (data === undefined) return [];
    seq += 1;
    const { epoch, ts, type, run, step } = event;
    const made = encodeLine({ seq, epoch, ts, type, run, step, prev }, JSON.stringify(data));
    prev = made.hash;
    return [made.line.trimEnd()];
  });
}

const hashOf = (line: string | undefined): string => JSON.parse(line ?? '{}').hash;

describe('signed heads', () => {
  it('are made when a run ends, waits or is interrupted, and found good', async () => {
    const world = await sealedStore();
    const [file] = monthFiles(world.root) as [string];
    const signed = linesOf(file)
      .map((line) => JSON.parse(line))
      .filter(({ data }) => data.signed !== undefined);
    expect(signed.map(({ type, run }) => `${type} ${run}`)).toEqual([
      'run_closed run1',
      'run_closed run2',
      'head_signed run3',
      'head_signed run4',
      'head_signed undefined',
    ]);
    expect(verify(world)).toMatchObject({ ok: true, notes: [], runs: 4 });
    expect(verify(world, { ...against(world), signed: true })).toMatchObject({ ok: true, notes: [] });
  });

  it('are absent where there is no key, which is no problem unless it is made one', async () => {
    const root = freshRoot();
    const store = openIn(root, { signer: openSigner({ dir: undefined }) });
    const { log } = await store.createRun('run1', firstEvent(store, { pack: store.blobs.put('the skill') }));
    log.append(FINISHED);
    await log.close();
    const signer = freshSigner();
    const report = verify({ root, signer });
    expect([report.ok, ...briefly(report.notes)]).toEqual([true, 'unsigned .reyn/runs/run1/events.jsonl:2']);
    expect(briefly(verify({ root, signer }, { signed: true }).problems)).toEqual([
      'unsigned .reyn/runs/run1/events.jsonl:2',
    ]);
    const { signed } = await sealStore({ store, signer, clock: simulatedClock() });
    expect(signed).toBe(1);
    expect(verify({ root, signer }, { signed: true })).toMatchObject({ ok: true, notes: [] });
  });

  it('do not fail a run whose key cannot be used', async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-keys-'));
    onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
    fs.writeFileSync(path.join(home, 'keys'), 'a file where the folder belongs');
    const root = freshRoot();
    const store = openIn(root, { signer: openSigner({ dir: path.join(home, 'keys') }) });
    const { log } = await store.createRun('run1', firstEvent(store, { pack: store.blobs.put('the skill') }));
    log.append(FINISHED);
    await log.close();
    expect(store.readProject().at(-1)).toMatchObject({ type: 'run_closed', data: { outcome: 'finished' } });
  });

  it('made with a key of somebody else are reported, and trusted with the seal that brings the key', async () => {
    const world = await sealedStore();
    const other = { ...world, signer: freshSigner() };
    expect(briefly(verify(other).problems)).toEqual(
      [3, 5, 7, 9, 10]
        .map((line) => `foreign_key .reyn/log/2026-01.jsonl:${line}`)
        .map((text, i) => {
          const [file] = monthFiles(world.root) as [string];
          const at = linesOf(file).flatMap((line, n) => (line.includes('"signed"') ? [n + 1] : []))[i];
          return text.replace(/:\d+$/, `:${at}`);
        })
        .sort(),
    );
    const trusting = verify(other, against(world));
    expect([trusting.ok, ...briefly(trusting.notes)]).toEqual([true, 'foreign_key kept.json']);
  });
});

it('says of a log that lost its signature that earlier ones are signed', async () => {
  const { root, signer } = await sealedStore();
  const store = openIn(root); // no key
  const { log } = await store.createRun('run5', firstEvent(store, { pack: store.blobs.put('the skill') }));
  log.append(FINISHED);
  await log.close();
  const { ok, notes } = verify({ root, signer });
  expect([ok, ...briefly(notes)]).toEqual([true, 'unsigned .reyn/runs/run5/events.jsonl:2']);
  expect(notes[0]?.message).toMatch(/although earlier ones are signed/);
});

/** Each kind of tampering: what is done, and what an audit finds, without and with the seal. */
const TAMPERING: readonly {
  what: string;
  spoil: (world: World) => void;
  found: readonly string[];
  withSeal?: readonly string[];
}[] = [
  {
    what: 'the tail of a waiting run is cut cleanly',
    spoil: ({ root }) => write(runFile(root, 'run3'), linesOf(runFile(root, 'run3')).slice(0, 2)),
    found: ['head .reyn/runs/run3/events.jsonl:2', 'unsigned note'],
    withSeal: ['sealed .reyn/runs/run3/events.jsonl:2'],
  },
  {
    what: 'the last event of a waiting run is written anew',
    spoil: ({ root }) => {
      const file = runFile(root, 'run3');
      write(
        file,
        rechained(linesOf(file), ({ type, data }) => (type === 'run_suspended' ? { waiting: ['z'] } : data)),
      );
    },
    found: ['head .reyn/runs/run3/events.jsonl:4', 'unsigned note'],
    withSeal: ['sealed .reyn/runs/run3/events.jsonl:4'],
  },
  {
    what: 'a run and what closed it are written anew, the project log chained anew',
    spoil: ({ root }) => {
      const file = runFile(root, 'run1');
      write(
        file,
        rechained(linesOf(file), ({ type, data }) => (type === 'run_finished' ? { ...data, output: 1 } : data)),
      );
      const head = hashOf(linesOf(file).at(-1));
      const [log] = monthFiles(root) as [string];
      write(
        log,
        rechained(linesOf(log), ({ type, run, data }) =>
          run === 'run1' && type === 'run_closed' ? { ...data, head } : data,
        ),
      );
    },
    found: [
      'bad_signature .reyn/log/2026-01.jsonl:2', // run_closed of run1
      'bad_signature .reyn/log/2026-01.jsonl:4', // what was opened later stands on another history
      'bad_signature .reyn/log/2026-01.jsonl:6',
      'bad_signature .reyn/log/2026-01.jsonl:8',
      'head .reyn/log/2026-01.jsonl:9',
    ],
    withSeal: [
      'sealed .reyn/log/2026-01.jsonl:9',
      'sealed .reyn/log/2026-01.jsonl:9',
      'sealed .reyn/log/2026-01.jsonl:9',
      'sealed .reyn/log/2026-01.jsonl:9',
      'sealed .reyn/runs/run1/events.jsonl:4',
    ],
  },
  {
    what: 'a run is taken out of everything, the project log chained anew',
    spoil: ({ root }) => {
      fs.rmSync(path.dirname(runFile(root, 'run2')), { recursive: true });
      const [log] = monthFiles(root) as [string];
      write(
        log,
        rechained(linesOf(log), ({ run, data }) => (run === 'run2' ? undefined : data)),
      );
    },
    found: [
      'bad_signature .reyn/log/2026-01.jsonl:4',
      'bad_signature .reyn/log/2026-01.jsonl:6',
      'head .reyn/log/2026-01.jsonl:7',
    ],
    withSeal: [
      'sealed .reyn/log/2026-01.jsonl:7', // the project log is shorter
      'sealed .reyn/log/2026-01.jsonl:7', // run2 was never opened
      'sealed .reyn/log/2026-01.jsonl:7', // run3 and run4 were opened otherwise
      'sealed .reyn/log/2026-01.jsonl:7',
      'sealed .reyn/runs/run2/events.jsonl',
    ],
  },
  {
    what: 'the tail of the project log and a run that it opened are gone',
    spoil: ({ root }) => {
      fs.rmSync(path.dirname(runFile(root, 'run4')), { recursive: true });
      const [log] = monthFiles(root) as [string];
      write(log, linesOf(log).slice(0, 6));
    },
    found: [],
    withSeal: [
      'sealed .reyn/log/2026-01.jsonl:6',
      'sealed .reyn/log/2026-01.jsonl:6',
      'sealed .reyn/runs/run4/events.jsonl',
    ],
  },
  {
    what: 'the whole store is gone',
    spoil: ({ root }) => fs.rmSync(path.join(root, '.reyn'), { recursive: true }),
    found: [],
    withSeal: [
      ...Array.from({ length: 5 }, () => 'sealed .reyn/log'),
      ...[1, 2, 3, 4].map((n) => `sealed .reyn/runs/run${n}/events.jsonl`),
    ],
  },
  {
    what: 'the signature of one run is put to another',
    spoil: ({ root }) => {
      const [log] = monthFiles(root) as [string];
      const signed = linesOf(log)
        .map((line) => JSON.parse(line))
        .find(({ type }) => type === 'run_closed')?.data.signed;
      write(
        log,
        rechained(linesOf(log), ({ type, run, data }) =>
          run === 'run2' && type === 'run_closed' ? { ...data, signed } : data,
        ),
      );
    },
    found: [
      'bad_signature .reyn/log/2026-01.jsonl:4',
      'bad_signature .reyn/log/2026-01.jsonl:6',
      'bad_signature .reyn/log/2026-01.jsonl:8',
      'head .reyn/log/2026-01.jsonl:9',
    ],
  },
  {
    what: 'a removal is forged',
    spoil: ({ root }) => {
      fs.rmSync(path.dirname(runFile(root, 'run2')), { recursive: true });
      const [log] = monthFiles(root) as [string];
      const lines = linesOf(log);
      const last = JSON.parse(lines.at(-1) ?? '');
      const { seq, head } = JSON.parse(lines[3] ?? '').data;
      const place = {
        seq: last.seq + 1,
        epoch: 1,
        ts: last.ts,
        type: 'run_removed',
        run: 'run2',
        step: undefined,
        prev: last.hash,
      };
      write(log, [...lines, encodeLine(place, JSON.stringify({ seq, head, rule: 'days', by: 'gc' })).line.trimEnd()]);
    },
    found: ['removed note', 'unsigned .reyn/log/2026-01.jsonl:10', 'unsigned note'],
  },
  {
    what: 'a large member is swapped for another blob',
    spoil: ({ root }) => {
      const dir = path.join(root, '.reyn/blobs');
      const [a, b] = fs.readdirSync(dir) as [string, string];
      fs.copyFileSync(path.join(dir, a), path.join(dir, b));
    },
    found: ['bad_blob'],
  },
];

describe('an audit with signatures', () => {
  for (const { what, spoil, found, withSeal } of TAMPERING) {
    it(`finds that ${what}`, async () => {
      const world = await sealedStore();
      spoil(world);
      const { problems, notes } = verify(world);
      const all = [...briefly(problems), ...notes.map(({ reason }) => `${reason} note`)].sort();
      expect(what.startsWith('a large') ? all.map((text) => text.split(' ')[0]) : all).toEqual([...found].sort());
      const sealed = briefly(verify(world, against(world)).problems).filter((text) => text.startsWith('sealed'));
      if (withSeal !== undefined) expect(sealed).toEqual([...withSeal].sort());
    });
  }

  it('takes no seal that was changed, and none that is something else', async () => {
    const world = await sealedStore();
    const text = JSON.stringify(world.seal);
    expect(parseSeal(text, 'kept.json')).toEqual(world.seal);
    const changed = parseSeal(text.replace('"run":"run1"', '"run":"run9"'), 'kept.json');
    expect(briefly(verify(world, { against: { seal: changed, file: 'kept.json' } }).problems)).toEqual([
      'bad_seal kept.json',
    ]);
    const swapped = { ...world.seal, key: { ...world.seal.key, public_key: freshSigner().publicKey } };
    expect(briefly(verify(world, { against: { seal: swapped, file: 'kept.json' } }).problems)).toContain(
      'bad_seal kept.json',
    );
    for (const other of ['{}', 'hello', text.replace('"seal"', '"sael"')]) {
      expect(() => parseSeal(other, 'kept.json')).toThrow(/kept\.json is not a seal/);
    }
  });

  it('still holds a seal after runs went on, ended and were sealed again', async () => {
    const world = await sealedStore();
    const store = openIn(world.root, { signer: world.signer });
    const { log } = await store.takeRun('run3', 'resume');
    log.append(FINISHED);
    await log.close();
    expect(verify(world, { ...against(world), signed: true })).toMatchObject({ ok: true, notes: [] });
    const again = await sealStore({ store, signer: world.signer, clock: simulatedClock() });
    expect(again.signed).toBe(0);
    const events = store.readProject().length;
    await sealStore({ store, signer: world.signer, clock: simulatedClock() });
    expect(store.readProject()).toHaveLength(events);
    expect(verify(world, against(world)).ok).toBe(true);
  });

  it('seals around a damaged run and says so', async () => {
    const { root, signer } = await sealedStore();
    write(runFile(root, 'run1'), linesOf(runFile(root, 'run1')).slice(0, 2));
    const { seal, damaged } = await sealStore({ store: openIn(root, { signer }), signer, clock: simulatedClock() });
    expect(damaged.map(({ run }) => run)).toEqual(['run1']);
    expect(seal.runs.map(({ run }) => run)).toEqual(['run2', 'run3', 'run4']);
  });
});
