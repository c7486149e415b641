import { describe, expect, it } from 'vitest';
import { derivedId } from '../../../src/os/ids.ts';
import type { Json } from '../../../src/os/json.ts';
import { abortAt, inProject, ofType, onePhase, type ProjectSpec, phase, phases } from '../../project.ts';

/** A skill whose one phase has no model: its preprocessor is these lines of YAML. */
function stepping(
  steps: readonly string[],
  permissions = '{ file: { read: ["in/**"] }, skill: { run: [echo, asks] } }',
) {
  const front = [
    'artifacts:',
    '  words: { words: "string[]" }',
    '  done: { type: object, properties: { words: { type: array }, out: {}, item: {} }, required: [out] }',
    `permissions: ${permissions}`,
    'final_output: done',
  ];
  return {
    md: phases('stepping', front, phase('work', 'input: words', 'model_class: none', 'preprocessor:', ...steps)),
  };
}

const ECHO = {
  md: onePhase('echo', 'artifacts: { said: { text: string } }'),
  rules: [{ turn: { finish: { text: `echo \${input.text}` } } }],
};
const ASKS = {
  md: phases('asks', ['artifacts: { said: { text: string } }'], phase('ask', 'allowed_ops: [ask_user]')),
  rules: [
    { match: { turn: 1 }, turn: { ops: [{ kind: 'ask_user', args: { question: `Say \${input.text}` } }] } },
    { turn: { finish: { text: `\${results.0.answer}` } } },
  ],
};

const spec = (steps: readonly string[], more: Partial<ProjectSpec> = {}): ProjectSpec => ({
  files: { 'in/a': 'A', 'in/b': 'B' },
  skills: { stepping: stepping(steps), echo: ECHO, asks: ASKS },
  ...more,
});

const outOf = ({ artifact }: { artifact?: { artifact: Json } }) =>
  (artifact as { artifact: { out: Json } }).artifact.out;

const EACH = (apply: string, ...more: string[]) => [
  '  - type: iterate',
  '    over: words',
  `    apply: ${apply}`,
  ...more.map((line) => `    ${line}`),
  '    into: out',
];

