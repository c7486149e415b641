import { describe, expect, it } from 'vitest';
import { abortAt, inProject, ofType, onePhase, type ProjectSpec, person, phase, phases } from '../../project.ts';

const FRONT = [
  'artifacts:',
  '  ask: { text: string, file: "string?", found: { type: object }, count: "integer?", wrong: "string[]?" }',
  '  report: { type: object }',
  'entry: prepare',
  'permissions: { file: { read: ["in/**"], write: ["out/**"] }, skill: { run: [helper] } }',
];

/** A skill of one phase without a model: its steps are all there is. Its result is the input as they left it. */
function steps(lines: readonly string[], more: Partial<ProjectSpec> = {}, front: readonly string[] = []): ProjectSpec {
  return {
    files: { 'in/a.txt': 'hello\n', 'in/b.txt': 'you\n' },
    ...more,
    skills: {
      demo: {
        md: phases(
          'demo',
          [...FRONT, ...front, 'final_output: report', 'graph: { prepare: [end] }'],
          phase('prepare', 'input: ask', 'model_class: none', 'preprocessor:', ...lines.map((line) => `  - ${line}`)),
        ),
      },
      helper: {
        md: onePhase('helper', 'artifacts: { note: { text: string } }'),
        rules: [{ turn: { finish: { text: `helped \${input.text}` } } }],
      },
    },
  };
}

const ASK = { text: 'x', found: {} };

