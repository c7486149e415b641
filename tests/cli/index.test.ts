import { describe, expect, it } from 'vitest';
import type { Recalled, Reyn } from '../../src/api.ts';
import { UserError } from '../../src/os/errors.ts';
import { reyn } from './surroundings.ts';

type Index = Reyn['index'];

const HITS: Recalled = {
  hits: [
    {
      source: 'docs',
      key: 'guide/lease.md',
      title: 'On leases',
      lines: { from: 12, to: 14 },
      score: 1.5,
      text: 'What a lease is.\n\nIt EXPIRES after a minute.',
    },
    { source: 'events', key: 'r1/3', score: 1, text: `${'word '.repeat(100)}the lease${' word'.repeat(100)}` },
  ],
  searched: { docs: 3, events: 40 },
};

/** An index that answers every search alike and says what it was asked. */
function indexWith(found: Recalled, rest: Partial<Index> = {}) {
  const asked: Parameters<Index['search']>[0][] = [];
  const index: Index = {
    list: () => [],
    search: async (request) => {
      asked.push(request);
      return found;
    },
    drop: async () => 0,
    ...rest,
  };
  return { index, asked };
}

describe('reyn index list', () => {
  it('shows what can be searched, or that there is nothing yet', async () => {
    const list = () => [
      { source: 'docs', count: 1200, bytes: 3_500_000, updated: '2026-03-01T09:30:12.000Z' },
      { source: 'events', count: 4, bytes: 512 },
    ];
    const { out } = await reyn(['index', 'list'], indexWith(HITS, { list }));
    expect(out.split('\n')).toEqual([
      'source  documents  size    written',
      'docs    1,200      3.3 MB  2026-03-01 09:30:12',
      'events  4          512 B',
      '',
    ]);
    expect(JSON.parse((await reyn(['index', 'list', '--json'], indexWith(HITS, { list }))).out)).toEqual(list());
    const none = await reyn(['index', 'list'], indexWith(HITS));
    expect([none.out, none.err]).toEqual(['', 'Nothing is indexed yet: run a skill, or let one use index_write.\n']);
  });
});

describe('reyn index search', () => {
  it('shows where each hit stands, and of a long one the part that was looked for', async () => {
    const { out, exit } = await reyn(['index', 'search', 'expired leases'], indexWith(HITS));
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^docs guide\/lease\.md:12-14 {2}On leases\n {2}What a lease is\.\n {2}It EXPIRES after a minute\.\n/,
    );
    expect(out).toMatch(/\nevents r1\/3\n {2}….*the lease.*…\n$/);
    expect(out.split('\n').every((line) => line.length < 340)).toBe(true);
  });

  it('marks the words, whatever their case and ending, on a terminal', async () => {
    const { out } = await reyn(['index', 'search', 'expire léase'], indexWith(HITS), {
      tty: true,
      env: { TERM: 'xterm' },
    });
    const marked = out
      .split('\u001b[33m')
      .slice(1)
      .map((rest) => rest.split('\u001b[39m')[0]);
    expect(marked).toEqual(['lease', 'EXPIRES', 'lease']);
  });

  it('marks only the stretch in a script without spaces', async () => {
    const hits = [{ source: 'docs', key: 'a', score: 1, text: 'スキルを実行する' }];
    const found = indexWith({ hits, searched: { docs: 1 } });
    const { out } = await reyn(['index', 'search', '実行'], found, { tty: true, env: { TERM: 'xterm' } });
    expect(out).toContain('スキルを\u001b[33m実行\u001b[39mする');
  });

  it('hands on what is to be let through', async () => {
    const { index, asked } = indexWith(HITS);
    const flags = [
      '--source',
      'docs',
      '--source',
      'notes',
      '-k',
      '3',
      '--prefix',
      'a/',
      '--tag',
      'x',
      '--skill',
      's',
      '--type',
      't',
    ];
    await reyn(['index', 'search', ...flags, 'words', '--since', '2026-01-01'], { index });
    await reyn(['index', 'search', 'words'], { index });
    expect(asked).toEqual([
      {
        query: 'words',
        k: 3,
        sources: ['docs', 'notes'],
        filter: { key_prefix: 'a/', tags: ['x'], skill: 's', type: 't', since: '2026-01-01T00:00:00.000Z' },
      },
      { query: 'words', k: 10, filter: {} },
    ]);
  });

  it('says what it did not find, and what a reader must know', async () => {
    const found: Recalled = { hits: [], searched: { docs: 3 }, unknown: ['dox'], notes: ['m gave no vectors'] };
    const { out, err, exit } = await reyn(['index', 'search', 'x', '-s', 'docs', '-s', 'dox'], indexWith(found));
    expect([out, exit]).toEqual(['', 0]);
    expect(err).toBe('There is no source "dox".\nNote: m gave no vectors.\nNothing found in 1 source.\n');
    expect(JSON.parse((await reyn(['index', 'search', 'x', '--json'], indexWith(found))).out)).toEqual(found);
  });

  it('shows nothing that could draw on the screen', async () => {
    const hits = [{ source: 'docs', key: 'a\u001b[2J', title: '\u0007t', score: 1, text: 'x\u001b]0;y\u0007' }];
    const { out } = await reyn(['index', 'search', 'x'], indexWith({ hits, searched: {} }));
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('reyn index drop', () => {
  it('says how much is gone', async () => {
    const calls: unknown[] = [];
    const drop: Index['drop'] = async (...call) => {
      calls.push(call);
      return 2;
    };
    const { out } = await reyn(['index', 'drop', 'docs'], indexWith(HITS, { drop }));
    await reyn(['index', 'drop', 'docs', 'a', 'b'], indexWith(HITS, { drop }));
    expect(out).toBe('Dropped 2 documents of docs.\n');
    expect(calls).toEqual([
      ['docs', undefined],
      ['docs', ['a', 'b']],
    ]);
  });

  it('of what is not there exits 2, of the log 4', async () => {
    const failing = (code: 'not_found' | 'refused') => ({
      drop: () => Promise.reject(new UserError(code, 'no', { hint: 'Look.' })),
    });
    expect((await reyn(['index', 'drop', 'dox'], indexWith(HITS, failing('not_found')))).exit).toBe(2);
    expect((await reyn(['index', 'drop', 'events'], indexWith(HITS, failing('refused')))).exit).toBe(4);
  });
});
