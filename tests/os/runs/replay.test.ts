import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  inProject,
  ofType,
  onePhase,
  type ProjectSpec,
  person,
  phase,
  phases,
  type TestProject,
} from '../../project.ts';
import { EVERYTHING } from '../kernel/logs.ts';
import { calls, startWireServer } from '../models/wire-server.ts';

const ask = person('allow', 'this').ask;

/** Everything under `.reyn/` that a replay must leave alone. */
function store(project: TestProject): string {
  const dir = path.join(project.root, '.reyn');
  const files = fs
    .readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /runs|log|blobs|work/.test(name));
  return files
    .sort()
    .map((name) => `${name} ${fs.statSync(path.join(dir, name)).mtimeMs}`)
    .join('\n');
}

describe('a replay', () => {
  it('makes every event of a run again, calls no model, does no op and writes nothing', () =>
    inProject(EVERYTHING, async (project) => {
      const { run } = await project.run('work', 'go', { ask });
      const before = store(project);
      fs.rmSync(path.join(project.root, 'in'), { recursive: true });
      fs.rmSync(path.join(project.root, 'reyn/project/work'), { recursive: true });
      const report = await project.reyn.replay(run);
      expect(report).toEqual({ run, identical: true, events: 34, turns: 6, modelCalls: 0 });
      expect(report.events).toBe(project.events(run).length - 1);
      expect(store(project)).toBe(before);
      expect(project.read('out/asked.txt')).toBe('2');
    }));

  it('of a run that was suspended and answered from elsewhere is as identical', () =>
    inProject(EVERYTHING, async (project) => {
      const { run } = await project.run('work', 'go');
      for (const text of ['allow', 'this']) await project.reyn.answer(project.reyn.inbox()[0]?.id ?? '', text);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true, turns: 6, modelCalls: 0 });
    }));

  it('of a run that waits, or was stopped anywhere, goes as far as the record', () =>
    inProject(EVERYTHING, async (project) => {
      const waiting = await project.run('work', 'go');
      expect(await project.reyn.replay(waiting.run)).toMatchObject({ identical: true, turns: 3, modelCalls: 0 });
      for (const at of [1, 4, 9, 13]) {
        const controller = new AbortController();
        let seen = 0;
        const onEvent = () => {
          seen += 1;
          if (seen === at) controller.abort();
        };
        const { run } = await project.run('work', 'go', { ask, signal: controller.signal, onEvent });
        expect(await project.reyn.replay(run), `stopped at ${at}`).toMatchObject({ identical: true, modelCalls: 0 });
      }
    }));

  it('with a model needs another version of the skill', () =>
    inProject(EVERYTHING, async (project) => {
      const { run } = await project.run('work', 'go', { ask });
      await expect(project.reyn.replay(run, { model: 'scripted' })).rejects.toMatchObject({ code: 'usage' });
    }));
});

const GRAPH = ['artifacts:', '  note: { text: string }', 'entry: a', 'graph:', '  a: [b]', '  b: [end]'];
const SPEC: ProjectSpec = {
  files: { 'in/a.txt': 'hello\n', 'in/b.txt': 'bye\n' },
  skills: {
    demo: {
      md: phases(
        'demo',
        [...GRAPH, 'permissions: { file: { read: ["in/**"] } }'],
        phase('a', 'input: user_message', 'allowed_ops: [read_file]'),
        phase(
          'b',
          'input: note',
          'allowed_ops: []',
          'preprocessor:',
          '  - { type: op, op: read_file, args: { path: in/a.txt } }',
          '  - { type: validate, schema: { type: object } }',
        ),
      ),
      rules: [
        { match: { phase: 'a', turn: 1 }, turn: { ops: [{ kind: 'read_file', args: { path: 'in/a.txt' } }] } },
        { match: { phase: 'a' }, turn: { to: 'b', artifact: { text: 'x' } } },
        { turn: { finish: { text: 'done' } } },
      ],
    },
  },
};

