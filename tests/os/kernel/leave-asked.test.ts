import fs from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { simulatedClock } from '../../../src/os/clock.ts';
import type { PendingIntervention } from '../../../src/os/runs/outcome.ts';
import { inProject, ofType, type ProjectSpec, person, phase, phases, type Rule } from '../../project.ts';

/** A skill that asks for ops turn by turn, opened by a user whose home lies outside of the project. */
function acts(turns: readonly (readonly object[])[], more: Partial<ProjectSpec> = {}): ProjectSpec {
  const rules: Rule[] = [
    ...turns.map((ops, i) => ({ match: { turn: i + 1 }, turn: { ops } })),
    { turn: { finish: { text: 'done' } } },
  ];
  const md = phases(
    'demo',
    ['artifacts: { note: { text: string } }', 'permissions: { file: { read: ["**"], write: ["out/**", "top.txt"] } }'],
    phase('demo', 'allowed_ops: [read_file, write_file, edit_file, delete_file]'),
  );
  const HOME = fs.mkdtempSync('/tmp/reyn-home-');
  onTestFinished(() => fs.rmSync(HOME, { recursive: true }));
  return { ...more, open: { env: { HOME, REYN_TRUST_PROJECT: '1' }, ...more.open }, skills: { demo: { md, rules } } };
}
const write = (path: string, content = 'x') => ({ kind: 'write_file', args: { path, content } });
const about = (question: PendingIntervention | undefined) =>
  (question?.about ?? {}) as Readonly<Record<string, string>>;

describe('an answer to a question for leave', () => {
  it.each([
    ['allow', 'out/x.txt', ['out/x.txt', 'out/y.txt']],
    ['once', 'out/x.txt', ['out/x.txt', 'out/x.txt', 'out/y.txt']],
    ['always', 'out/x.txt', ['out/x.txt', 'out/y.txt']],
    ['below', 'out/x.txt', ['out/x.txt']],
    ['deny', undefined, ['out/x.txt', 'out/y.txt']],
  ])('of %s holds in the run as far as it says', (answer, written, asked) =>
    inProject(acts([[write('out/x.txt')], [write('./out/x.txt', '2')], [write('out/y.txt')]]), async (project) => {
      const who = person(answer, ...(answer === 'once' ? ['once'] : []), 'deny');
      const { run, exit } = await project.run('demo', 'go', { ask: who.ask });
      expect(who.asked.map((question) => about(question).resource)).toEqual(asked);
      expect(exit).toBe(answer === 'below' ? 0 : 4);
      expect(project.read('out/x.txt')).toBe(written === undefined ? undefined : '2');
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }),
  );

  it.each([
    ['allow', ['out/x.txt', 'out/x.txt', 'out/y.txt']],
    ['once', ['out/x.txt', 'out/x.txt', 'out/y.txt']],
    ['always', ['out/x.txt', 'out/y.txt']],
    ['below', ['out/x.txt']],
    ['deny', ['out/x.txt', 'out/x.txt', 'out/y.txt']],
  ])('of %s holds in the next run, and the next process, as far as it says', (answer, asked) =>
    inProject(acts([[write('out/x.txt')], [write('out/y.txt')]]), async (project) => {
      const first = person(answer, undefined as never);
      const stopped = await project.run('demo', 'go', { ask: first.ask });
      expect(stopped.status).toBe(answer === 'below' ? 'finished' : 'waiting');
      await project.reopen();
      const next = person('allow', 'allow');
      const { exit, run } = await project.run('demo', 'go', { ask: next.ask });
      expect(exit).toBe(0);
      const all = [first.asked[0], ...next.asked].map((question) => about(question).resource);
      expect(all).toEqual(asked);
      const by = ofType(project.events(run), 'op_started')[0]?.data.by ?? '';
      expect(by).toMatch(['always', 'below'].includes(answer) ? /^grant / : /^answer$/);
    }),
  );

  it('for later runs is void once the skill has changed', () =>
    inProject(acts([[write('out/x.txt')]]), async (project) => {
      await project.run('demo', 'go', { ask: person('below').ask });
      project.write('reyn/project/demo/skill.md', `${project.read('reyn/project/demo/skill.md')}\nMore.\n`);
      const reyn = await project.reopen();
      const { ask, asked } = person('deny');
      await reyn.run('demo', { text: 'go' }, { ask });
      expect(asked[0]?.text).toContain('May demo use write_file on out/x.txt?');
      expect(about(asked[0]).why).toContain('nobody has allowed it yet');
    }));

  it('is kept with who gave it and what they said', () =>
    inProject(acts([[write('out/x.txt')]]), async (project) => {
      const { waiting } = await project.run('demo', 'go');
      await project.reyn.answer(waiting[0]?.id ?? '', 'below', { words: 'reports only' });
      expect(project.read('out/x.txt')).toBe('x');
      expect(project.reyn.grants.list()).toMatchObject([
        {
          state: 'counts',
          grant: { skill: 'demo', need: 'file.write', resource: 'out', scope: 'subtree', words: 'reports only' },
        },
      ]);
    }));

  it('taken back counts no more', () =>
    inProject(acts([[write('out/x.txt')]]), async (project) => {
      await project.run('demo', 'go', { ask: person('always').ask });
      const [kept] = project.reyn.grants.list();
      await project.reyn.grants.revoke(kept?.grant.id ?? '');
      expect(await project.run('demo', 'go')).toMatchObject({ status: 'waiting' });
    }));

  it('offers no more than can be kept', () =>
    inProject({ ...acts([[write('top.txt')]]), open: {} }, async (project) => {
      const { waiting } = await project.run('demo', 'go');
      expect(waiting[0]?.choices).toEqual(['allow', 'once', 'deny']);
    }));

  it('offers nothing below where that would be the whole project', () =>
    inProject(acts([[write('top.txt')]]), async (project) => {
      const { waiting } = await project.run('demo', 'go');
      expect(waiting[0]?.choices).toEqual(['allow', 'once', 'always', 'deny']);
    }));
});

