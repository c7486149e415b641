import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { simulatedClock } from '../../../src/os/clock.ts';
import { Bug, CorruptLog } from '../../../src/os/errors.ts';
import type { Store } from '../../../src/os/events/port.ts';
import { loadSqlite } from '../../../src/os/events/sqlite.ts';
import { openIndex } from '../../../src/os/index/open.ts';
import { openSources, type Sources } from '../../../src/os/index/sources.ts';
import { sha256 } from '../../../src/os/json.ts';
import { decided, FINISHED, firstEvent, freshRoot, monthFiles, openIn } from '../events/scene.ts';

const SIGNAL = new AbortController().signal;

function sourcesOf(root: string, store: Store): Sources {
  const index = openIndex({ root, summarize: () => null, form: '1' });
  onTestFinished(() => index.close());
  return openSources({ index, store: () => store, embeddings: undefined });
}

async function put(store: Store, source: string, texts: Readonly<Record<string, string>>): Promise<void> {
  const documents = Object.entries(texts).map(([key, text]) => ({ key, text, sha256: sha256(text) }));
  await store.appendProject({ type: 'index_written', data: { source, documents } });
}

async function endedRun(store: Store, run: string): Promise<void> {
  const { log } = await store.createRun(run, firstEvent(store));
  log.append(decided(`from ${run}`));
  log.append(FINISHED);
  await log.close();
}

async function keys(sources: Sources, query: string, names: readonly string[] = ['docs', 'events']) {
  return (await sources.recall({ sources: names, query, k: 50 }, SIGNAL)).hits.map(
    ({ source, key }) => `${source} ${key}`,
  );
}

const dbFile = (root: string) => path.join(root, '.reyn', 'index.db');

