import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/os/json.ts';
import { abortAt, inProject, ofType, onePhase, type ProjectSpec, person, phase, phases } from '../../project.ts';

const COUNT = `import random
from .lib.words import words

def count(artifact):
    found = words(artifact["text"])
    return {"words": len(found), "dice": random.random()}

def wrong(artifact):
    return {"words": "many"}

def raises(artifact):
    raise ValueError("no luck")

def slow(artifact):
    while True:
        pass
`;

const PYTHON = 'python: [{ module: count, function: count }, { module: count.py, function: wrong }]';

/** A phase without a model whose only step is `step`. */
function counting(step: string, permissions = PYTHON, more: Partial<ProjectSpec> = {}): ProjectSpec {
  const md = phases(
    'counting',
    [
      'artifacts:',
      '  stats: { type: object, properties: { text: { type: string }, stats: {} }, required: [text] }',
      `permissions: { ${permissions} }`,
    ],
    phase('work', 'input: user_message', 'model_class: none', 'preprocessor:', `  - ${step}`),
  );
  const files = {
    'steps/count.py': COUNT,
    'steps/lib/words.py': 'def words(text):\n    return text.split()\n',
  };
  return { skills: { counting: { md, files } }, ...more };
}

const SCHEMA = 'output_schema: { words: "integer 0..", dice: number }';
const STEP = `{ type: python, module: count, function: count, ${SCHEMA}, into: stats }`;
const called = (name: string, more = '') => STEP.replace('function: count', `function: ${name}${more}`);
const resultOf = ({ artifact }: { artifact?: { artifact: Json } }) => artifact?.artifact as Record<string, Json>;

