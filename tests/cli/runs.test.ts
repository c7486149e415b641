import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/os/runs/summary.ts';
import { inProject, type SkillFiles } from '../project.ts';
import { reynIn } from './program.ts';
import { projectWith, reyn, SPENT } from './surroundings.ts';

const run = (id: string, rest: Partial<RunSummary> = {}): RunSummary => ({
  run: id,
  skill: 'letter',
  status: 'finished',
  started: '2026-01-01T00:00:00.000Z',
  version: 'f'.repeat(64),
  spent: SPENT,
  own: [],
  waiting: [],
  ...rest,
});

const DAMAGED = run('r2', { status: 'damaged', fault: 'line 3 is not what was written' });

const having = (...runs: RunSummary[]) => ({
  runs: {
    ...projectWith({}).runs,
    list: ({ status }: { status?: string } = {}) =>
      runs.filter((each) => status === undefined || each.status === status),
  },
});

describe('reyn runs list', () => {
  it('says how to start one only where there is none at all', async () => {
    expect((await reyn(['runs', 'list'])).err).toContain('No runs. Start one with');
    const { out, err, exit } = await reyn(['runs', 'list', '--status', 'waiting', '--skill', 'x'], having(run('r1')));
    expect({ out, err, exit }).toEqual({ out: '', err: 'No run matches --skill x --status waiting.\n', exit: 0 });
  });

  it('shows a damaged run with what is wrong with it and what to do', async () => {
    const { out, err } = await reyn(['runs', 'list'], having(run('r1'), DAMAGED));
    expect(out).toMatch(/^r2 {2}damaged .*line 3 is not what was written$/m);
    expect(err).toBe('r2 is damaged; see what is wrong: reyn audit verify r2\n');
  });
});

describe('reyn runs show', () => {
  it('of a damaged run says what is wrong and exits 6', async () => {
    const { out, exit } = await reyn(['runs', 'show', 'r2'], having(DAMAGED));
    expect(out).toMatch(/^r2 {2}letter {2}damaged\n/);
    expect(out).toContain('fault  line 3 is not what was written\nnext   reyn audit verify r2\n');
    expect(exit).toBe(6);
    const json = await reyn(['runs', 'show', 'r2', '--json'], having(DAMAGED));
    expect(JSON.parse(json.out)).toEqual(DAMAGED);
    expect(json.exit).toBe(6);
  });
});

describe('reyn status', () => {
  it('calls the same run the latest as `latest` does, and names damaged ones', async () => {
    const runs = having(run('child', { parent: 'root' }), DAMAGED, run('root'));
    const { out } = await reyn(['status', '-C', '/tmp'], runs);
    expect(out).toMatch(/^latest {2}r2 letter damaged$/m);
    expect(out).toMatch(/^ +r2 line 3 is not what was written {2}next: reyn audit verify r2$/m);
    expect(JSON.parse((await reyn(['status', '--json'], runs)).out)).toMatchObject({
      latest: { run: 'r2' },
      damaged: [{ run: 'r2', fault: 'line 3 is not what was written' }],
    });
  });
});

const head = (name: string, permissions: string, ops: string) =>
  `---\ntype: skill\nname: ${name}\ndescription: Does a thing.\npermissions: ${permissions}\nartifacts:\n  answer: { text: string }\n` +
  `graph:\n  ${name}: [end]\n---\n## phase: ${name}\n\n\`\`\`yaml\nallowed_ops: [${ops}]\n\`\`\`\n\nDo it.\n`;

const END = { match: {}, turn: { finish: { text: 'done' } } };

/** Asks, then writes where it may and where it may not. */
const BELOW: SkillFiles = {
  md: head('below', '{ file: { write: ["work:/**"] } }', 'ask_user, write_file'),
  rules: [
    { match: { turn: 1 }, turn: { ops: [{ kind: 'ask_user', args: { question: 'Why?' } }] } },
    {
      match: { turn: 2 },
      turn: {
        ops: [
          { kind: 'write_file', args: { content: 'x', path: 'work:/a.md' } },
          { kind: 'write_file', args: { content: 'x', path: 'b.md' } },
        ],
      },
    },
    END,
  ],
};
const ABOVE: SkillFiles = {
  md: head('above', '{ skill: { run: [below] } }', 'run_skill'),
  rules: [{ match: { turn: 1 }, turn: { ops: [{ kind: 'run_skill', args: { skill: 'below', input: 'go' } }] } }, END],
};

describe('a run that waits in a sub-run', () => {
  it('goes on under the heads of both, and shows what each op touched', () =>
    inProject({ skills: { above: ABOVE, below: BELOW } }, async ({ root, reyn: project }) => {
      expect((await reynIn(root, ['run', 'above', 'go'])).exit).toBe(3);
      const answered = await reynIn(root, ['answer', 'latest', 'because']);
      expect(answered.err.split('\n').slice(0, 2)).toEqual([
        expect.stringMatching(/^above run \w{10} goes on in above$/),
        expect.stringMatching(/^ {4}below run \w{10} goes on in below$/),
      ]);
      expect(answered.err.match(/goes on/g)).toHaveLength(2);
      const [below, above] = project.runs.list();
      const aboutOf = (id = '') =>
        project.runs.show(id).visits.flatMap(({ ops }) => ops.map(({ kind, about }) => `${kind} ${about}`));
      expect(aboutOf(above?.run)).toEqual(['run_skill below']);
      expect(aboutOf(below?.run)).toEqual(['ask_user Why?', 'write_file work:/a.md', 'write_file b.md']);
      const { out } = await reynIn(root, ['runs', 'show', below?.run ?? '']);
      expect(out).toContain('    allowed write_file work:/a.md  zone work\n    denied write_file b.md  declared\n');
    }));

  it('asks under the heads of both when it is resumed where somebody answers', () =>
    inProject({ skills: { above: ABOVE, below: BELOW } }, async ({ root }) => {
      await reynIn(root, ['run', 'above', 'go']);
      const { err } = await reynIn(root, ['resume', 'latest', '--on-ask', 'prompt'], { stdin: 'because\n' });
      expect(err).toMatch(/^above run \w{10} goes on in above\n {4}below run \w{10} goes on in below\n\n\? Why\?\n/);
      expect(err.match(/goes on/g)).toHaveLength(2);
    }));
});