describe('a question for leave', () => {
  it('shows what a write changes, and leave is for exactly that', () =>
    inProject(
      acts([[write('out/x.txt', 'one\nthree\n')]], { files: { 'out/x.txt': 'one\ntwo\n' } }),
      async (project) => {
        const { waiting, run } = await project.run('demo', 'go');
        expect(about(waiting[0]).diff).toContain('-two\n+three\n');
        project.write('out/x.txt', 'somebody else\n');
        const outcome = await project.reyn.answer(waiting[0]?.id ?? '', 'allow');
        expect(ofType(project.events(run), 'op_finished')[0]?.data.error).toMatchObject({ code: 'changed' });
        expect(project.read('out/x.txt')).toBe('somebody else\n');
        expect(outcome.status).toBe('finished');
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));

  it('shows a new file and one that goes', () =>
    inProject(
      acts([[write('out/new.txt', 'new\n'), { kind: 'delete_file', args: { path: 'out/old.txt' } }]], {
        files: { 'out/old.txt': 'old\n' },
      }),
      async (project) => {
        const { ask, asked } = person('allow', 'allow');
        await project.run('demo', 'go', { ask });
        expect(asked.map((question) => about(question).diff)).toEqual([
          expect.stringMatching(/^=*\n?--- \/dev\/null\n\+\+\+ out\/new\.txt\n[\s\S]*\+new\n$/),
          expect.stringMatching(/--- out\/old\.txt\n\+\+\+ \/dev\/null\n[\s\S]*-old\n$/),
        ]);
        expect([project.read('out/new.txt'), project.read('out/old.txt')]).toEqual(['new\n', undefined]);
      },
    ));

  it('says so when the change cannot be shown', () =>
    inProject(
      acts([[{ kind: 'edit_file', args: { path: 'out/none.txt', edits: [{ find: 'a', replace: 'b' }] } }]]),
      async (project) => {
        const { waiting } = await project.run('demo', 'go');
        expect(about(waiting[0]).unseen).toContain('does not exist');
      },
    ));

  it('cuts a diff that nobody could read', () =>
    inProject(acts([[write('out/x.txt', 'a line of text\n'.repeat(10_000))]]), async (project) => {
      const { waiting } = await project.run('demo', 'go');
      const { diff = '' } = about(waiting[0]);
      expect(diff.length).toBeLessThan(61_000);
      expect(diff).toMatch(/cut off here$/);
    }));

  it('is put again as it was to whoever comes later, and not twice', () =>
    inProject(acts([[write('out/x.txt')]]), async (project) => {
      const { run, waiting } = await project.run('demo', 'go');
      await project.reopen();
      const again = await project.reyn.resume(run);
      expect(again.waiting.map(({ id, digest }) => [id, digest])).toEqual(
        waiting.map(({ id, digest }) => [id, digest]),
      );
      expect(project.types(run).filter((type) => type === 'intervention_opened')).toHaveLength(1);
    }));

  it('that was one too many for a minute waits for somebody with time', () => {
    const many = Array.from({ length: 22 }, (_, n) => write(`out/${n}.txt`));
    return inProject(acts([many], { open: { clock: simulatedClock() } }), async (project) => {
      const HOME = project.root;
      await project.reopen({ env: { HOME, REYN_TRUST_PROJECT: '1' }, clock: simulatedClock() });
      const { ask, asked } = person(...many.map(() => 'allow'));
      const outcome = await project.run('demo', 'go', { ask });
      expect(outcome).toMatchObject({ status: 'waiting', exit: 3 });
      expect(asked).toHaveLength(20);
      expect(project.read('out/19.txt')).toBe('x');
      expect(project.read('out/20.txt')).toBeUndefined();
    });
  });
});

describe('where duties are separate', () => {
  it('whoever started the run is neither asked for leave nor may give it', () =>
    inProject(acts([[write('out/x.txt')]], { config: ['separation_of_duties: true'] }), async (project) => {
      const { ask, asked } = person('allow');
      const { status, waiting } = await project.run('demo', 'go', { ask });
      expect([status, asked.length]).toEqual(['waiting', 0]);
      await expect(project.reyn.answer(waiting[0]?.id ?? '', 'allow')).rejects.toMatchObject({ code: 'refused' });
      expect(project.read('out/x.txt')).toBeUndefined();
    }));
});

describe('a path from the root of the disk on', () => {
  it('that lies in the project is decided, recorded and shown as one of the project', () =>
    inProject(acts([]), async (project) => {
      project.skill('demo', {
        rules: [
          {
            match: { turn: 1 },
            turn: {
              ops: [
                write(`${project.root}/out/x.txt`),
                write(`${project.root}/.git/config`),
                { kind: 'read_file', args: { path: '/etc/hostname' } },
              ],
            },
          },
          { turn: { finish: { text: 'done' } } },
        ],
      });
      const { ask, asked } = person('allow');
      const { run } = await project.run('demo', 'go', { ask });
      expect(asked.map((question) => about(question).resource)).toEqual(['out/x.txt']);
      const [acted] = ofType(project.events(run), 'turn_acted');
      expect(acted?.data.ops.map(({ args }) => (args as { path: string }).path)).toEqual([
        'out/x.txt',
        '.git/config',
        '/etc/hostname',
      ]);
      expect(ofType(project.events(run), 'permission_denied').map(({ data }) => data.by)).toEqual([
        'declared',
        'declared',
      ]);
      expect(project.read('out/x.txt')).toBe('x');
    }));
});
