import os from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/os/json.ts';
import { inProject, ofType, onePhase, phase, phases } from '../../project.ts';
import { framesOf, fullRun, type RecordedRun, recorded, section } from './logs.ts';

const NOTE = ['artifacts: { note: { text: string } }'];
const DONE = { turn: { finish: { text: 'done' } } };

describe('a frame', () => {
  let full: RecordedRun;
  beforeAll(async () => {
    full = await fullRun();
  });

  it('made again from the log has the digest that was recorded for it', () => {
    const asked = framesOf(full);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.map(({ frame }) => frame.request)).toEqual(asked.map(({ request }) => request));
  });

  it('holds no clock, id, absolute path or name of a run', () => {
    const [first] = full.events;
    if (first?.type !== 'run_skill_started') throw new Error('no first event');
    const ids = ofType(full.events, 'intervention_opened').map(({ data }) => data.id);
    const children = ofType(full.events, 'op_started').flatMap(({ data }) => data.child ?? []);
    expect([ids.length, children.length]).toEqual([2, 1]);
    const secrets = [first.run, first.ts.slice(0, 10), first.hash, os.tmpdir(), process.cwd(), first.data.owner.id];
    for (const { frame, step } of framesOf(full)) {
      const text = JSON.stringify(frame);
      expect(
        [...secrets, ...ids, ...children].filter((secret) => text.includes(secret)),
        step,
      ).toEqual([]);
    }
  });

  it('is the same in the same situation, wherever and whenever', async () => {
    const other = await fullRun();
    expect(other.events[0]?.run).not.toBe(full.events[0]?.run);
    expect(framesOf(other).map(({ request }) => request)).toEqual(framesOf(full).map(({ request }) => request));
  });

  it('begins with what stays and ends with what changes from turn to turn', () => {
    const [one, two, three] = framesOf(full).filter(({ frame }) => frame.phase === 'do' && frame.visit === 1);
    expect([two?.frame.attempt, three?.frame.turn]).toEqual([2, 2]);
    expect(two?.frame.system).toEqual(one?.frame.system);
    expect(three?.frame.system).toEqual(one?.frame.system);
    const names = (three?.frame.user ?? []).map(({ name }) => name);
    expect(names).toEqual(['Input (job)', 'Path so far', 'Results of your ops in this visit', 'Budget']);
    expect(three?.frame.user.slice(0, 2)).toEqual(one?.frame.user.slice(0, 2));
    expect(two?.frame.user.map(({ name }) => name).at(-1)).toBe('Rejected attempts at this turn');
  });

  it('tells a rejected attempt with its reason, until the next attempt is accepted', () => {
    const [one, two, three] = framesOf(full).filter(({ frame }) => frame.phase === 'do' && frame.visit === 1);
    if (one === undefined || two === undefined || three === undefined) throw new Error('three turns are expected');
    expect(section(one, 'Rejected')).toBeUndefined();
    expect(section(two, 'Rejected')).toMatch(/^1\. empty: The reply calls no tool/);
    expect(section(three, 'Rejected')).toBeUndefined();
  });

  it('tells the result of every op: done, denied with the reason, answered', () => {
    const last = framesOf(full).findLast(({ frame }) => frame.phase === 'do' && frame.visit === 1);
    const text = last === undefined ? '' : (section(last, 'Results') ?? '');
    expect(text).toContain('1. read_file {"path":"in/a.txt"}\n   ok: ');
    expect(text).toMatch(
      /7\. write_file .*\n {3}denied: The skill "work" does not declare file\.write of "elsewhere\.txt"/,
    );
    expect(text).toContain('"answer":"this"');
    expect(text).toContain('9. run_skill {"skill":"helper","input":"help"}\n   ok: {"text":"helped"}');
  });

  it('shows the way here with its reasons', () => {
    const again = framesOf(full).find(({ frame }) => frame.phase === 'again');
    expect(again && section(again, 'Path so far')).toBe('- find → do\n- do → again: Not yet.');
  });

  it('is in the language that config asks for', () =>
    inProject(
      { config: ['language: Deutsch'], skills: { demo: { md: onePhase('demo', ...NOTE), rules: [DONE] } } },
      async (project) => {
        const { run } = await project.run('demo', 'x');
        const [asked] = framesOf(recorded(project, 'demo', run));
        expect(asked && section(asked, 'Language')).toContain('Deutsch');
      },
    ));
});

describe('finish criteria', () => {
  it('are shown where finishing is offered and nowhere else', () =>
    inProject(
      {
        skills: {
          demo: {
            md: phases(
              'demo',
              [
                ...NOTE,
                'entry: a',
                'finish_criteria: [It is short.]',
                'graph: { a: [b], b: [{ to: end, when: { visits.a: { minimum: 2 } } }, a] }',
              ],
              phase('a', 'input: user_message | note'),
              phase('b', 'input: note'),
            ),
            rules: [
              { match: { phase: 'a' }, turn: { to: 'b', artifact: { text: 'x' } } },
              { match: { phase: 'b', visit: 1 }, turn: { to: 'a', type: 'note', artifact: { text: 'x' } } },
              DONE,
            ],
          },
        },
      },
      async (project) => {
        const { run, status } = await project.run('demo', 'x');
        expect(status).toBe('finished');
        const asked = framesOf(recorded(project, 'demo', run));
        expect(asked.map((each) => [each.frame.phase, section(each, 'Finish criteria')])).toEqual([
          ['a', undefined],
          ['b', undefined],
          ['a', undefined],
          ['b', '- It is short.'],
        ]);
      },
    ));
});