describe('an op step', () => {
  it('takes arguments from the artifact as the steps before left it, and puts its result into it', () =>
    inProject(
      steps([
        '{ type: op, op: glob_files, args: { pattern: "in/*.txt" }, into: found }',
        `{ type: op, op: read_file, args: { path: "\${found.files.1}" }, into: found.second }`,
        `{ type: op, op: read_file, args: { path: "in/\${file}" }, into: found.first }`,
      ]),
      async (project) => {
        const { run, artifact } = await project.run('demo', { ...ASK, file: 'a.txt' });
        expect(artifact?.artifact).toMatchObject({
          file: 'a.txt',
          found: { files: ['in/a.txt', 'in/b.txt'], second: { text: 'you\n' }, first: { text: 'hello\n' } },
        });
        expect(ofType(project.events(run), 'op_started').map(({ step, data }) => [step, data.kind, data.args])).toEqual(
          [
            ['1/s1', 'glob_files', { pattern: 'in/*.txt' }],
            ['1/s2', 'read_file', { path: 'in/b.txt' }],
            ['1/s3', 'read_file', { path: 'in/a.txt' }],
          ],
        );
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));

  it('gives numbers to an op as numbers', () =>
    inProject(
      steps([`{ type: op, op: read_file, args: { path: in/a.txt, after: "\${count}" }, into: found }`]),
      async (project) => {
        const { artifact } = await project.run('demo', { ...ASK, count: 2 });
        expect(artifact?.artifact).toMatchObject({ found: { text: 'llo\n' } });
      },
    ));

  it.each([
    [
      'a template points to nothing',
      `{ type: op, op: read_file, args: { path: "\${file}" } }`,
      /absent in the artifact: file/,
    ],
    ['its arguments do not fit', `{ type: op, op: read_file, args: { path: "\${found}" } }`, /path must be string/],
    ['the op fails', '{ type: op, op: read_file, args: { path: in/none.txt } }', /"in\/none\.txt" does not exist/],
    ['the op would wait for a person', '{ type: op, op: ask_user, args: { question: "Why?" } }', /cannot be a step/],
    ['there is no such op', '{ type: op, op: dance }', /no op "dance"/],
  ])('fails the run when %s, and the end says which', (_, line, says) =>
    inProject(steps([line]), async (project) => {
      const outcome = await project.run('demo', ASK);
      expect(outcome).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'step', phase: 'prepare' } });
      expect(outcome.reason?.message).toMatch(says);
      expect(outcome.reason?.message).toContain('step 1/s1 (op) failed');
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }),
  );

  it('that may fail leaves its place absent or empty', () =>
    inProject(
      steps([
        '{ type: op, op: read_file, args: { path: in/none.txt }, into: found.a, on_error: skip }',
        `{ type: op, op: read_file, args: { path: "\${file}" }, into: wrong, on_error: empty }`,
      ]),
      async (project) => {
        const { artifact, exit } = await project.run('demo', ASK);
        expect([artifact?.artifact, exit]).toEqual([{ text: 'x', found: {}, wrong: [] }, 0]);
      },
    ));

  it('is passed over where its guard is closed, and leaves no trace', () =>
    inProject(
      steps([
        '{ type: op, op: read_file, args: { path: in/a.txt }, into: found.a, when: { input.text: other } }',
        '{ type: op, op: read_file, args: { path: in/b.txt }, into: found.b, when: { found.a: {} } }',
        '{ type: op, op: read_file, args: { path: in/b.txt }, into: found.c, when: { visits.prepare: 1 } }',
      ]),
      async (project) => {
        const { run, artifact } = await project.run('demo', ASK);
        expect(artifact?.artifact).toEqual({ ...ASK, found: { c: expect.anything() } });
        expect(ofType(project.events(run), 'op_started').map(({ step }) => step)).toEqual(['1/s3']);
      },
    ));

  it('is asked for like any op, and the run goes on with the answer', () =>
    inProject(
      steps([`{ type: op, op: write_file, args: { path: out/x.txt, content: "\${text}" } }`]),
      async (project) => {
        const first = await project.run('demo', ASK);
        expect(first).toMatchObject({ status: 'waiting', exit: 3, waiting: [{ kind: 'permission' }] });
        const [asked] = first.waiting;
        const outcome = await project.reyn.answer(asked?.id ?? '', 'allow');
        expect(outcome).toMatchObject({ status: 'finished' });
        expect(project.read('out/x.txt')).toBe('x');
      },
    ));

  it.each([
    ['fail', { status: 'failed', exit: 4, reason: { code: 'step' } }, []],
    ['skip', { status: 'finished', exit: 4 }, []],
    [
      'skip',
      { status: 'finished', exit: 0 },
      ['permissions: { optional: [file.write], file: { read: ["in/**"], write: ["out/**"] } }'],
    ],
  ])('that is denied ends as %s says, and the run exits by the denial', (onError, end, front) =>
    inProject(
      steps([`{ type: op, op: write_file, args: { path: out/x.txt, content: y }, on_error: ${onError} }`], {}, []),
      async (project) => {
        if (front.length > 0) {
          const md = project.read('reyn/project/demo/skill.md') ?? '';
          project.skill('demo', { md: md.replace(/^permissions:.*$/m, front.join('\n')) });
        }
        expect(await project.run('demo', ASK, { onAsk: 'fail' })).toMatchObject(end);
        expect(project.read('out/x.txt')).toBeUndefined();
      },
    ),
  );

  it('may run another skill', () =>
    inProject(
      steps([`{ type: op, op: run_skill, args: { skill: helper, input: "\${text}" }, into: found }`]),
      async (project) => {
        const { artifact } = await project.run('demo', ASK);
        expect(artifact?.artifact).toMatchObject({ found: { text: 'helped x' } });
      },
    ));

  it('that was done is not done again when the run is resumed', () =>
    inProject(
      steps([
        '{ type: op, op: read_file, args: { path: in/a.txt }, into: found.a }',
        '{ type: validate, schema: { type: object }, into: wrong }',
        '{ type: op, op: read_file, args: { path: in/b.txt }, into: found.b }',
      ]),
      async (project) => {
        const stopped = await project.run(
          'demo',
          ASK,
          abortAt(({ type }) => type === 'step_finished'),
        );
        expect(stopped).toMatchObject({ status: 'interrupted', exit: 130 });
        project.write('in/a.txt', 'changed\n');
        project.write('in/b.txt', 'changed\n');
        const { run, artifact } = await project.reyn.resume(stopped.run);
        expect(artifact?.artifact).toMatchObject({ found: { a: { text: 'hello\n' }, b: { text: 'changed\n' } } });
        expect(ofType(project.events(run), 'op_started').map(({ step }) => step)).toEqual(['1/s1', '1/s3']);
      },
    ));
});

