import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SkillEntry } from '../src/api.ts';
import { seededIds, simulatedClock } from '../src/testing.ts';
import { inProject, ofType, onePhase, type ProjectSpec, person, phase, phases, type TestProject } from './project.ts';

const NOTE = 'artifacts: { note: { text: string } }';
const DEMO: ProjectSpec = {
  skills: {
    demo: { md: onePhase('demo', NOTE), rules: [{ turn: { finish: { text: 'done' } } }] },
    asks: {
      md: phases('asks', [NOTE], phase('asks', 'allowed_ops: [ask_user]')),
      rules: [
        { match: { turn: 1 }, turn: { ops: [{ kind: 'ask_user', args: { question: 'Which?' } }] } },
        { turn: { finish: { text: 'done' } } },
      ],
    },
  },
};

const exists = ({ root }: TestProject, name: string) => fs.existsSync(path.join(root, name));

/** Skills that do not ship. */
const own = (skills: readonly SkillEntry[]) => skills.filter(({ origin }) => origin !== 'stdlib');

describe('an opened project', () => {
  it('writes nothing, and makes no folder, before something is run', () =>
    inProject(DEMO, async (project) => {
      const { reyn } = project;
      expect(own(reyn.skills.list()).map(({ name }) => name)).toEqual(['asks', 'demo']);
      expect(reyn.skills.lint([])).toEqual([]);
      expect(reyn.skills.load('demo').entry).toBe('demo');
      expect([reyn.runs.list(), reyn.inbox(), reyn.events.query({})]).toEqual([[], [], []]);
      expect(() => reyn.runs.idOf('latest')).toThrow(expect.objectContaining({ code: 'not_found' }));
      await expect(project.run('none', 'x')).rejects.toMatchObject({ code: 'not_found' });
      expect(exists(project, '.reyn/runs')).toBe(false);
      expect(exists(project, '.reyn/log')).toBe(false);
    }));

  it('can be closed twice, and after that runs nothing', () =>
    inProject(DEMO, async (project) => {
      await project.run('demo', 'x');
      await project.reyn.close();
      await project.reyn.close();
      await expect(project.run('demo', 'x')).rejects.toThrow();
      await project.reopen();
      expect(project.reyn.runs.list()).toHaveLength(1);
    }));

  it('that runs the same with the same clock and ids leaves the same log', () => {
    const log = () =>
      inProject({ ...DEMO, open: { clock: simulatedClock(), ids: seededIds('a') } }, async (project) => {
        const { run } = await project.run('demo', 'x');
        return project.events(run).map(({ hash: _, prev: __, data, ...rest }) => ({
          ...rest,
          data: JSON.stringify(data).replaceAll(project.root, ''),
        }));
      });
    return Promise.all([log(), log()]).then(([one, other]) => expect(one).toEqual(other));
  });

  it('takes config from its caller instead of the files', () =>
    inProject(DEMO, async (project) => {
      const limits = { ...project.reyn.config.limits, max_turns: 0 };
      const reyn = await project.reopen({ config: { ...project.reyn.config, limits } });
      expect(await reyn.run('demo', { text: 'x' })).toMatchObject({ status: 'failed', exit: 5 });
    }));
});

describe('runs', () => {
  it('are listed newest first, by skill and status, and shown with their visits', () =>
    inProject(DEMO, async (project) => {
      const first = await project.run('demo', 'one');
      const waiting = await project.run('asks', 'two');
      const last = await project.run('demo', 'three');
      const { list, show } = project.reyn.runs;
      expect(list().map(({ run }) => run)).toEqual([last.run, waiting.run, first.run]);
      expect(list({ skill: 'demo', limit: 1 }).map(({ run }) => run)).toEqual([last.run]);
      expect(list({ status: 'waiting' }).map(({ run }) => run)).toEqual([waiting.run]);
      expect(show(first.run)).toMatchObject({
        status: 'finished',
        input: { type: 'user_message', artifact: { text: 'one' } },
        outcome: { type: 'note', artifact: { text: 'done' } },
        visits: [{ phase: 'demo', visit: 1, turns: 1, rejected: 0, left: { to: 'end' } }],
      });
      expect(() => show('zzzzzzzzzz')).toThrow(expect.objectContaining({ code: 'not_found' }));
    }));

  it('are named by their id, the beginning of just one, or latest', () => {
    let n = 0;
    const ids = { next: () => `aab${(n++).toString(16)}`.padEnd(10, '0') };
    return inProject({ ...DEMO, open: { ids } }, async (project) => {
      const first = await project.run('demo', 'one');
      const last = await project.run('demo', 'two');
      const { idOf } = project.reyn.runs;
      expect(idOf(first.run)).toBe(first.run);
      expect(idOf(first.run.slice(0, 4).toUpperCase())).toBe(first.run);
      expect(idOf('latest')).toBe(last.run);
      expect(() => idOf('aab')).toThrow(expect.objectContaining({ code: 'ambiguous', exit: 2 }));
      for (const none of ['b', '', `${first.run}0`]) {
        expect(() => idOf(none)).toThrow(expect.objectContaining({ code: 'not_found', exit: 2 }));
      }
    });
  });

  it('tell every event to whoever drives them, as it is written', () =>
    inProject(DEMO, async (project) => {
      const seen: unknown[] = [];
      const { run } = await project.run('demo', 'x', { onEvent: (event) => seen.push(event) });
      expect(seen).toEqual(project.events(run));
      expect(project.reyn.events.query({ run }).map(({ type }) => type)).toEqual(
        expect.arrayContaining(['run_opened', ...project.types(run), 'run_closed']),
      );
    }));

  it('go on side by side in one process, each in its own log', () =>
    inProject(DEMO, async (project) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => project.run('demo', `run ${i}`)));
      expect(outcomes.every(({ status }) => status === 'finished')).toBe(true);
      expect(new Set(outcomes.map(({ run }) => run)).size).toBe(20);
      const [started] = ofType(project.events(outcomes[7]?.run ?? ''), 'run_skill_started');
      expect(started?.data.input.artifact).toEqual({ text: 'run 7' });
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }));
});