/** A replay of one run against the skill with one text of skill.md replaced. */
async function against(project: TestProject, run: string, from: string | RegExp, to: string) {
  const md = project.read('reyn/project/demo/skill.md') ?? '';
  const changed = md.replace(from, to);
  if (changed === md) throw new Error('nothing was changed');
  project.write('other/demo/skill.md', changed);
  return project.reyn.replay(run, { against: 'other/demo' });
}

describe('a replay against another version of the skill', () => {
  it('is identical when nothing that matters has changed', () =>
    inProject(SPEC, async (project) => {
      const { run } = await project.run('demo', 'go');
      expect(await project.reyn.replay(run, { against: 'reyn/project/demo' })).toMatchObject({ identical: true });
      expect(await against(project, run, '---\n\n##', 'tags: [new]\n---\n\n##')).toMatchObject({ identical: true });
    }));

  it.each([
    ['the instructions of the first phase', 'called a.', 'called A.', { step: '1/t1', what: 'system/Instructions' }, 0],
    [
      'the instructions of the second phase',
      'called b.',
      'called B.',
      { step: '2/t1', what: 'system/Instructions' },
      2,
    ],
    ['the description', 'A skill of the tests', 'Another skill', { step: '1/t1', what: 'system/Your task' }, 0],
    ['an edge', 'a: [b]', 'a: [b, end]', { step: '1/t1', what: 'candidates' }, 0],
    [
      'an artifact',
      'note: { text: string }',
      'note: { text: string, more: "string?" }',
      { step: '1/t1', what: 'candidates' },
      0,
    ],
    [
      'the ops of a phase',
      'allowed_ops: [read_file]',
      'allowed_ops: [read_file, ask_user]',
      { step: '1/t1', what: 'ops' },
      0,
    ],
    ['the arguments of a step', 'path: in/a.txt', 'path: in/b.txt', { step: '2/s1', what: 'op_started.args' }, 2],
    [
      'the op of a step',
      /op: read_file, args: .*/,
      'op: glob_files, args: { pattern: "*" } }',
      { step: '2/s1', what: 'op_started.args' },
      2,
    ],
    [
      'the schema of a validation',
      'schema: { type: object }',
      'schema: { type: array }',
      { step: '2/s2', what: 'step_finished.error' },
      2,
    ],
    [
      'a step more',
      '  - { type: validate',
      '  - { type: validate, schema: { type: object } }\n  - { type: validate',
      { step: '2/s3', what: 'step_finished' },
      2,
    ],
    ['the permissions', 'read: ["in/**"]', 'read: ["in/b*"]', { step: '1/t1/o1', what: 'permission_denied' }, 1],
    ['the entry', 'entry: a', 'entry: b', { step: '1', what: 'entry phase', before: 'a', after: 'b' }, 0],
    [
      'the input of the entry',
      'input: user_message',
      'input: note',
      { step: '1', what: 'entry input', before: 'user_message', after: 'note' },
      0,
    ],
  ])('names the first difference: %s', (_, from, to, difference, turns) =>
    inProject(SPEC, async (project) => {
      const { run } = await project.run('demo', 'go');
      const report = await against(project, run, from, to);
      expect(report).toMatchObject({ identical: false, turns, modelCalls: 0, difference });
      expect(report.difference?.before).not.toBe(report.difference?.after);
      expect(project.reyn.runs.list()).toHaveLength(1);
    }),
  );

  it('goes on with a model in a run of its own, from where they differ', () =>
    inProject(SPEC, async (project) => {
      const { run } = await project.run('demo', 'go');
      const before = project.events(run);
      project.write(
        'other/demo/skill.md',
        (project.read('reyn/project/demo/skill.md') ?? '').replace('called b.', 'called B.'),
      );
      project.write(
        'other/demo/evals/scripted.yaml',
        JSON.stringify({ rules: [{ turn: { finish: { text: 'otherwise' } } }] }),
      );
      const report = await project.reyn.replay(run, { against: 'other/demo', model: 'scripted' });
      expect(report).toMatchObject({
        identical: false,
        turns: 2,
        modelCalls: 1,
        difference: { step: '2/t1' },
        continued: { status: 'finished', artifact: { artifact: { text: 'otherwise' } } },
      });
      const fresh = report.continued?.run ?? '';
      const [first] = ofType(project.events(fresh), 'run_skill_started');
      expect(first?.data).toMatchObject({ forked_from: { run }, dir: 'other/demo' });
      expect(project.events(run)).toEqual(before);
      expect(await project.reyn.replay(fresh)).toMatchObject({ identical: true });
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }));

  it('goes on from the very beginning where another phase is the first', () =>
    inProject(SPEC, async (project) => {
      const { run } = await project.run('demo', { text: 'go' });
      const md = (project.read('reyn/project/demo/skill.md') ?? '')
        .replace('entry: a', 'entry: b')
        .replace('b: [end]', 'b: [a, end]');
      project.write('other/demo/skill.md', md.replace('input: note', 'input: note'));
      project.write(
        'other/demo/evals/scripted.yaml',
        JSON.stringify({ rules: [{ turn: { finish: { text: 'from b' } } }] }),
      );
      const report = await project.reyn.replay(run, { against: 'other/demo', model: 'scripted' });
      expect(report.continued).toMatchObject({ status: 'finished', artifact: { artifact: { text: 'from b' } } });
      expect(project.reyn.runs.show(report.continued?.run ?? '')).toMatchObject({
        input: { type: 'note' },
        visits: [{ phase: 'b' }],
      });
    }));

  it('does not go on with a model without a price under a limit in USD', async () => {
    const server = await startWireServer(calls(['finish', { artifact: { text: 'x' } }]));
    try {
      await inProject({ ...SPEC, config: [`models: { m: { base_url: "${server.baseUrl}" } }`] }, async (project) => {
        const { run } = await project.run('demo', 'go', { limits: { usd: 1 } });
        project.write(
          'other/demo/skill.md',
          (project.read('reyn/project/demo/skill.md') ?? '').replace('called b.', 'called B.'),
        );
        const refused = project.reyn.replay(run, { against: 'other/demo', model: 'm' });
        await expect(refused).rejects.toMatchObject({ code: 'config', exit: 2 });
        expect([server.requests.length, project.reyn.runs.list().length]).toEqual([0, 1]);
      });
    } finally {
      await server.close();
    }
  });
});

