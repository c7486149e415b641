import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeDisk } from '../../../src/os/disk.ts';
import { blobReader } from '../../../src/os/events/blobs.ts';
import type { ProjectEvent } from '../../../src/os/events/event.ts';
import { layoutOf } from '../../../src/os/events/layout.ts';
import type { Line } from '../../../src/os/events/line.ts';
import { restoreMembers } from '../../../src/os/events/members.ts';
import { readMonths } from '../../../src/os/events/project-read.ts';
import type { Recalled } from '../../../src/os/index/port.ts';
import type { Json } from '../../../src/os/json.ts';
import { abortAt, inProject, ofType, type ProjectSpec, phase, phases, type TestProject } from '../../project.ts';

const PERMISSIONS = 'permissions: { recall: [docs, other, none, events], index: [docs, other, events] }';

/** A skill that asks for ops, one a turn, then finishes. */
function acting(ops: readonly object[], permissions = PERMISSIONS): ProjectSpec {
  const md = phases(
    'work',
    ['artifacts: { note: { text: string } }', permissions],
    phase('work', 'allowed_ops: [recall, index_write, index_drop]', 'max_act_turns: 20'),
  );
  const rules = [
    ...ops.map((op, i) => ({ match: { turn: i + 1 }, turn: { ops: [op] } })),
    { turn: { finish: { text: 'done' } } },
  ];
  return { skills: { work: { md, rules } } };
}

const write = (args: object) => ({ kind: 'index_write', args: { source: 'docs', ...args } });
const drop = (args: object = {}) => ({ kind: 'index_drop', args: { source: 'docs', ...args } });
const recall = (query: string, args: object = {}) => ({ kind: 'recall', args: { sources: ['docs'], query, ...args } });

/** What the project log says of sources. */
function facts(project: TestProject): ProjectEvent[] {
  const layout = layoutOf(project.root);
  const blobs = blobReader(nodeDisk, layout);
  return readMonths(nodeDisk, layout, false)
    .flatMap(({ chain }) => chain.lines)
    .map((line: Line) => restoreMembers(line, blobs) as unknown as ProjectEvent)
    .filter(({ type }) => type.startsWith('index_'));
}

/** Runs the ops and gives the result of each, or its error's code, or the rule that denied it. */
async function results(ops: readonly object[], permissions?: string) {
  return inProject(acting(ops, permissions), async (project) => {
    const { run } = await project.run('work', 'go');
    expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    expect(project.reyn.verify()).toMatchObject({ ok: true });
    return outcomes(project, run);
  });
}

function outcomes(project: TestProject, run: string): Json[] {
  const events = project.events(run);
  const results = new Map(ofType(events, 'op_started').map(({ step, data }) => [step, data.result as Json]));
  return events.flatMap(({ type, step, data }) => {
    if (type === 'permission_denied') return [`denied by ${data.by}`];
    if (type !== 'op_finished') return [];
    return [data.error?.code ?? (data.result as Json | undefined) ?? results.get(step) ?? null];
  });
}

const keysOf = (found: Json | undefined) => (found as unknown as Recalled).hits.map(({ key }) => key);