describe('iterate', () => {
  it('does one branch per item and joins the results in the order of the list', () =>
    inProject(
      spec(EACH(`{ type: run_skill, skill: echo, input: "\${item} at \${index}" }`, 'concurrency: 2')),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['x', 'y', 'z'] });
        expect(outOf(outcome)).toEqual([{ text: 'echo x at 0' }, { text: 'echo y at 1' }, { text: 'echo z at 2' }]);
        const events = project.events(outcome.run);
        expect(ofType(events, 'branches_opened')).toMatchObject([{ step: '1/s1', data: { count: 3 } }]);
        expect(ofType(events, 'op_started').map(({ step }) => step)).toEqual(['1/s1/i1', '1/s1/i2', '1/s1/i3']);
        expect(ofType(events, 'op_started')[2]?.data.child).toBe(derivedId(outcome.run, '1/s1/i3'));
        expect(outcome.spent).toMatchObject({ turns: 3, ops: 3 });
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
        expect(project.reyn.verify()).toMatchObject({ ok: true });
      },
    ));

  it('hands a sub-skill the item alone when it gives it no input', () =>
    inProject(spec(EACH('{ type: run_skill, skill: echo }')), async (project) => {
      const outcome = await project.run('stepping', { words: ['only'] });
      expect(outOf(outcome)).toEqual([{ text: 'echo only' }]);
    }));

  it('of an empty list is done at once, with an empty list', () =>
    inProject(spec(EACH('{ type: run_skill, skill: echo }')), async (project) => {
      const outcome = await project.run('stepping', { words: [] });
      expect(outOf(outcome)).toEqual([]);
      expect(project.types(outcome.run)).not.toContain('branches_opened');
    }));

  it('takes no more branches at a time than it says', () =>
    inProject(
      spec(EACH('{ type: run_skill, skill: echo }', 'concurrency: 3'), {
        skills: {
          stepping: stepping(EACH('{ type: run_skill, skill: echo }', 'concurrency: 3')),
          echo: { ...ECHO, rules: [{ turn: { finish: { text: 'x' }, delay_ms: 15 } }] } as never,
        },
      }),
      async (project) => {
        let most = 0;
        let open = 0;
        const outcome = await project.run(
          'stepping',
          { words: Array.from({ length: 9 }, String) },
          {
            onEvent: ({ type }) => {
              if (type === 'op_started') open += 1;
              if (type === 'op_finished') open -= 1;
              most = Math.max(most, open);
            },
          },
        );
        expect(outcome.status).toBe('finished');
        expect(most).toBe(3);
      },
    ));

  it('that fails in a branch fails with it, beginning no further ones', () =>
    inProject(
      spec(EACH(`{ type: op, op: read_file, args: { path: "in/\${item}" } }`, 'concurrency: 1')),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['a', 'none', 'b'] });
        expect(outcome).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'step' } });
        expect(outcome.reason?.message).toContain('1/s1/i2 (op) failed');
        expect(ofType(project.events(outcome.run), 'op_started')).toHaveLength(2);
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));

  it.each([
    ['skip', ['A', 'B']],
    ['empty', ['A', null, 'B']],
  ])('whose branch may fail goes on: %s', (onError, texts) =>
    inProject(
      spec(EACH(`{ type: op, op: read_file, args: { path: "in/\${item}" }, on_error: ${onError} }`)),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['a', 'none', 'b'] });
        expect((outOf(outcome) as ({ text: string } | null)[]).map((each) => each?.text ?? null)).toEqual(texts);
      },
    ),
  );

  it('leaves out branches whose guard does not hold', () =>
    inProject(
      spec(EACH(`{ type: op, op: read_file, args: { path: "in/\${item}" }, when: { input.item: { enum: [b] } } }`)),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['a', 'b'] });
        expect(outOf(outcome)).toMatchObject([{ text: 'B' }]);
      },
    ));

  it('over what is no list fails with the path', () =>
    inProject(
      spec(EACH('{ type: run_skill, skill: echo }').map((line) => line.replace('over: words', 'over: item'))),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['a'] });
        expect(outcome.reason?.message).toContain('there is no list at item');
      },
    ));

  it('within iterate sees both items and keeps the shape', () =>
    inProject(
      spec([
        '  - type: iterate',
        '    over: words',
        '    as: outer',
        `    apply: { type: iterate, over: words, apply: { type: run_skill, skill: echo, input: "\${outer}\${item}" } }`,
        '    into: out',
      ]),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['x', 'y'] });
        expect(outOf(outcome)).toEqual([
          [{ text: 'echo xx' }, { text: 'echo xy' }],
          [{ text: 'echo yx' }, { text: 'echo yy' }],
        ]);
        const steps = ofType(project.events(outcome.run), 'op_started').map(({ step }) => step);
        expect([...steps].sort()).toEqual(['1/s1/i1/i1', '1/s1/i1/i2', '1/s1/i2/i1', '1/s1/i2/i2']);
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));
});

describe('parallel', () => {
  it('joins its branches under their names, in the order written', () =>
    inProject(
      spec([
        '  - type: parallel',
        '    branches:',
        '      file: { type: op, op: read_file, args: { path: in/a } }',
        `      said: { type: run_skill, skill: echo, input: "\${words.0}" }`,
        '      none: { type: op, op: read_file, args: { path: in/none }, on_error: skip }',
        '    into: out',
      ]),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['w'] });
        const out = outOf(outcome) as Record<string, unknown>;
        expect(Object.keys(out)).toEqual(['file', 'said']);
        expect(out).toMatchObject({ file: { text: 'A' }, said: { text: 'echo w' } });
        expect(ofType(project.events(outcome.run), 'op_started').map(({ step }) => step)).toContain('1/s1/b-said');
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));
});

