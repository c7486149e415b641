import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/os/events/event.ts';
import { inProject, ofType, type ProjectSpec, person, phase, phases, type Rule } from '../../project.ts';
import { framesOf, recorded, section } from './logs.ts';

const PERMISSIONS = 'permissions: { file: { read: ["in/**"], write: ["out/**"] } }';

/** A skill that asks for ops turn by turn, then finishes. */
function acts(turns: readonly (readonly object[])[], more: Partial<ProjectSpec> = {}, permissions = PERMISSIONS) {
  const rules: Rule[] = [
    ...turns.map((ops, i) => ({ match: { turn: i + 1 }, turn: { ops } })),
    { turn: { finish: { text: 'done' } } },
  ];
  const md = phases(
    'demo',
    ['artifacts: { note: { text: string } }', permissions],
    phase('demo', 'allowed_ops: [read_file, write_file, edit_file, delete_file, ask_user]'),
  );
  return { files: { 'in/a.txt': 'a\n', 'in/b.txt': 'b\n' }, ...more, skills: { demo: { md, rules } } };
}

const write = (path: string, content = 'x') => ({ kind: 'write_file', args: { path, content } });
const read = (path: string) => ({ kind: 'read_file', args: { path } });
const ask = (rest: object = {}) => ({ kind: 'ask_user', args: { question: 'Which one?', ...rest } });
const ALLOW = ['policy: { allow: [{ need: file.write, resource: "out/**" }] }'];
const steps = (events: readonly RunEvent[]) =>
  events.filter(({ type }) => type.startsWith('op_')).map(({ type, step }) => `${type} ${step}`);

describe('an op', () => {
  it('is decided and recorded before it acts, and its receipt follows', () =>
    inProject(acts([[write('out/x.txt')]], { config: ALLOW }), async (project) => {
      const there: string[] = [];
      const { run } = await project.run('demo', 'go', {
        onEvent: ({ type }) => there.push(`${type}: ${project.read('out/x.txt') ?? 'nothing'}`),
      });
      expect(there).toEqual([
        'run_skill_started: nothing',
        'turn_acted: nothing',
        'op_started: nothing',
        'op_finished: x',
        'turn_decided: x',
        'run_finished: x',
      ]);
      const [started] = ofType(project.events(run), 'op_started');
      expect(started?.data).toMatchObject({ kind: 'write_file', by: 'allow rule 1', path: 'out/x.txt' });
      expect(started?.data.args).toBeUndefined();
    }));

  it('that fails has its decision recorded too, and the model is told why', () =>
    inProject(
      acts(
        [
          [
            read('in/none.txt'),
            { kind: 'edit_file', args: { path: 'out/no.txt', edits: [{ find: 'a', replace: 'b' }] } },
          ],
        ],
        { config: ALLOW },
      ),
      async (project) => {
        const { run, exit } = await project.run('demo', 'go');
        expect(steps(project.events(run))).toEqual([
          'op_started 1/t1/o1',
          'op_finished 1/t1/o1',
          'op_started 1/t1/o2',
          'op_finished 1/t1/o2',
        ]);
        const [, second] = framesOf(recorded(project, 'demo', run));
        expect(second && section(second, 'Results')).toMatch(/failed \(not_found\).*\n.*\n.*failed \(not_found\)/);
        expect(exit).toBe(0);
      },
    ));

  it('that reads runs together with the others of its turn when all of them read', () =>
    inProject(acts([[read('in/a.txt'), read('in/b.txt'), read('in/a.txt')]]), async (project) => {
      const { run } = await project.run('demo', 'go');
      expect(steps(project.events(run)).slice(0, 3)).toEqual([
        'op_started 1/t1/o1',
        'op_started 1/t1/o2',
        'op_started 1/t1/o3',
      ]);
    }));

  it('that writes takes its turn: each begins when the one before has ended', () =>
    inProject(
      acts(
        [
          [
            write('out/1.txt', 'one'),
            read('in/a.txt'),
            write('out/1.txt', 'two'),
            { kind: 'delete_file', args: { path: 'out/1.txt' } },
          ],
        ],
        {
          config: ALLOW,
        },
      ),
      async (project) => {
        const { run } = await project.run('demo', 'go');
        expect(steps(project.events(run))).toEqual(
          [1, 2, 3, 4].flatMap((n) => [`op_started 1/t1/o${n}`, `op_finished 1/t1/o${n}`]),
        );
        expect(project.read('out/1.txt')).toBeUndefined();
      },
    ));
});