describe('index_write', () => {
  it('puts a document where recall finds it, with the lines it stands in', async () => {
    const text = `# Leases\n\n${'Other words here.\n'.repeat(60)}\n## Expiry\n\nA lease expires after a minute.\n`;
    const [written, found] = await results([
      write({ key: 'guide/lease.md', text, title: 'On leases', tags: ['guide'] }),
      recall('when does it expire'),
    ]);
    expect(written).toEqual({ source: 'docs', added: 1, replaced: 0, unchanged: 0 });
    expect(found).toMatchObject({
      searched: { docs: 1 },
      hits: [{ source: 'docs', key: 'guide/lease.md', title: 'On leases', lines: { to: 67 } }],
    });
    const [hit] = (found as unknown as Recalled).hits;
    expect(hit?.text).toContain('A lease expires');
    expect(hit?.text).toBe(
      text
        .split('\n')
        .slice((hit?.lines?.from ?? 0) - 1, hit?.lines?.to)
        .join('\n'),
    );
  });

  it('is the same again when nothing changed, and appends nothing', () =>
    inProject(
      acting([
        write({ key: 'a', text: 'alpha' }),
        write({ key: 'a', text: 'alpha' }),
        write({
          documents: [
            { key: 'a', text: 'alpha' },
            { key: 'b', text: 'beta' },
          ],
        }),
        write({ key: 'a', text: 'alpha', title: 'Another title' }),
      ]),
      async (project) => {
        const { run } = await project.run('work', 'go');
        expect(outcomes(project, run)).toEqual([
          { source: 'docs', added: 1, replaced: 0, unchanged: 0 },
          { source: 'docs', added: 0, replaced: 0, unchanged: 1 },
          { source: 'docs', added: 1, replaced: 0, unchanged: 1 },
          { source: 'docs', added: 0, replaced: 1, unchanged: 0 },
        ]);
        expect(
          facts(project).map(({ run: by, data }) => [by, 'documents' in data && data.documents.map(({ key }) => key)]),
        ).toEqual([
          [run, ['a']],
          [run, ['b']],
          [run, ['a']],
        ]);
        await project.run('work', 'go');
        expect(facts(project)).toHaveLength(5); // the title goes and comes back, the rest stays
      },
    ));

  it('replaces what stood under the key', async () => {
    const [, , old, fresh, kept] = await results([
      write({
        documents: [
          { key: 'a', text: 'alpha' },
          { key: 'b', text: 'alpha beta' },
        ],
      }),
      write({ key: 'a', text: 'gamma' }),
      recall('alpha'),
      recall('gamma'),
      recall('beta'),
    ]);
    expect([old, fresh, kept].map(keysOf)).toEqual([['b'], ['a'], ['b']]);
  });

  it('states its images, by which a crash and an audit tell what was done', () =>
    inProject(acting([write({ key: 'a', text: 'one' }), write({ key: 'a', text: 'two' }), drop()]), async (project) => {
      const { run } = await project.run('work', 'go');
      const [first, second, third] = ofType(project.events(run), 'op_started').map(({ data }) => data);
      expect(first).toMatchObject({ by: 'zone index', path: 'index:docs/a' });
      expect([first?.pre, second?.pre]).toEqual([undefined, first?.post]);
      expect(third).toMatchObject({ path: 'index:docs' });
      expect(third?.post).toBeUndefined();
    }));

  it.each([
    [write({ key: 'a' }), 'arguments'],
    [write({ text: 'a' }), 'arguments'],
    [write({ key: 'a', text: 'a', documents: [{ key: 'b', text: 'b' }] }), 'arguments'],
    [
      write({
        documents: [
          { key: 'b', text: '1' },
          { key: 'b', text: '2' },
        ],
      }),
      'arguments',
    ],
    [write({ key: 'a', text: 'half \ud800' }), 'not_text'],
    [write({ key: 'a', text: 'a\u0000b' }), 'not_text'],
  ])('that says nothing clear fails: %j is %s', async (op, code) => {
    expect(await results([op])).toEqual([code]);
  });

  it('takes large texts, and they are found after the index was deleted', () =>
    inProject(acting([write({ documents: bigOnes() }), recall('needle')]), async (project) => {
      const { run } = await project.run('work', 'go');
      const [, before] = outcomes(project, run);
      expect(keysOf(before)).toEqual(['big/7']);
      await project.reyn.close();
      fs.rmSync(path.join(project.root, '.reyn/index.db'));
      const reyn = await project.reopen();
      const { hits } = before as unknown as Recalled;
      expect((await reyn.index.search({ sources: ['docs'], query: 'needle' })).hits).toEqual(hits);
      expect(reyn.verify()).toMatchObject({ ok: true });
    }));
});

function bigOnes() {
  const filler = 'Many words that say little. '.repeat(170);
  return Array.from({ length: 20 }, (_, i) => ({ key: `big/${i}`, text: i === 7 ? `${filler}needle` : filler }));
}