describe('a validate step', () => {
  const schema = '{ type: object, properties: { text: { maxLength: 3 } } }';

  it('puts its findings where `into` says, none as an empty list', () =>
    inProject(steps([`{ type: validate, schema: ${schema}, into: wrong }`]), async (project) => {
      const wrong = async (text: string) => (await project.run('demo', { ...ASK, text })).artifact?.artifact;
      expect(await wrong('abcd')).toMatchObject({ wrong: ['text must NOT have more than 3 characters'] });
      expect(await wrong('abc')).toMatchObject({ wrong: [] });
    }));

  it('fails without `into` when there is something to find', () =>
    inProject(steps([`{ type: validate, path: ., schema: ${schema} }`]), async (project) => {
      expect(await project.run('demo', { ...ASK, text: 'abc' })).toMatchObject({ status: 'finished' });
      const failed = await project.run('demo', { ...ASK, text: 'abcd' });
      expect(failed).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'step' } });
      expect(failed.reason?.message).toBe('step 1/s1 (validate) failed: text must NOT have more than 3 characters');
    }));
});

describe('a preprocessor', () => {
  it('gives the model the input as the steps left it, once in each visit', () =>
    inProject(
      {
        files: { 'in/a.txt': 'hello\n' },
        skills: {
          demo: {
            md: phases(
              'demo',
              [
                ...FRONT.map((line) => line.replace('prepare', 'work')),
                'final_output: report',
                'graph: { work: [{ to: work2, when: { visits.work2: 0 } }, end], work2: [work] }',
              ],
              phase(
                'work',
                'input: ask',
                'preprocessor: [{ type: op, op: read_file, args: { path: in/a.txt }, into: found }]',
              ),
              phase('work2', 'input: report'),
            ),
            rules: [
              { match: { phase: 'work', visit: 1 }, turn: { to: 'work2', artifact: { saw: `\${input.found.text}` } } },
              { match: { phase: 'work2' }, turn: { to: 'work', artifact: { text: 'x', found: {} } } },
              { turn: { finish: { saw: `\${input.found.text}` } } },
            ],
          },
        },
      },
      async (project) => {
        const { run, artifact } = await project.run('demo', ASK);
        expect(artifact?.artifact).toEqual({ saw: 'hello\n' });
        expect(ofType(project.events(run), 'op_started').map(({ step }) => step)).toEqual(['1/s1', '3/s1']);
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));
});

describe('a postprocessor', () => {
  const post = (schema: string, ...lines: string[]): ProjectSpec => ({
    files: { 'in/a.txt': 'hello\n' },
    skills: {
      demo: {
        md: onePhase(
          'demo',
          'artifacts: { note: { text: string } }',
          'permissions: { file: { read: ["in/**"], write: ["out/**"] } }',
          'postprocessor:',
          '  output_name: letter',
          `  output_schema: ${schema}`,
          '  steps:',
          ...lines.map((line) => `    - ${line}`),
        ),
        rules: [{ turn: { finish: { text: 'in/a.txt' } } }],
      },
    },
  });
  const READ = `{ type: op, op: read_file, args: { path: "\${text}" }, into: body }`;

  it('makes the output of the result, which stays as it was', () =>
    inProject(post('{ type: object, required: [body] }', READ), async (project) => {
      const outcome = await project.run('demo', 'x');
      expect(outcome).toMatchObject({
        status: 'finished',
        artifact: { type: 'note', artifact: { text: 'in/a.txt' } },
        output: { name: 'letter', value: { text: 'in/a.txt', body: { text: 'hello\n' } } },
      });
      expect(ofType(project.events(outcome.run), 'op_started')[0]?.step).toBe('post/s1');
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('fails the run when the output does not fit its schema', () =>
    inProject(post('{ type: object, required: [title] }', READ), async (project) => {
      const outcome = await project.run('demo', 'x');
      expect(outcome).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'output' } });
      expect(outcome.reason?.message).toBe('the output letter does not fit: the value lacks the field "title"');
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('waits for a person like any step, and goes on', () =>
    inProject(
      post('{ type: object }', '{ type: op, op: write_file, args: { path: out/x, content: y } }'),
      async (project) => {
        const waiting = await project.run('demo', 'x');
        expect(waiting.status).toBe('waiting');
        const { ask, asked } = person('allow');
        expect(await project.reyn.resume(waiting.run, { ask })).toMatchObject({ status: 'finished', exit: 0 });
        expect([asked.length, project.read('out/x')]).toEqual([1, 'y']);
      },
    ));
});
