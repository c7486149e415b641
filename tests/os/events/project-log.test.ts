import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyStore } from '../../../src/os/audit/verify.ts';
import { simulatedClock } from '../../../src/os/clock.ts';
import { countingDisk, type Disk, nodeDisk } from '../../../src/os/disk.ts';
import { Bug, CorruptLog, UserError } from '../../../src/os/errors.ts';
import type { ProjectEventBody } from '../../../src/os/events/event.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { begin } from './life.ts';
import { firstEvent, freshRoot, monthFiles, openIn, startActor } from './scene.ts';

const set = (key: string, value: unknown = 1): ProjectEventBody => ({
  type: 'config_set',
  data: { key, value, file: 'reyn.yaml' },
});
const keysOf = (events: readonly { data: object }[]) =>
  events.map(({ data }) => ('key' in data ? data.key : undefined));

describe('the project log', () => {
  it('is one chain over the files of several months', async () => {
    const root = freshRoot();
    const clock = simulatedClock(Date.UTC(2026, 0, 31, 23, 59));
    const store = openIn(root, { clock });
    await store.appendProject(set('a'));
    clock.advance(120_000);
    const b = await store.appendProject(set('b'));
    const c = await openIn(root, { clock }).appendProject(set('c'));
    await store.appendProject(set('d'));
    expect(monthFiles(root).map((file) => path.basename(file))).toEqual(['2026-01.jsonl', '2026-02.jsonl']);
    expect(store.readProject().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(b.prev).toBe(store.readProject()[0]?.hash);
    expect(c.prev).toBe(b.hash);
  });

  it('never goes back to an earlier month when the clock does', async () => {
    const root = freshRoot();
    await openIn(root, { clock: simulatedClock(Date.UTC(2026, 5, 1)) }).appendProject(set('a'));
    await openIn(root, { clock: simulatedClock(Date.UTC(2026, 4, 1)) }).appendProject(set('b'));
    expect(monthFiles(root).map((file) => path.basename(file))).toEqual(['2026-06.jsonl']);
    expect(keysOf(openIn(root).readProject())).toEqual(['a', 'b']);
  });

  it('takes what is appended at once with one write and one sync', async () => {
    const disk = countingDisk(nodeDisk);
    const store = openIn(freshRoot(), { disk });
    await store.appendProject(set('first'));
    Object.assign(disk.counts, { writes: 0, bytes: 0, syncs: 0 });
    await Promise.all(['a', 'b', 'c'].map((key) => store.appendProject(set(key))));
    expect(disk.counts).toMatchObject({ writes: 1, syncs: 1 });
    expect(keysOf(store.readProject())).toEqual(['first', 'a', 'b', 'c']);
  });

  it('is synced outside the lock while several runs are under way, and acknowledges nothing before', async () => {
    const held: (() => void)[] = [];
    let isHeld = false;
    const disk: Disk = {
      ...nodeDisk,
      async datasyncLater(file) {
        if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
        await nodeDisk.datasyncLater(file);
      },
    };
    const root = freshRoot();
    const store = openIn(root, { disk });
    await store.createRun('run1', firstEvent(store));
    await store.createRun('run2', firstEvent(store));
    isHeld = true;
    let isAcknowledged = false;
    const mine = store.appendProject(set('mine')).then(() => {
      isAcknowledged = true;
    });
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await openIn(root).appendProject(set('theirs'));
    expect(isAcknowledged).toBe(false);
    isHeld = false;
    held.pop()?.();
    await mine;
    expect(keysOf(store.readProject()).slice(-2)).toEqual(['mine', 'theirs']);
  });

  it('takes nothing more after a sync beside runs under way has failed', async () => {
    let isBroken = false;
    const disk: Disk = {
      ...nodeDisk,
      datasyncLater: async (file) => {
        if (isBroken) throw new UserError('disk', 'cannot sync');
        await nodeDisk.datasyncLater(file);
      },
    };
    const store = openIn(freshRoot(), { disk });
    await store.createRun('run1', firstEvent(store));
    await store.createRun('run2', firstEvent(store));
    isBroken = true;
    await expect(store.appendProject(set('lost'))).rejects.toMatchObject({ code: 'disk' });
    isBroken = false;
    await expect(store.appendProject(set('late'))).rejects.toMatchObject({ code: 'disk' });
  });

  it('keeps large values in blobs', async () => {
    const store = openIn(freshRoot());
    const value = 'v'.repeat(9000);
    const event = await store.appendProject(set('a', value));
    expect(event.data).toMatchObject({ value });
    expect(store.readProject()).toEqual([event]);
  });

  it('refuses an invalid event without harm to those appended with it', async () => {
    const store = openIn(freshRoot());
    const bad = { type: 'config_set', data: { key: 1 } } as unknown as ProjectEventBody;
    const [good, refused] = await Promise.allSettled([store.appendProject(set('a')), store.appendProject(bad)]);
    expect(good.status).toBe('fulfilled');
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(Bug) });
    expect(keysOf(store.readProject())).toEqual(['a']);
  });

  it('is one chain when several processes append at the same time', async () => {
    const root = freshRoot();
    const actors = ['a', 'b', 'c'].map((name) => startActor(['project', root, name, '20']));
    const ends = await Promise.all(actors.map(({ ended }) => ended));
    expect(ends.map(({ code, err }) => [code, err])).toEqual([0, 1, 2].map(() => [0, '']));
    const events = openIn(root).readProject();
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 180 }, (_, i) => i + 1));
    expect(new Set(keysOf(events)).size).toBe(180);
  });

  it.each<[string, (text: string) => string]>([
    ['half a line', (text) => `${text}{"v":1,"seq":3`],
    ['a last line with a bad hash', (text) => `${text.trimEnd().slice(0, -5)}AAA"}\n`],
    ['a hole before a whole line', (text) => `${text.slice(0, 20)}${'\0'.repeat(9)}${text.slice(29)}`],
  ])('with %s at its end is cut, the rest kept and recorded by the next append', async (_, tear) => {
    const root = freshRoot();
    const store = openIn(root);
    await store.appendProject(set('a'));
    await store.appendProject(set('b'));
    const [file] = monthFiles(root) as [string];
    const torn = tear(fs.readFileSync(file, 'utf8'));
    fs.writeFileSync(file, torn);
    const whole = keysOf(openIn(root).readProject());

    await openIn(root).appendProject(set('c'));
    const events = openIn(root).readProject();
    const record = events.at(-2);
    if (record?.type !== 'log_torn') throw new Error('the tear is not recorded');
    expect(keysOf(events)).toEqual([...whole, undefined, 'c']);
    const kept = fs.readFileSync(path.join(path.dirname(file), record.data.kept), 'utf8');
    expect(torn.endsWith(kept)).toBe(true);
    expect(kept).toHaveLength(record.data.bytes);
  });

  it('knows nothing of a run whose opening stands behind a hole, so that the run is opened once more', async () => {
    const root = freshRoot();
    const store = openStore({
      root,
      clock: simulatedClock(),
      ids: randomIds,
      signer: undefined,
      redact: openRedactor({ known: [] }),
    });
    await store.appendProject(set('a'));
    await (await store.createRun('run1', begin(store))).log.close();
    await store.close();
    const [file] = monthFiles(root) as [string];
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, `${text.slice(0, 20)}${'\0'.repeat(9)}${text.slice(29)}`);
    const later = openIn(root);
    await (await later.takeRun('run1', 'resume')).log.close();
    expect(later.readProject().map(({ type }) => type)).toEqual(['log_torn', 'run_opened']);
    expect(verifyStore(root, {}, { signer: undefined }).problems).toEqual([]);
  });

  it('is mended also by a process that knew its end before it was torn', async () => {
    const root = freshRoot();
    const store = openIn(root);
    await store.appendProject(set('a'));
    fs.appendFileSync(monthFiles(root)[0] as string, 'half a li');
    await store.appendProject(set('b'));
    await store.appendProject(set('c'));
    expect(store.readProject().map(({ type }) => type)).toEqual(['config_set', 'log_torn', 'config_set', 'config_set']);
  });

  it('records a cut that another process made and did not live to record, once', async () => {
    const root = freshRoot();
    const store = openIn(root);
    await store.appendProject(set('a'));
    fs.writeFileSync(path.join(root, '.reyn', 'log', 'torn-2-2c26b46b68ffc68f'), 'foo');
    await store.appendProject(set('b'));
    await openIn(root).appendProject(set('c'));
    expect(store.readProject().map(({ type }) => type)).toEqual(['config_set', 'log_torn', 'config_set', 'config_set']);
  });

  it('is not appended to where it is corrupt', async () => {
    const root = freshRoot();
    const store = openIn(root);
    for (const key of ['a', 'b', 'c']) await store.appendProject(set(key));
    const [file] = monthFiles(root) as [string];
    const text = fs.readFileSync(file, 'utf8');
    const [one, two, three] = text.trimEnd().split('\n') as [string, string, string];

    fs.writeFileSync(file, `${one}\n${two}x\n${three}x\n`);
    await expect(openIn(root).appendProject(set('d'))).rejects.toThrow(CorruptLog);
    fs.writeFileSync(file, `${one}\n`);
    await expect(store.appendProject(set('d'))).rejects.toThrow('became shorter');
    fs.rmSync(file);
    await expect(store.appendProject(set('d'))).rejects.toThrow(CorruptLog);
    fs.writeFileSync(file, `${one}\n${three}\n`);
    expect(() => store.readProject()).toThrow('line 2 is event 3 where event 2 belongs');
  });

  it('finds its end in a long file from the end', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const many = Array.from({ length: 60 }, (_, i) => store.appendProject(set(`k${i}`, 'x'.repeat(3000))));
    await Promise.all(many);
    const [file] = monthFiles(root) as [string];
    expect(fs.statSync(file).size).toBeGreaterThan(128 * 1024);
    const event = await openIn(root).appendProject(set('last'));
    expect(event.seq).toBe(61);
  });

  it('takes no more from a process after a failed sync', async () => {
    let isBroken = false;
    const disk = {
      ...nodeDisk,
      datasync(...args: Parameters<typeof nodeDisk.datasync>) {
        if (isBroken) throw new UserError('disk', 'input/output error');
        nodeDisk.datasync(...args);
      },
    };
    const root = freshRoot();
    const store = openIn(root, { disk });
    await store.appendProject(set('a'));
    isBroken = true;
    await expect(store.appendProject(set('b'))).rejects.toMatchObject({ code: 'disk' });
    isBroken = false;
    await expect(store.appendProject(set('c'))).rejects.toMatchObject({ code: 'disk' });
    const { seq } = await openIn(root).appendProject(set('d'));
    expect(openIn(root).readProject().at(-1)?.seq).toBe(seq);
  });
});