describe('act turns', () => {
  const acts = { ops: [{ kind: 'glob_files', args: { pattern: '*' } }] };

  it('take the ops with them when they are used up, and asking all the same is a violation', () =>
    inProject(
      {
        skills: {
          demo: {
            md: phases(
              'demo',
              [...NOTE, 'permissions: { file: { read: ["**"] } }'],
              phase('demo', 'max_act_turns: 2', 'allowed_ops: [glob_files]'),
            ),
            rules: [{ match: { turn: 3, attempt: 2 }, turn: DONE.turn }, { turn: acts }],
          },
        },
      },
      async (project) => {
        const { run, status } = await project.run('demo', 'x');
        expect(status).toBe('finished');
        const asked = framesOf(recorded(project, 'demo', run));
        expect(asked.map(({ frame }) => frame.ops.map(({ kind }) => kind))).toEqual([
          ['glob_files'],
          ['glob_files'],
          [],
          [],
        ]);
        expect(asked.map((each) => section(each, 'Budget'))).toEqual([
          'Turns with ops left in this visit: 2. Turns left in the run: 200.',
          'Turns with ops left in this visit: 1. Turns left in the run: 199.',
          'No ops may be asked for now: choose an edge. Turns left in the run: 198.',
          'No ops may be asked for now: choose an edge. Turns left in the run: 197.',
        ]);
        const [error] = ofType(project.events(run), 'validation_error');
        expect(error?.data.violation).toMatchObject({ code: 'unknown_op', got: 'glob_files' });
      },
    ));
});

describe('an input over 8 KB', () => {
  const long = { text: `begin ${'x'.repeat(9000)} end` };
  const blob = `blob:${sha256(JSON.stringify(long))}`;
  const skill = (...keys: string[]) =>
    phases(
      'demo',
      [...NOTE, 'permissions: { file: { read: ["in/**"] } }'],
      phase('demo', 'input: user_message', ...keys),
    );

  it('is shown as a preview, and read_file opens the whole of it and no other value', () =>
    inProject({ skills: { demo: { md: skill('allowed_ops: [read_file]') } } }, async (project) => {
      const other = (await openPack(project)).pack;
      project.skill('demo', {
        rules: [
          {
            match: { turn: 1 },
            turn: {
              ops: [blob, `blob:${other}`, 'in/none.txt'].map((path) => ({ kind: 'read_file', args: { path } })),
            },
          },
          DONE,
        ],
      });
      const { run, denied, exit } = await project.run('demo', long);
      const [first, second] = framesOf(recorded(project, 'demo', run));
      if (first === undefined || second === undefined) throw new Error('two turns are expected');
      const shown = section(first, 'Input (user_message)') ?? '';
      expect(shown.length).toBeLessThan(1300);
      expect(shown).toContain('begin xxx');
      expect(shown).toContain(blob);
      expect(section(second, 'Input (user_message)')).toBe(shown);
      expect(section(second, 'Results')).toContain(`${'x'.repeat(9000)} end`);
      expect(denied).toMatchObject([{ need: 'file.read', resource: `blob:${other}` }]);
      expect(exit).toBe(4);
    }));

  it('is shown whole where the phase cannot read', () =>
    inProject({ skills: { demo: { md: skill('allowed_ops: []'), rules: [DONE] } } }, async (project) => {
      const { run } = await project.run('demo', long);
      const [first] = framesOf(recorded(project, 'demo', run));
      expect(first && section(first, 'Input')).toContain(`${'x'.repeat(9000)} end`);
    }));

  it('does not cut a character in two', () =>
    inProject({ skills: { demo: { md: skill('allowed_ops: [read_file]'), rules: [DONE] } } }, async (project) => {
      for (const lead of ['', 'a']) {
        const { run } = await project.run('demo', { text: lead + '😀'.repeat(5000) });
        const [first] = framesOf(recorded(project, 'demo', run));
        const shown = first === undefined ? '' : (section(first, 'Input') ?? '');
        expect(shown).toContain('😀😀');
        expect(shown.isWellFormed()).toBe(true);
      }
    }));
});

/** A blob that exists and that no frame names: the skill's own source. */
async function openPack(project: Parameters<Parameters<typeof inProject>[1]>[0]): Promise<{ pack: string }> {
  project.skill('demo', { rules: [DONE] });
  const { run } = await project.run('demo', 'short');
  const [first] = ofType(project.events(run), 'run_skill_started');
  if (first === undefined) throw new Error('no first event');
  return first.data;
}