describe('index_drop', () => {
  it('takes out some documents, or all of the source, and no other', async () => {
    const three = { documents: ['a', 'b', 'c'].map((key) => ({ key, text: 'same words' })) };
    const [, , dropped, left, all, none, other] = await results([
      write(three),
      write({ source: 'other', ...three }),
      drop({ keys: ['a', 'absent'] }),
      recall('words'),
      drop(),
      recall('words'),
      recall('words', { sources: ['other'] }),
    ]);
    expect([dropped, all]).toEqual([
      { source: 'docs', dropped: 1 },
      { source: 'docs', dropped: 2 },
    ]);
    expect([left, other].map(keysOf)).toEqual([
      ['b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(none).toEqual({ hits: [], searched: {}, unknown: ['docs'] });
  });

  it('of nothing is done and appends nothing', () =>
    inProject(acting([drop(), drop({ keys: ['a'] })]), async (project) => {
      const { run } = await project.run('work', 'go');
      expect(outcomes(project, run)).toEqual([
        { source: 'docs', dropped: 0 },
        { source: 'docs', dropped: 0 },
      ]);
      expect(facts(project)).toEqual([]);
    }));
});

describe('recall', () => {
  it('of an empty store is an empty answer that says so', async () => {
    expect(await results([recall('anything', { sources: ['docs', 'none'] })])).toEqual([
      { hits: [], searched: {}, unknown: ['docs', 'none'] },
    ]);
  });

  it('leaves out what the filter leaves out', async () => {
    const documents = [
      { key: 'guide/a', text: 'word', tags: ['x', 'y'] },
      { key: 'guide/b', text: 'word', tags: ['x'] },
      { key: 'notes/c', text: 'word' },
    ];
    const filters = [
      { key_prefix: 'guide/' },
      { key_prefix: 'guide_' },
      { tags: ['x'] },
      { tags: ['x', 'y'] },
      { since: '2020-01-01' },
      { until: '2020-01-01' },
      { skill: 'work' },
      { skill: 'another' },
      { type: 'run_failed' },
    ];
    const [, ...found] = await results([write({ documents }), ...filters.map((filter) => recall('word', { filter }))]);
    expect(found.map((each) => keysOf(each).toSorted())).toEqual([
      ['guide/a', 'guide/b'],
      [],
      ['guide/a', 'guide/b'],
      ['guide/a'],
      ['guide/a', 'guide/b', 'notes/c'],
      [],
      ['guide/a', 'guide/b', 'notes/c'],
      [],
      [],
    ]);
  });

  it('tells the model when a time is none', async () => {
    expect(await results([recall('x', { filter: { since: 'yesterday-ish' } })])).toEqual(['usage']);
  });

  it('gives no more than was asked for, and bounded text', async () => {
    const documents = Array.from({ length: 60 }, (_, i) => ({ key: `k${i}`, text: `word ${'filler '.repeat(160)}` }));
    const [, ten, few, many] = await results([
      write({ documents }),
      recall('word'),
      recall('word', { k: 3 }),
      recall('word', { k: 50 }),
    ]);
    expect([ten, few, many].map((found) => keysOf(found).length)).toEqual([10, 3, 50]);
    const texts = (many as unknown as Recalled).hits.map(({ text }) => text.length);
    expect(texts.reduce((sum, each) => sum + each, 0)).toBeLessThan(41_000);
  });

  it('finds events of runs and of the project, by type, skill and run', () =>
    inProject(acting([write({ key: 'a', text: 'secretword' })]), async (project) => {
      const { run } = await project.run('work', 'please look for zanzibar');
      const { search } = project.reyn.index;
      const events = async (query: string, filter = {}) =>
        keysOf((await search({ sources: ['events'], query, filter })) as unknown as Json);
      expect(await events('zanzibar')).toEqual([`${run}/1`]);
      expect(await events('zanzibar', { type: 'run_finished' })).toEqual([]);
      expect(await events('done', { key_prefix: run, type: 'run_finished' })).toHaveLength(1);
      expect(await events('work', { key_prefix: 'project/', skill: 'work' })).toContain('project/1');
      expect(await events('"secretword"', { type: 'index_written' })).toEqual([]); // its source opens it
      const second = await project.run('work', 'another zanzibar');
      expect((await events('zanzibar')).toSorted()).toEqual([`${run}/1`, `${second.run}/1`].toSorted());
    }));

  it('answers alike from an index that grew and from one made anew', () =>
    inProject(
      acting([
        write({ documents: bigOnes() }),
        write({ documents: bigOnes().map(({ key, text }) => ({ key, text: `${text} more words` })) }),
        drop({ keys: ['big/3', 'big/4'] }),
        recall('words', { k: 20 }),
      ]),
      async (project) => {
        await project.run('work', 'go');
        const ask = () => project.reyn.index.search({ query: 'little words more needle', k: 50 });
        const grown = await ask();
        expect(grown.hits.length).toBe(50);
        expect(await ask()).toEqual(grown);
        await project.reyn.close();
        fs.rmSync(path.join(project.root, '.reyn/index.db'));
        await project.reopen();
        expect(await ask()).toEqual(grown);
      },
    ));
});

describe('permission for a source', () => {
  it.each([
    [recall('x', { sources: ['docs', 'private'] }), 'denied by declared'],
    [write({ source: 'private', key: 'a', text: 'a' }), 'denied by declared'],
    [drop({ source: 'none' }), 'denied by declared'],
    [write({ source: 'events', key: 'a', text: 'a' }), 'denied by protection events'],
    [drop({ source: 'events' }), 'denied by protection events'],
  ])('%j is %s', async (op, by) => {
    expect(await results([op])).toEqual([by]);
  });

  it('is closed by a deny rule of the operator', () =>
    inProject(
      {
        ...acting([recall('x'), write({ key: 'a', text: 'a' })]),
        config: ['policy: { deny: [{ need: recall, resource: docs }] }'],
      },
      async (project) => {
        const { run, exit } = await project.run('work', 'go');
        expect(outcomes(project, run)[0]).toBe('denied by deny rule 1');
        expect(exit).toBe(4);
      },
    ));
});

/** A run whose process died after the intent of its one op; `lost` events at the end of its log never reached the disk. */
async function died(
  op: object,
  when: 'before the event' | 'after the event',
  body: (project: TestProject, run: string) => Promise<void>,
) {
  await inProject(acting([write({ key: 'a', text: 'old' }), op]), async (project) => {
    const { run } = await project.run(
      'work',
      'go',
      abortAt(({ type, step }) => type === 'op_finished' && step === '1/t2/o1'),
    );
    await project.reyn.close();
    const log = path.join(project.root, '.reyn/runs', run, 'events.jsonl');
    const lines = fs.readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(lines.slice(-2).map((line) => JSON.parse(line).type)).toEqual(['op_finished', 'run_interrupted']);
    fs.writeFileSync(log, `${lines.slice(0, -2).join('\n')}\n`);
    if (when === 'before the event') cutLastFact(project.root);
    await project.reopen();
    await body(project, run);
  });
}

function cutLastFact(root: string): void {
  const dir = path.join(root, '.reyn/log');
  const file = path.join(dir, fs.readdirSync(dir).find((name) => name.endsWith('.jsonl')) ?? '');
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '').type).toMatch(/^index_/);
  fs.writeFileSync(file, `${lines.slice(0, -1).join('\n')}\n`);
}

describe('a change to a source that was under way when its process died', () => {
  it.each([
    ['before the event', write({ key: 'a', text: 'new' }), ['new']],
    ['after the event', write({ key: 'a', text: 'new' }), ['new']],
    ['before the event', drop({ keys: ['a'] }), []],
    ['after the event', drop({ keys: ['a'] }), []],
  ] as const)('%s, is there once, and so is its receipt', (when, op, texts) =>
    died(op, when, async (project, run) => {
      expect(await project.reyn.resume(run)).toMatchObject({ status: 'finished', exit: 0 });
      expect(facts(project)).toHaveLength(2);
      const { hits } = await project.reyn.index.search({ sources: ['docs'], query: 'old new' });
      expect(hits.map(({ text }) => text)).toEqual(texts);
      const steps = project.events(run).filter(({ step }) => step === '1/t2/o1');
      expect(steps.map(({ type }) => type)).toEqual(['op_started', 'op_finished']);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }),
  );

  it('is not done again over what somebody wrote there since', () =>
    died(write({ key: 'a', text: 'new' }), 'after the event', async (project, run) => {
      project.skill('later', {
        md: phases(
          'later',
          ['artifacts: { note: { text: string } }', 'permissions: { index: [docs] }'],
          phase('later', 'allowed_ops: [index_write]'),
        ),
        rules: [
          { match: { turn: 1 }, turn: { ops: [write({ key: 'a', text: 'newest' })] } },
          { turn: { finish: { text: 'x' } } },
        ],
      });
      await project.run('later', 'go');
      expect(await project.reyn.resume(run)).toMatchObject({ status: 'finished', exit: 0 });
      const { hits } = await project.reyn.index.search({ sources: ['docs'], query: 'newest new old' });
      expect(hits.map(({ text }) => text)).toEqual(['newest']);
    }));
});

describe('a step without a model', () => {
  it('indexes what the artifact holds, and puts what it finds into it', () => {
    const md = phases(
      'shelve',
      [
        'artifacts:',
        '  pile: { type: object, required: [documents], properties: { documents: { type: array }, found: {} } }',
        'permissions: { recall: [docs], index: [docs] }',
      ],
      phase(
        'shelve',
        'input: pile',
        'model_class: none',
        'preprocessor:',
        '  - { type: op, op: index_write, args: { source: docs, documents: "${documents}" } }',
        '  - { type: op, op: recall, args: { sources: [docs], query: beta }, into: found }',
      ),
    );
    return inProject({ skills: { shelve: { md } } }, async (project) => {
      const documents = ['alpha', 'beta'].map((text) => ({ key: `${text}.md`, text }));
      const { run, status, artifact } = await project.run('shelve', { documents });
      expect(status).toBe('finished');
      expect(artifact?.artifact).toMatchObject({ found: { hits: [{ key: 'beta.md', text: 'beta' }] } });
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    });
  });
});