describe('a replay in the encoding json', () => {
  it('gives every turn again in the words of that encoding', () =>
    inProject(
      { ...SPEC, config: ['models: { scripted: { provider: scripted, encoding: json } }'] },
      async (project) => {
        const { run, status } = await project.run('demo', 'go');
        expect([status, await project.reyn.replay(run)]).toMatchObject(['finished', { identical: true, turns: 3 }]);
        project.skill('demo', { rules: [{ turn: { abort: 'no' } }] });
        const aborted = await project.run('demo', 'go');
        expect(await project.reyn.replay(aborted.run)).toMatchObject({ identical: true });
      },
    ));
});

describe('a skill of one phase', () => {
  it('replays though its folder holds another of the same name by now', () =>
    inProject(
      {
        skills: {
          demo: {
            md: onePhase('demo', 'artifacts: { note: { text: string } }'),
            rules: [{ turn: { finish: { text: 'x' } } }],
          },
        },
      },
      async (project) => {
        const { run } = await project.run('demo', 'go');
        project.skill('demo', { md: onePhase('demo', 'artifacts: { other: { n: integer } }') });
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
        expect(await project.reyn.replay(run, { against: 'reyn/project/demo' })).toMatchObject({
          identical: false,
          difference: { what: 'candidates' },
        });
      },
    ));
});
