import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../../src/os/clock.ts';
import { type Disk, nodeDisk } from '../../../src/os/disk.ts';
import { blobReader } from '../../../src/os/events/blobs.ts';
import { layoutOf } from '../../../src/os/events/layout.ts';
import type { Blobs } from '../../../src/os/events/port.ts';
import { projectFacts } from '../../../src/os/events/project-facts.ts';
import { freshRoot, monthFiles, openIn } from './scene.ts';

const DAY = 86_400_000;
const revoked = (id: string) => ({ type: 'grant_revoked', data: { id, why: 'x', who: 'pat' } }) as const;
const set = (key: string) => ({ type: 'config_set', data: { key, value: 1, file: 'reyn.yaml' } }) as const;

/** A project log, what is read of it, and how many bytes that took. */
function scene() {
  const root = freshRoot();
  const clock = simulatedClock(Date.UTC(2026, 0, 30));
  const store = openIn(root, { clock });
  let bytes = 0;
  const disk: Disk = {
    ...nodeDisk,
    read: (path, from) => {
      const found = nodeDisk.read(path, from);
      bytes += found?.length ?? 0;
      return found;
    },
  };
  const layout = layoutOf(root);
  const blobs = blobReader(nodeDisk, layout) as Blobs;
  const facts = projectFacts(disk, layout, blobs, 'grant_');
  const ids = () => facts().map(({ data }) => ('id' in data ? data.id : undefined));
  return { root, clock, store, ids, bytes: () => bytes };
}

describe('events of few types in a long log', () => {
  it('are those of the types asked for, in order, over all months', async () => {
    const { clock, store, ids } = scene();
    expect(ids()).toEqual([]);
    await store.appendProject(revoked('a'));
    await store.appendProject(set('k'));
    clock.advance(5 * DAY);
    await store.appendProject(revoked('b'));
    expect(ids()).toEqual(['a', 'b']);
  });

  it('are read once: only what was added since is read', async () => {
    const { root, store, ids, bytes } = scene();
    for (let n = 0; n < 20; n++) await store.appendProject(set(`key ${n}`));
    ids();
    const whole = fs.statSync(monthFiles(root)[0] ?? '').size;
    expect(bytes()).toBe(whole);
    ids();
    expect(bytes()).toBe(whole);
    await store.appendProject(revoked('a'));
    expect(ids()).toEqual(['a']);
    expect(bytes()).toBe(fs.statSync(monthFiles(root)[0] ?? '').size);
  });

  it('are read anew from a file that became shorter', async () => {
    const { root, store, ids } = scene();
    await store.appendProject(revoked('a'));
    const file = monthFiles(root)[0] ?? '';
    const short = fs.readFileSync(file);
    await store.appendProject(revoked('b'));
    expect(ids()).toEqual(['a', 'b']);
    fs.writeFileSync(file, short);
    expect(ids()).toEqual(['a']);
  });

  it('leave out a line that is not yet whole, until it is', async () => {
    const { root, store, ids } = scene();
    await store.appendProject(revoked('a'));
    await store.appendProject(revoked('b'));
    const file = monthFiles(root)[0] ?? '';
    const all = fs.readFileSync(file);
    fs.writeFileSync(file, all.subarray(0, all.length - 10));
    expect(ids()).toEqual(['a']);
    fs.writeFileSync(file, all);
    expect(ids()).toEqual(['a', 'b']);
  });

  it('are none where the bytes stand inside another event', async () => {
    const { store, ids } = scene();
    const looks = `,"type":"grant_revoked","data":{"id":"x","why":"x","who":"x"}`;
    const value = { a: 1, type: 'grant_revoked', data: { id: 'x', why: 'x', who: 'x' } };
    await store.appendProject({ type: 'config_set', data: { key: looks, value, file: 'reyn.yaml' } });
    await store.appendProject(revoked('a'));
    expect(ids()).toEqual(['a']);
  });

  it('stop at a line whose bytes were changed', async () => {
    const { root, store, ids } = scene();
    await store.appendProject(revoked('a'));
    const file = monthFiles(root)[0] ?? '';
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"id":"a"', '"id":"b"'));
    expect(ids).toThrow('the project log has a bad line');
  });
});