describe('sources', () => {
  it('are listed with counts and sizes, the events of the log among them', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const sources = sourcesOf(root, store);
    expect(sources.list()).toEqual([]);
    await put(store, 'notes', { a: 'eins', b: 'zwei' });
    await put(store, 'docs', { a: 'ä' });
    expect(sources.list()).toEqual([
      { source: 'docs', count: 1, bytes: 2, updated: '2026-01-01T00:00:00.000Z' },
      { source: 'events', count: 2, bytes: expect.any(Number), updated: '2026-01-01T00:00:00.000Z' },
      { source: 'notes', count: 2, bytes: 8, updated: '2026-01-01T00:00:00.000Z' },
    ]);
  });

  it('keep up with what every process writes, event by event', async () => {
    const root = freshRoot();
    const [one, two] = [openIn(root), openIn(root)];
    const [reader, other] = [sourcesOf(root, one), sourcesOf(root, two)];
    for (let n = 0; n < 6; n++) {
      await put(n % 2 === 0 ? one : two, 'docs', { [`k${n}`]: `word number${n}`, same: `word shared${n}` });
      expect(await keys(n % 3 === 0 ? reader : other, `number${n} shared${n}`)).toEqual(
        expect.arrayContaining([`docs k${n}`, 'docs same']),
      );
      if (n > 0) expect(await keys(reader, `shared${n - 1}`, ['docs'])).toEqual([]);
    }
    expect(await keys(reader, 'word', ['docs'])).toHaveLength(7);
    expect(await keys(other, 'word')).toEqual(await keys(reader, 'word'));
  });

  it('follow from the project log alone: a month that goes takes its documents along', async () => {
    const clock = simulatedClock(Date.UTC(2026, 0, 31));
    const root = freshRoot();
    const store = openIn(root, { clock });
    const sources = sourcesOf(root, store);
    await put(store, 'docs', { old: 'january words', both: 'january words' });
    clock.advance(86_400_000);
    await put(store, 'docs', { fresh: 'february words', both: 'february words' });
    expect(await keys(sources, 'words', ['docs'])).toHaveLength(3);
    fs.rmSync(monthFiles(root)[0] as string);
    expect((await keys(sources, 'words', ['docs'])).toSorted()).toEqual(['docs both', 'docs fresh']);
    expect(await keys(sources, 'january')).toEqual([]);
    fs.rmSync(monthFiles(root)[0] as string);
    expect(await keys(sources, 'words')).toEqual([]);
    expect(sources.list()).toEqual([]);
  });

  it('lose the words of events that are no longer in the log', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const sources = sourcesOf(root, store);
    await endedRun(store, 'aa1');
    await endedRun(store, 'aa2');
    const found = await keys(sources, '"turn_decided"');
    expect(found).toHaveLength(2);
    fs.rmSync(path.join(root, '.reyn/runs/aa1'), { recursive: true });
    expect(await keys(sources, '"turn_decided"')).toEqual(['events aa2/2']);
    await endedRun(store, 'aa3');
    expect(await keys(sources, '"turn_decided"')).toEqual(['events aa2/2', 'events aa3/2']);
    const ask = { sources: ['events'], query: 'turn_decided aa2' };
    const scores = await sources.recall(ask, SIGNAL);
    fs.rmSync(dbFile(root));
    expect(await sourcesOf(root, store).recall(ask, SIGNAL)).toEqual(scores);
  });

  it.each<[string, (file: string) => void]>([
    ['deleted', (file) => fs.rmSync(file)],
    ['no database', (file) => fs.writeFileSync(file, 'only text '.repeat(2000))],
    ['overwritten in the middle', (file) => fs.writeFileSync(file, scramble(fs.readFileSync(file)))],
    ['of another version', (file) => setVersion(file, 99)],
  ])('are the same after the index file was %s', async (_, damage) => {
    const root = freshRoot();
    const store = openIn(root);
    await put(store, 'docs', { a: 'words one', b: `words two ${'filler '.repeat(3000)}` });
    await put(store, 'docs', { a: 'words again' });
    await endedRun(store, 'aa1');
    const index = openIndex({ root, summarize: () => null, form: '1' });
    const before = openSources({ index, store: () => store, embeddings: undefined });
    const request = { sources: ['docs', 'events'], query: 'words filler decided', k: 50 };
    const found = await before.recall(request, SIGNAL);
    expect(found.hits.length).toBeGreaterThan(5);
    index.close();
    damage(dbFile(root));
    const after = sourcesOf(root, store);
    expect(await after.recall(request, SIGNAL)).toEqual(found);
    expect(after.list()).toEqual(before.list());
    index.close();
  });

  it('say when a text in the log is not what was written', async () => {
    const root = freshRoot();
    const store = openIn(root);
    await put(store, 'docs', { big: 'words '.repeat(5000) });
    const blobs = path.join(root, '.reyn/blobs');
    for (const name of fs.readdirSync(blobs)) fs.appendFileSync(path.join(blobs, name), 'x');
    await expect(keys(sourcesOf(root, store), 'words')).rejects.toThrow(CorruptLog);
  });

  it('are dropped by a person, by key or whole, and a near miss is named', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const sources = sourcesOf(root, store);
    await put(store, 'handbook', { 'one.md': 'words', 'two.md': 'words', 'three.md': 'words' });
    await expect(sources.drop('handbok')).rejects.toMatchObject({
      code: 'not_found',
      hint: 'Did you mean "handbook"?',
    });
    await expect(sources.drop('handbook', ['ono.md'])).rejects.toMatchObject({ hint: 'Did you mean "one.md"?' });
    await expect(sources.drop('events')).rejects.toMatchObject({ code: 'refused' });
    expect(await sources.drop('handbook', ['one.md', 'one.md'])).toBe(1);
    expect(await sources.drop('handbook')).toBe(2);
    expect(sources.list().map(({ source }) => source)).toEqual(['events']);
    expect(store.readProject().map(({ type, run }) => [type, run])).toEqual([
      ['index_written', undefined],
      ['index_dropped', undefined],
      ['index_dropped', undefined],
    ]);
  });

  it('are open to an op only as far as they were granted', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const handle = sourcesOf(root, store).handle({ run: 'r', step: 's', recall: ['docs'], index: [] });
    expect(await handle.recall({ sources: ['docs'], query: 'x' }, SIGNAL)).toMatchObject({ hits: [] });
    await expect(handle.recall({ sources: ['docs', 'other'], query: 'x' }, SIGNAL)).rejects.toThrow(Bug);
    expect(() => handle.standing('docs')).toThrow(Bug);
    await expect(handle.write('docs', [])).rejects.toThrow(Bug);
    await expect(handle.drop('docs')).rejects.toThrow(Bug);
  });

  it('leave no trace where there is no store', async () => {
    const root = freshRoot();
    const sources = sourcesOf(root, openIn(root));
    expect(await sources.recall({ sources: ['docs', 'events'], query: 'x' }, SIGNAL)).toEqual({
      hits: [],
      searched: {},
      unknown: ['docs', 'events'],
    });
    expect(fs.readdirSync(root)).toEqual([]);
  });
});

function scramble(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]);
}

function setVersion(file: string, version: number): void {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}
