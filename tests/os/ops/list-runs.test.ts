import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { getPath } from '../../../src/os/json.ts';
import { inProject, onePhase, phase, phases, type TestProject } from '../../project.ts';

const asking = (args: string, permissions = '{ recall: [events] }') =>
  phases(
    'asking',
    [
      'artifacts: { found: { type: object, properties: { text: { type: string }, found: { type: object } }, required: [found] } }',
      `permissions: ${permissions}`,
    ],
    phase(
      'ask',
      'input: user_message',
      'model_class: none',
      'preprocessor:',
      `  - { type: op, op: list_runs, args: ${args}, into: found }`,
    ),
  );
const CUP = 'artifacts: { cup: { text: string } }';
const spec = (args = '{}', permissions?: string) => ({
  skills: {
    asking: { md: asking(args, permissions) },
    tea: { md: onePhase('tea', CUP), rules: [{ turn: { finish: { text: 'tea' } } }] },
    spill: { md: onePhase('spill', CUP), rules: [{ turn: { abort: 'The pot is cracked' } }] },
    greedy: {
      md: phases(
        'greedy',
        [CUP, 'permissions: { file: { read: ["in/**"], write: ["out/**"] } }'],
        phase('grab', 'input: user_message', 'allowed_ops: [read_file, write_file]'),
      ),
      rules: [
        { match: { turn: 1, attempt: 1 }, turn: { text: 'no call' } },
        { match: { turn: 1 }, turn: { ops: [{ kind: 'read_file', args: { path: 'in/none' } }] } },
        { match: { turn: 2 }, turn: { ops: [{ kind: 'write_file', args: { path: 'else.md', content: '' } }] } },
        { turn: { finish: { text: 'none' } } },
      ],
    },
  },
});

async function listed({ run }: TestProject): Promise<Record<string, unknown>[]> {
  const { artifact } = await run('asking', 'go');
  return getPath(artifact?.artifact, ['found', 'runs']) as Record<string, unknown>[];
}

describe('list_runs', () => {
  it('tells of each run what became of it, the newest first, less the one that asks', () =>
    inProject(spec(), async (project) => {
      const ids = [];
      for (const name of ['tea', 'spill', 'greedy']) ids.unshift((await project.run(name, 'go')).run);
      const runs = await listed(project);
      expect(runs.map(({ run }) => run)).toEqual(ids);
      expect(runs).toMatchObject([
        {
          skill: 'greedy',
          status: 'finished',
          turns: 4,
          phases: [{ phase: 'grab', rejected: 1 }],
          failed: [{ op: 'read_file', about: 'in/none' }],
          denied: [{ op: 'write_file', about: 'else.md' }],
        },
        { skill: 'spill', status: 'aborted', reason: { code: 'aborted', message: 'The pot is cracked' } },
        { skill: 'tea', status: 'finished', turns: 1, ops: 0, tokens: 0, usd: 0, denied: [], failed: [] },
      ]);
      expect(JSON.stringify(runs)).not.toContain('"text"'); // no artifacts
    }));

  it.each([
    ['{ skill: tea }', ['tea']],
    ['{ status: aborted }', ['spill']],
    ['{ limit: 1 }', ['spill']],
    ['{ since: "2999-01-01" }', []],
  ])('with %s takes only %j', (args, skills) =>
    inProject(spec(args), async (project) => {
      for (const name of ['tea', 'spill']) await project.run(name, 'go');
      expect((await listed(project)).map(({ skill }) => skill)).toEqual(skills);
    }),
  );

  it('is denied to a skill that does not declare that it recalls events', () =>
    inProject(spec('{}', '{ recall: [docs] }'), async (project) => {
      const outcome = await project.run('asking', 'go');
      expect(outcome).toMatchObject({ status: 'failed', exit: 4, denied: [{ need: 'recall', resource: 'events' }] });
    }));

  it('lists a run whose log was changed as damaged, and says why', () =>
    inProject(spec(), async (project) => {
      const { run } = await project.run('tea', 'go');
      const log = path.join(project.root, '.reyn/runs', run, 'events.jsonl');
      await project.reopen();
      fs.writeFileSync(log, fs.readFileSync(log, 'utf8').replace('"go"', '"no"'));
      const [found] = await listed(project);
      expect(found).toMatchObject({ run, status: 'damaged', reason: { code: 'damaged' } });
    }));

  it('lists a run whose input was lost as damaged, and the others as they are', () =>
    inProject(spec(), async (project) => {
      const lost = await project.run('tea', 'x'.repeat(50_000));
      const kept = await project.run('tea', 'go');
      const blobs = path.join(project.root, '.reyn/blobs');
      for (const name of fs.readdirSync(blobs, { recursive: true, encoding: 'utf8' })) {
        const file = path.join(blobs, name);
        if (fs.statSync(file).isFile() && fs.readFileSync(file, 'utf8').includes('xxxx')) fs.rmSync(file);
      }
      expect(await listed(project)).toMatchObject([
        { run: kept.run, status: 'finished' },
        { run: lost.run, status: 'damaged', reason: { code: 'damaged' } },
      ]);
    }));
});