describe('a branch that waits', () => {
  const steps = EACH(`{ type: run_skill, skill: asks }`, 'concurrency: 2');

  it('lets the others end; then the run suspends, and goes on from the root when all are answered', () =>
    inProject(spec(steps), async (project) => {
      const waiting = await project.run('stepping', { words: ['x', 'y', 'z'] });
      expect(waiting).toMatchObject({ status: 'waiting', exit: 3 });
      expect(waiting.waiting.map(({ text }) => text).sort()).toEqual(['Say x', 'Say y', 'Say z']);
      let outcome = waiting;
      for (const said of ['1', '2', '3']) {
        const reyn = await project.reopen();
        outcome = await reyn.answer(outcome.waiting[0]?.id ?? '', said);
      }
      expect(outcome.status).toBe('finished');
      expect(outOf(outcome)).toHaveLength(3);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('is answered in place by a person who is there', () =>
    inProject(spec(steps), async (project) => {
      const ask = async ({ text }: { text: string }) => text.replace('Say', 'said');
      const outcome = await project.run('stepping', { words: ['x', 'y'] }, { ask });
      expect(outOf(outcome)).toEqual([{ text: 'said x' }, { text: 'said y' }]);
    }));
});

describe('a run with branches that is interrupted', () => {
  it.each([3, 5, 8, 11, 14])('at event %i goes on and ends as if it had not been', (at) =>
    inProject(spec(EACH('{ type: run_skill, skill: echo }', 'concurrency: 2')), async (project) => {
      const words = ['a', 'b', 'c', 'd'];
      const stopped = await project.run(
        'stepping',
        { words },
        abortAt((_, count) => count === at),
      );
      const reyn = await project.reopen();
      const outcome = stopped.status === 'finished' ? stopped : await reyn.resume(stopped.run);
      expect(outOf(outcome)).toEqual(words.map((word) => ({ text: `echo ${word}` })));
      expect(outcome.spent).toMatchObject({ turns: 4, ops: 4 });
      expect(reyn.runs.list()).toHaveLength(5);
      expect(await reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }),
  );
});

describe('limits over branches', () => {
  it('hold for all sub-runs together, however many are under way', () =>
    inProject(spec(EACH('{ type: run_skill, skill: echo }', 'concurrency: 8')), async (project) => {
      const words = Array.from({ length: 8 }, String);
      const outcome = await project.run('stepping', { words }, { limits: { max_turns: 5 } });
      expect(outcome).toMatchObject({ status: 'failed', exit: 5 });
      expect(outcome.spent.turns).toBeLessThanOrEqual(5);
      const turns = project.reyn.runs.list().filter(({ parent }) => parent !== undefined);
      expect(turns.reduce((sum, run) => sum + run.spent.turns, 0)).toBe(5);
      const stopped = project.reyn.runs.list().flatMap(({ run }) => ofType(project.events(run), 'limit_reached'));
      expect(stopped.map(({ data }) => `${data.used} of ${data.cap}`)).toContain('5 of 5');
      for (const { run } of project.reyn.runs.list()) {
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      }
    }));

  it('are asked about once, where a person may raise them, and the branches go on', () =>
    inProject(
      spec(EACH(`{ type: op, op: read_file, args: { path: "in/\${item}" } }`, 'concurrency: 2')),
      async (project) => {
        const asked: string[] = [];
        const ask = async ({ text }: { text: string }) => {
          asked.push(text);
          return 'continue';
        };
        const limits = { max_ops: 3, on_limit: 'ask' } as const;
        const outcome = await project.run('stepping', { words: ['a', 'b', 'a', 'b', 'a'] }, { limits, ask });
        expect(outcome.status).toBe('finished');
        expect(asked).toHaveLength(1);
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));

  it('of a run above stop a sub-run without a question that could not help', () =>
    inProject(spec(EACH('{ type: run_skill, skill: echo }', 'concurrency: 1')), async (project) => {
      const asked: string[] = [];
      const ask = async ({ text }: { text: string }) => {
        asked.push(text);
        return 'continue';
      };
      const limits = { max_turns: 1, on_limit: 'ask' } as const;
      const outcome = await project.run('stepping', { words: ['a', 'b'] }, { limits, ask });
      expect(outcome).toMatchObject({ status: 'failed', exit: 5 });
      expect(asked).toEqual([]);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('stop the beginning of further branches', () =>
    inProject(
      spec(EACH(`{ type: op, op: read_file, args: { path: "in/\${item}" } }`, 'concurrency: 2')),
      async (project) => {
        const outcome = await project.run('stepping', { words: ['a', 'b', 'a', 'b'] }, { limits: { max_ops: 3 } });
        expect(outcome).toMatchObject({ status: 'failed', exit: 5, reason: { code: 'limit' } });
        expect(ofType(project.events(outcome.run), 'op_started')).toHaveLength(3);
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));
});