describe('a python step', () => {
  it('is a function of the artifact; its result is recorded and never computed again', () =>
    inProject(counting(STEP), async (project) => {
      const outcome = await project.run('counting', 'one two three');
      expect(resultOf(outcome).stats).toMatchObject({ words: 3 });
      expect(ofType(project.events(outcome.run), 'step_finished')).toMatchObject([
        { step: '1/s1', data: { backend: 'bubblewrap', result: { words: 3 } } },
      ]);
      project.write('reyn/project/counting/steps/count.py', 'def count(a):\n    return 1\n');
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('is not done again when a run goes on after its result was recorded', () =>
    inProject(counting(STEP), async (project) => {
      const stopped = await project.run(
        'counting',
        'a b',
        abortAt(({ type }) => type === 'step_finished'),
      );
      expect(stopped.status).toBe('interrupted');
      const before = ofType(project.events(stopped.run), 'step_finished');
      const done = await project.reyn.resume(stopped.run);
      expect(done.status).toBe('finished');
      expect(ofType(project.events(stopped.run), 'step_finished')).toEqual(before);
      expect(resultOf(done).stats).toEqual(before[0]?.data.result);
    }));

  it('gives the same when a run goes on from before its result was recorded', () =>
    inProject(counting(STEP), async (project) => {
      const stopped = await project.run(
        'counting',
        'a b',
        abortAt(({ type }) => type === 'run_skill_started'),
      );
      expect(stopped.status).toBe('interrupted');
      const done = await project.reyn.resume(stopped.run);
      expect(resultOf(done).stats).toMatchObject({ words: 2 });
    }));

  it.each([
    [
      'returns what does not fit',
      'wrong',
      'what wrong of steps/count.py in counting returned does not fit output_schema',
    ],
    ['raises', 'raises', 'ValueError at steps/count.py:12: no luck'],
    ['is not there', 'cuont', 'steps/count.py has no function "cuont"'],
  ])('that %s fails, and says where', (_, name, message) =>
    inProject(counting(called(name), `python: [{ module: count, function: ${name} }]`), async (project) => {
      const outcome = await project.run('counting', 'a');
      expect(outcome).toMatchObject({ status: 'failed', reason: { code: 'step' } });
      expect(outcome.reason?.message).toContain(message);
    }),
  );

  it('has the seconds that its permission says', () =>
    inProject(
      counting(called('slow'), 'python: [{ module: count, function: slow, timeout: 0.7 }]'),
      async (project) => {
        const outcome = await project.run('counting', 'a');
        expect(outcome.reason?.message).toContain('steps/count.py takes longer than 0.7 s');
        expect(ofType(project.events(outcome.run), 'step_finished')).toMatchObject([
          { data: { error: { code: 'python_timeout' } } },
        ]);
      },
    ));

  it('runs in the branches of a list', () => {
    const step =
      '{ type: iterate, over: stats, apply: { type: python, module: each, function: twice, output_schema: integer }, into: stats }';
    const md = phases(
      'lists',
      [
        'artifacts: { numbers: { stats: "integer[]" } }',
        'permissions: { python: [{ module: each, function: twice }] }',
      ],
      phase('work', 'input: numbers', 'model_class: none', 'preprocessor:', `  - ${step}`),
    );
    const files = { 'steps/each.py': 'def twice(a):\n    return a["item"] * 2 + a["index"]\n' };
    return inProject({ skills: { lists: { md, files } } }, async (project) => {
      const outcome = await project.run('lists', { stats: [5, 6, 7] });
      expect(resultOf(outcome)).toEqual({ stats: [10, 13, 16] });
    });
  });

  it('counts in the version of the skill', () =>
    inProject(counting(STEP), async (project) => {
      const before = project.reyn.skills.load('counting').fingerprint;
      project.write('reyn/project/counting/steps/lib/words.py', 'def words(text):\n    return []\n');
      expect(project.reyn.skills.load('counting').fingerprint).not.toBe(before);
    }));

  it('of the original gets its envelope', () => {
    const step = `{ type: python, module: ./old.py, function: kind, output_schema: { kind: string, n: integer }, into: data.stats }`;
    return inProject(counting(step, 'python: [{ module: ./old.py, function: kind, mode: safe }]'), async (project) => {
      const source = 'def kind(artifact):\n    return {"kind": artifact["type"], "n": len(artifact["data"]["text"])}\n';
      project.write('reyn/project/counting/old.py', source);
      const outcome = await project.run('counting', 'abc');
      expect(resultOf(outcome).stats).toEqual({ kind: 'user_message', n: 3 });
    });
  });
});

describe('leave for a python step', () => {
  it('is the declaration; without one the step is denied, on record, and nothing runs', () =>
    inProject(counting(STEP, 'python: [{ module: count, function: wrong }]'), async (project) => {
      const outcome = await project.run('counting', 'a');
      expect(outcome).toMatchObject({ status: 'failed', reason: { code: 'step' } });
      expect(outcome.reason?.message).toContain('does not declare python of "count:count"');
      const events = project.events(outcome.run);
      expect(ofType(events, 'permission_denied')).toMatchObject([
        {
          step: '1/s1',
          data: { kind: 'python', need: 'python', resource: 'count:count', by: 'declared' },
        },
      ]);
      expect(ofType(events, 'step_finished')).toEqual([]);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it.each([
    ['skip', undefined],
    ['empty', null],
  ])('that was denied follows on_error: %s', (onError, left) =>
    inProject(counting(called('count', `, on_error: ${onError}`), 'optional: [python]'), async (project) => {
      const outcome = await project.run('counting', 'a');
      expect(outcome.status).toBe('finished');
      expect(resultOf(outcome).stats).toBe(left);
    }),
  );

  it.each(['count:count', 'count.py:count', './count:*', '*'])(
    'is taken away by a rule of the operator on %s',
    (resource) => {
      const config = ['policy:', '  deny:', `    - { need: python, resource: "${resource}", reason: no snakes }`];
      return inProject(counting(STEP, PYTHON, { config }), async (project) => {
        const outcome = await project.run('counting', 'a');
        expect(outcome.reason?.message).toContain('no snakes');
      });
    },
  );

  it('is not had beneath a skill that does not declare the function itself', () => {
    const spec = counting(STEP);
    const above = onePhase(
      'above',
      'artifacts: { out: { stats: string } }',
      'permissions: { skill: { run: [counting] } }',
      'postprocessor:',
      '  output_name: all',
      '  output_schema: { type: object, properties: { sub: {} } }',
      '  steps: [{ type: run_skill, skill: counting, input: { text: a }, into: sub }]',
    );
    const rules = [{ turn: { finish: { stats: '-' } } }];
    return inProject({ ...spec, skills: { ...spec.skills, above: { md: above, rules } } }, async (project) => {
      const outcome = await project.run('above', 'a');
      expect(outcome.reason?.message).toContain('which does not declare python of "count:count" itself');
    });
  });

  it('is asked for where the user’s own config switches the sandbox off', () =>
    inProject(counting(STEP), async (project) => {
      const { config } = project.reyn;
      await project.reopen({ config: { ...config, sandbox: 'none' } });
      const { ask, asked } = person('deny');
      expect(await project.run('counting', 'a', { ask })).toMatchObject({ status: 'failed' });
      expect(asked).toMatchObject([{ kind: 'permission', about: { need: 'python', resource: 'count:count' } }]);
      const allowed = await project.run('counting', 'a', { ask: person('allow').ask });
      expect(resultOf(allowed).stats).toMatchObject({ words: 1 });
      expect(ofType(project.events(allowed.run), 'step_finished')).toMatchObject([{ data: { backend: 'none' } }]);
    }));

  it('that was recorded as denied is a difference once the skill declares it', () =>
    inProject(counting(STEP, 'python: []'), async (project) => {
      const outcome = await project.run('counting', 'a');
      const { skills } = counting(STEP);
      project.skill('counting', skills?.counting ?? {});
      const replay = await project.reyn.replay(outcome.run, { against: 'reyn/project/counting' });
      expect(replay).toMatchObject({ identical: false, difference: { step: '1/s1' } });
    }));
});
