import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { csvRow } from '../../../src/os/audit/csv.ts';
import { exportLog } from '../../../src/os/audit/export.ts';
import { readChain, START } from '../../../src/os/events/chain.ts';
import { PROJECT_EVENTS } from '../../../src/os/events/event.ts';
import { runRules } from '../../../src/os/events/run-read.ts';
import { decided, FINISHED, firstEvent, freshRoot, openIn, runFile } from '../events/scene.ts';

const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\uFF1D1'];

/** Two runs that say what a spreadsheet would calculate, and one large value. */
async function talkative(): Promise<string> {
  const root = freshRoot();
  const store = openIn(root);
  for (const run of ['run1', 'run2']) {
    const { log } = await store.createRun(run, firstEvent(store, { pack: store.blobs.put('the skill') }));
    log.append(decided('a "quoted", two-line\ntext'));
    for (const text of FORMULAS) {
      log.append({ type: 'op_finished', step: text, data: { error: { code: text, message: text }, result: text } });
    }
    log.append({ type: 'op_finished', step: 's', data: { result: 'x'.repeat(9000) } });
    log.append(FINISHED);
    await log.close();
  }
  await store.close();
  return root;
}

const textOf = (root: string, request: Parameters<typeof exportLog>[1]) => [...exportLog(root, request)].join('');

/** Rows of CSV text by RFC 4180. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, cell = '', end = ''] of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)) {
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('an export as JSON lines', () => {
  it('of a run is its log byte by byte, without an end that a crash tore', async () => {
    const root = await talkative();
    const log = fs.readFileSync(runFile(root, 'run1'), 'utf8');
    fs.appendFileSync(runFile(root, 'run1'), '{"v":1');
    expect(textOf(root, { format: 'jsonl', run: 'run1' })).toBe(log);
  });

  it('of everything can be verified elsewhere, chain by chain', async () => {
    const root = await talkative();
    const lines = textOf(root, { format: 'jsonl' }).trimEnd().split('\n');
    const isProject = (line: string) => Object.hasOwn(PROJECT_EVENTS, JSON.parse(line).type);
    const chainOf = (chosen: readonly string[], rules: Parameters<typeof readChain>[1]) =>
      readChain(Buffer.from(chosen.map((line) => `${line}\n`).join('')), rules, { link: START, line: 1 }, true);
    const project = chainOf(lines.filter(isProject), { types: PROJECT_EVENTS, terminal: [] });
    expect([project.faults, project.torn, project.lines.length]).toEqual([[], undefined, 4]);
    for (const run of ['run1', 'run2']) {
      const chain = chainOf(
        lines.filter((line) => !isProject(line) && JSON.parse(line).run === run),
        runRules(run),
      );
      expect([chain.faults, chain.torn, chain.lines.length]).toEqual([[], undefined, 11]);
      expect(project.lines.find(({ type, run: of }) => type === 'run_closed' && of === run)?.data.head).toBe(
        chain.link.hash,
      );
    }
  });

  it('refuses a run that is not there, and an id that is a path', async () => {
    const root = await talkative();
    expect(() => textOf(root, { format: 'jsonl', run: 'none' })).toThrow('there is no run none');
    expect(() => textOf(root, { format: 'csv', run: '../run1' })).toThrow('there is no run ../run1');
  });
});

describe('an export as CSV', () => {
  it('has a row for every event and a column for every member, hash and prev with them', async () => {
    const root = await talkative();
    const [head = [], ...rows] = rowsOf(textOf(root, { format: 'csv' }));
    expect(rows).toHaveLength(4 + 22);
    expect(head.slice(0, 6)).toEqual(['seq', 'epoch', 'ts', 'type', 'run', 'step']);
    expect(head.slice(-2)).toEqual(['prev', 'hash']);
    expect(rows.every((row) => row.length === head.length)).toBe(true);
    const at = (row: string[] | undefined, name: string) => row?.[head.indexOf(name)];
    const decision = rows.find((row) => at(row, 'type') === 'turn_decided');
    expect(JSON.parse(at(decision, 'data.artifact') ?? '')).toEqual({ text: 'a "quoted", two-line\ntext' });
    const hashes = fs
      .readFileSync(runFile(root, 'run1'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).hash);
    const written = rows.filter((row) => at(row, 'run') === 'run1').map((row) => at(row, 'hash'));
    expect(written).toEqual(expect.arrayContaining(hashes.filter((hash) => !hash.startsWith('-'))));
  });

  it('holds no cell that a spreadsheet would calculate', async () => {
    const root = await talkative();
    const cells = rowsOf(textOf(root, { format: 'csv' })).flat();
    expect(cells.filter((cell) => /^[=+\-@\t\r\n\uFF1D]/.test(cell))).toEqual([]);
    for (const text of FORMULAS) expect(cells).toContain(`'${text}`);
  });

  it.each([
    [['a', ''], 'a,\r\n'],
    [['a,b', 'c"d', 'e\nf'], '"a,b","c""d","e\nf"\r\n'],
    [['=A1', "it's"], '"\'=A1","it\'s"\r\n'],
  ])('quotes %j', (cells, row) => {
    expect(csvRow(cells)).toBe(row);
  });
});