describe('cancelling', () => {
  it('ends a run that waits, or was stopped, for good', () =>
    inProject(DEMO, async (project) => {
      const { run } = await project.run('asks', 'x');
      const outcome = await project.reyn.cancel(run, 'not needed any more');
      expect(outcome).toMatchObject({
        status: 'aborted',
        exit: 1,
        reason: { code: 'aborted_by_person', message: 'not needed any more' },
        waiting: [],
      });
      expect(project.reyn.inbox()).toEqual([]);
      expect(await project.reyn.resume(run, { ask: person('x').ask })).toEqual(outcome);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it('leaves a run that has ended as it is', () =>
    inProject(DEMO, async (project) => {
      const whole = await project.run('demo', 'x');
      const events = project.events(whole.run);
      expect(await project.reyn.cancel(whole.run, 'too late')).toEqual(whole);
      expect(project.events(whole.run)).toEqual(events);
    }));
});

describe('the shelf', () => {
  it('makes a skill that is clean and runs at once', () =>
    inProject({}, async (project) => {
      const files = await project.reyn.skills.create('my_helper', 'sort letters by sender');
      expect(files).toContain('reyn/project/my_helper/skill.md');
      expect(project.reyn.skills.lint(['my_helper'])).toEqual([]);
      expect(await project.run('my_helper', 'x')).toMatchObject({ status: 'finished', exit: 0 });
      const [created] = project.reyn.events.query({ type: 'skill_created' });
      expect(created?.data).toMatchObject({ skill: 'my_helper', from: 'template' });
    }));

  it('copies a skill under another name, and the copy runs', () =>
    inProject(DEMO, async (project) => {
      expect(await project.reyn.skills.copy('asks', 'asks_again')).toBe('reyn/project/asks_again');
      expect(project.reyn.skills.load('asks_again').name).toBe('asks_again');
      expect(project.reyn.skills.lint(['asks_again'])).toEqual([]);
      const outcome = await project.run('asks_again', 'x', { ask: person('this').ask });
      expect(outcome).toMatchObject({ status: 'finished', skill: 'asks_again' });
    }));

  it.each(['demo', '', '../out', 'UPPER', 'end', '.hidden', 'a/b'])('makes no skill called "%s"', (name) =>
    inProject(DEMO, async (project) => {
      const before = fs.readdirSync(project.root, { recursive: true });
      for (const made of [project.reyn.skills.create(name, undefined), project.reyn.skills.copy('asks', name)]) {
        await expect(made).rejects.toMatchObject({ code: 'usage', exit: 2 });
      }
      expect(fs.readdirSync(project.root, { recursive: true })).toEqual(before);
    }),
  );

  it('lists what a skill shadows, and what does not load with the reason', () =>
    inProject(DEMO, async (project) => {
      project.write('reyn/local/demo/skill.md', onePhase('demo', NOTE));
      project.skill('broken', { md: '---\ntype: skill\nname: other\n---\n' });
      const list = own(project.reyn.skills.list());
      expect(list.map(({ name, origin, shadowedBy }) => [name, origin, shadowedBy])).toEqual([
        ['asks', 'project', undefined],
        ['broken', 'project', undefined],
        ['demo', 'project', undefined],
        ['demo', 'local', 'project'],
      ]);
      expect(list[1]?.error).toMatch(/./);
      expect(() => project.reyn.skills.load('broken')).toThrow(expect.objectContaining({ code: 'skill', exit: 2 }));
      expect(() => project.reyn.skills.load('demq')).toThrow(
        expect.objectContaining({ hint: expect.stringMatching(/Did you mean "?demo"?\?/) }),
      );
    }));

  it('exits 4 for a run that waits after a denial: of several outcomes the worst counts', () =>
    inProject(
      {
        skills: {
          note: {
            md: phases('note', [NOTE], phase('note', 'input: user_message', 'allowed_ops: [write_file, ask_user]')),
            rules: [
              { match: { turn: 1 }, turn: { ops: [{ kind: 'write_file', args: { path: 'a.md', content: 'x' } }] } },
              { turn: { ops: [{ kind: 'ask_user', args: { question: 'And now?' } }] } },
            ],
          },
        },
      },
      async ({ run }) => {
        const outcome = await run('note', 'go');
        expect(outcome).toMatchObject({ status: 'waiting', exit: 4, denied: [{ resource: 'a.md' }] });
      },
    ));
});