describe('a denial', () => {
  it('is recorded, told to the model, and makes the run exit 4', () =>
    inProject(acts([[write('elsewhere.txt'), read('in/a.txt')]]), async (project) => {
      const { run, status, exit, denied } = await project.run('demo', 'go');
      expect([status, exit]).toEqual(['finished', 4]);
      expect(denied).toMatchObject([{ step: '1/t1/o1', op: 'write_file', need: 'file.write', optional: false }]);
      expect(project.types(run)).toEqual([
        'run_skill_started',
        'turn_acted',
        'permission_denied',
        'op_started',
        'op_finished',
        'turn_decided',
        'run_finished',
      ]);
      const [, second] = framesOf(recorded(project, 'demo', run));
      expect(second && section(second, 'Results')).toContain('denied: The skill "demo" does not declare file.write');
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it('that the skill can live with leaves the exit code alone', () =>
    inProject(
      acts(
        [[write('elsewhere.txt')]],
        {},
        'permissions: { file: { read: ["in/**"], write: ["out/**"] }, optional: [file.write] }',
      ),
      async (project) => {
        expect(await project.run('demo', 'go')).toMatchObject({ exit: 0, denied: [{ optional: true }] });
      },
    ));

  it('by the operator stands above what anybody allows', () =>
    inProject(
      acts([[write('out/x.txt')]], {
        config: ['policy:', '  allow: [{ need: file.write }]', '  deny: [{ need: file.write, resource: "out/**" }]'],
      }),
      async (project) => {
        const { run, exit } = await project.run('demo', 'go', { ask: person('allow').ask });
        expect(exit).toBe(4);
        expect(ofType(project.events(run), 'permission_denied')[0]?.data.by).toBe('deny rule 1');
      },
    ));
});

describe('a permission that has to be asked for', () => {
  it('is asked once: what a person allowed holds for the same request in the same run', () =>
    inProject(
      acts([[write('out/x.txt', '1')], [write('./out/x.txt', '2'), write('out/y.txt', '3')]]),
      async (project) => {
        const { ask, asked } = person('allow', 'deny');
        const { run, exit } = await project.run('demo', 'go', { ask });
        expect(asked.map(({ about }) => (about as { resource: string }).resource)).toEqual(['out/x.txt', 'out/y.txt']);
        expect([project.read('out/x.txt'), project.read('out/y.txt'), exit]).toEqual(['2', undefined, 4]);
        const order = project.types(run).slice(1, 5);
        expect(order).toEqual(['turn_acted', 'intervention_opened', 'intervention_answered', 'op_started']);
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));

  it('and was refused stays refused without asking again', () =>
    inProject(acts([[write('out/x.txt')], [write('out/x.txt')]]), async (project) => {
      const { ask, asked } = person('deny', 'allow');
      const { run, exit } = await project.run('demo', 'go', { ask });
      expect([asked.length, exit]).toEqual([1, 4]);
      expect(ofType(project.events(run), 'permission_denied').map(({ data }) => data.by)).toEqual(['answer', 'answer']);
    }));

  it('is denied when config says not to wait, and the same request is not put again', () =>
    inProject(acts([[write('out/x.txt')], [write('out/x.txt')]]), async (project) => {
      const { run, status, exit } = await project.run('demo', 'go', { onAsk: 'fail' });
      expect([status, exit]).toEqual(['finished', 4]);
      expect(project.types(run).filter((type) => type === 'intervention_opened')).toHaveLength(1);
      expect(ofType(project.events(run), 'permission_denied')).toHaveLength(2);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it('goes on without an answer when the operator has allowed it meanwhile', () =>
    inProject(acts([[write('out/x.txt')]]), async (project) => {
      const waiting = await project.run('demo', 'go');
      expect(waiting.status).toBe('waiting');
      project.write('reyn.yaml', ['model: scripted', ...ALLOW].join('\n'));
      const reyn = await project.reopen();
      expect(await reyn.resume(waiting.run)).toMatchObject({ status: 'finished', exit: 0 });
      expect(project.read('out/x.txt')).toBe('x');
    }));
});

describe('a question', () => {
  it('is answered at a terminal by a choice or the beginning of one', () =>
    inProject(acts([[ask({ choices: ['left', 'right'] })]]), async (project) => {
      const { run } = await project.run('demo', 'go', { ask: person('ri').ask });
      expect(ofType(project.events(run), 'op_finished')[0]?.data.result).toEqual({ answer: 'right' });
    }));

  it('that gets an answer it does not offer stays open', () =>
    inProject(acts([[ask({ choices: ['left', 'right'] })]]), async (project) => {
      const outcome = await project.run('demo', 'go', { ask: person('up').ask });
      expect(outcome).toMatchObject({ status: 'waiting', exit: 3, waiting: [{ choices: ['left', 'right'] }] });
    }));

  it('is answered by its default when config says not to wait', () =>
    inProject(acts([[ask({ default: 'the first' })]]), async (project) => {
      const { run, exit } = await project.run('demo', 'go', { onAsk: 'fail' });
      expect(exit).toBe(0);
      expect(ofType(project.events(run), 'intervention_answered')[0]?.data).toMatchObject({
        answer: 'the first',
        by: 'policy',
      });
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it('without a default fails when config says not to wait, and does not stay open', () =>
    inProject(acts([[ask()], [ask({ question: 'And now?' })]]), async (project) => {
      const first = await project.run('demo', 'go', { onAsk: 'fail' });
      expect(first).toMatchObject({ status: 'finished', exit: 0, waiting: [] });
      expect(ofType(project.events(first.run), 'op_finished')[0]?.data.error).toMatchObject({ code: 'nobody' });
      expect(await project.reyn.replay(first.run)).toMatchObject({ identical: true });
    }));
});
