import fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../src/os/clock.ts';
import { openStore } from '../src/os/events/store.ts';
import { randomIds } from '../src/os/ids.ts';
import { sha256 } from '../src/os/json.ts';
import { openRedactor } from '../src/os/secrets/redactor.ts';
import { openReyn } from '../src/reyn.ts';
import { type Contender, inFreshDir, measured, ratio, runProgram, takeSamples } from './harness.ts';
import { atMost, figures, type Section } from './table.ts';

/** What it costs to index ten thousand small documents and to find words in them, compared with a bare FTS5 table. */

const FILE = 'recall.ts';
const DOCUMENTS = 10_000;
const PER_EVENT = 100;
const WORDS = 120;
const VOCABULARY = 5_000;
const QUERIES = 20;
const FLOOR = 'a bare FTS5 table';
const RECALL = 'index and recall';
const SCAN = 'a scan of the texts';

/** Numbers from 0 to 1 that are the same each time (Park and Miller, 1988). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Some words are frequent, most are rare. */
function wordsFrom(next: () => number, count: number): string {
  const word = () => `w${(Math.floor(next() ** 3 * VOCABULARY) * 7_919).toString(36)}`;
  return Array.from({ length: count }, word).join(' ');
}

function texts(): string[] {
  const next = numbers(1);
  return Array.from({ length: DOCUMENTS }, () => wordsFrom(next, WORDS));
}

function queries(): string[] {
  const next = numbers(2);
  return Array.from({ length: QUERIES }, () => wordsFrom(next, 3));
}

async function writeLog(root: string): Promise<void> {
  const store = openStore({
    root,
    clock: systemClock,
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
  });
  const documents = texts().map((text, i) => ({ key: `${i}.md`, text, sha256: sha256(text) }));
  for (let at = 0; at < DOCUMENTS; at += PER_EVENT) {
    const data = { source: 'docs', documents: documents.slice(at, at + PER_EVENT) };
    await store.appendProject({ type: 'index_written', data });
  }
  await store.close();
}

export async function recall(quick: boolean, say: (line: string) => void): Promise<Section> {
  return inFreshDir((dir) => {
    runProgram(FILE, ['write', dir]);
    const run = (what: string) => runProgram(FILE, [what, dir]);
    const contenders: readonly Contender[] = [
      { name: FLOOR, sample: () => run('fts') },
      { name: RECALL, sample: () => run('recall') },
      { name: SCAN, sample: () => run('scan') },
    ];
    const samples = takeSamples(contenders, quick ? 3 : 11, say);
    const against = (name: string, measure: string) => ratio(samples, name, FLOOR, measure);
    const cells = (name: string, measure: string) => [
      figures(measured(samples, name, measure)),
      name === FLOOR ? '1' : figures(against(name, measure)),
    ];
    return {
      title: `Recall from ${DOCUMENTS.toLocaleString('en-US')} documents`,
      about: ABOUT,
      header: ['', 'ms to index', '÷ FTS5', 'ms per query', '÷ FTS5'],
      rows: [FLOOR, RECALL, SCAN].map((name) => [
        name,
        ...(name === SCAN ? ['–', '–'] : cells(name, 'index')),
        ...cells(name, 'query'),
      ]),
      aims: [
        atMost(`${RECALL} ÷ ${FLOOR}, to index`, against(RECALL, 'index').median, 3),
        atMost(`${RECALL} ÷ ${FLOOR}, per query`, against(RECALL, 'query').median, 3),
      ],
    };
  });
}

const ABOUT = `Texts of ${WORDS} words from a vocabulary in which some are frequent, queries of three words, ten hits each. *To index* is
what the first search of a fresh process does when there is no index file: it reads the log, verifies it, splits the
texts and puts their words into tables on disk. The bare table gets the same texts from memory, in one transaction. *Per
query* is the median of ${QUERIES}; recall looks for news in the logs before each.`;

async function recallMs(root: string) {
  fs.rmSync(join(root, '.reyn', 'index.db'), { force: true });
  const reyn = await openReyn({ root, env: { REYN_TRUST_PROJECT: '1' } });
  const search = (query: string) => reyn.index.search({ sources: ['docs'], query });
  const index = await timed(() => search('nothing'));
  const each: number[] = [];
  for (const query of queries()) each.push(await timed(() => search(query)));
  await reyn.close();
  return { index, query: middle(each) };
}

async function ftsMs(root: string) {
  const file = join(root, 'bare.db');
  fs.rmSync(file, { force: true });
  const database = new DatabaseSync(file);
  database.exec(`CREATE VIRTUAL TABLE t USING fts5 (text, tokenize = "porter unicode61 remove_diacritics 2")`);
  const all = texts();
  const index = await timed(() => {
    const insert = database.prepare('INSERT INTO t (text) VALUES (?)');
    database.exec('BEGIN');
    for (const text of all) insert.run(text);
    database.exec('COMMIT');
  });
  const select = database.prepare('SELECT text FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT 10');
  const each: number[] = [];
  for (const query of queries()) each.push(await timed(() => select.all(query.split(' ').join(' OR '))));
  database.close();
  return { index, query: middle(each) };
}

async function scanMs() {
  const all = texts();
  const each: number[] = [];
  for (const query of queries()) {
    const words = query.split(' ');
    each.push(await timed(() => all.filter((text) => words.some((word) => text.includes(word)))));
  }
  return { index: 0, query: middle(each) };
}

async function timed(act: () => unknown): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const [what, dir = ''] = process.argv.slice(2);
  if (what === 'write') await writeLog(dir);
  const found = what === 'recall' ? await recallMs(dir) : what === 'fts' ? await ftsMs(dir) : await scanMs();
  console.log(JSON.stringify(found));
}
