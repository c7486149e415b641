import { describe, expect, it } from 'vitest';
import { inProject, ofType, onePhase, phase, phases, type Rule, type TestProject } from '../../project.ts';
import { framesOf, recorded } from './logs.ts';

const TYPES = ['artifacts:', '  note: { text: string }', '  job: { text: string, size: integer }'];
const none = (name: string, input: string, ...lines: string[]) =>
  phase(name, `input: ${input}`, 'model_class: none', ...lines);

/** Candidates at every turn, as `phase: edges`. */
function offered(project: TestProject, run: string): string[] {
  return framesOf(recorded(project, 'demo', run)).map(
    ({ frame }) => `${frame.phase}: ${frame.candidates.map(({ id }) => id).join(' ')}`,
  );
}

function demo(md: string, ...rules: Rule[]) {
  return { skills: { demo: { md, rules } } };
}

describe('a guard', () => {
  it('on visits closes its edge when the count is reached, and the edge is offered no more', () =>
    inProject(
      demo(
        phases(
          'demo',
          [
            ...TYPES,
            'entry: draft',
            'final_output: note',
            'graph: { draft: [review], review: [{ to: revise, when: { visits.revise: { maximum: 2 } } }, end], revise: [review] }',
          ],
          phase('draft', 'input: user_message'),
          phase('review', 'input: note'),
          phase('revise', 'input: note'),
        ),
        { match: { phase: 'review', visit: { maximum: 3 } }, turn: { to: 'revise', artifact: { text: 'more' } } },
        { match: { phase: 'review' }, turn: { finish: { text: 'done' } } },
        { turn: { to: 'review', artifact: { text: 'again' } } },
      ),
      async (project) => {
        const { run, status, spent } = await project.run('demo', 'x');
        expect([status, spent.visits]).toEqual(['finished', 8]);
        expect(offered(project, run).filter((line) => line.startsWith('review'))).toEqual([
          'review: to_revise finish abort',
          'review: to_revise finish abort',
          'review: to_revise finish abort',
          'review: finish abort',
        ]);
      },
    ));

  it('on the input decides before the model is asked; an absent path fails it', () =>
    inProject(
      demo(
        phases(
          'demo',
          [
            ...TYPES,
            '  ask: { text: string, kind: "string?" }',
            'entry: sort',
            'final_output: note',
            'graph:',
            '  sort:',
            '    - { to: big, when: { input.kind: big } }',
            '    - { to: other, when: { input.kind: { not: { const: big } } } }',
            '    - end',
            '  big: [end]',
            '  other: [end]',
          ],
          phase('sort', 'input: ask'),
          phase('big', 'input: note'),
          phase('other', 'input: note'),
        ),
        { turn: { finish: { text: 'x' } } },
      ),
      async (project) => {
        const edges: Record<string, string> = {};
        for (const kind of ['big', 'small', undefined]) {
          const { run } = await project.run('demo', kind === undefined ? { text: 'x' } : { text: 'x', kind });
          edges[String(kind)] = offered(project, run).join();
        }
        expect(edges).toEqual({
          big: 'sort: to_big finish abort',
          small: 'sort: to_other finish abort',
          undefined: 'sort: finish abort',
        });
      },
    ));

  it('on the artifact looks at what carry filled too, and its miss is told by name', () =>
    inProject(
      demo(
        phases(
          'demo',
          [
            ...TYPES,
            'entry: a',
            'final_output: note',
            'graph:',
            '  a: [{ to: b, carry: { text: input.text }, when: { artifact.text: { minLength: 3 } } }, end]',
            '  b: [end]',
          ],
          phase('a', 'input: user_message'),
          phase('b', 'input: job'),
        ),
        { match: { phase: 'a', attempt: 1 }, turn: { to: 'b', artifact: { size: 1 } } },
        { turn: { finish: { text: 'x' } } },
      ),
      async (project) => {
        const short = await project.run('demo', 'ab');
        const [error] = ofType(project.events(short.run), 'validation_error');
        expect(error?.data.violation).toMatchObject({ code: 'guard', path: 'artifact.text', got: '"ab"' });
        const long = await project.run('demo', 'abc');
        expect(ofType(project.events(long.run), 'turn_decided').map(({ data }) => data.to)).toEqual(['b', 'end']);
      },
    ));

  it('that leaves no edge open ends the run, and no model is asked', () =>
    inProject(
      demo(
        phases(
          'demo',
          [...TYPES, 'entry: a', 'final_output: note', 'graph: { a: [{ to: end, when: { input.text: go } }] }'],
          phase('a', 'input: user_message'),
        ),
        { turn: { finish: { text: 'x' } } },
      ),
      async (project) => {
        expect(await project.run('demo', 'go')).toMatchObject({ status: 'finished', exit: 0 });
        const stuck = await project.run('demo', 'stay');
        expect(stuck).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'no_candidate', phase: 'a' } });
        expect(project.types(stuck.run)).toEqual(['run_skill_started', 'run_failed']);
        expect(await project.reyn.replay(stuck.run)).toMatchObject({ identical: true });
      },
    ));
});

describe('a phase without a model', () => {
  const gate = phases(
    'demo',
    [
      ...TYPES,
      'entry: gate',
      'final_output: job',
      'graph:',
      '  gate:',
      '    - { to: again, when: { size: { exclusiveMaximum: 3 }, visits.again: { maximum: 1 } } }',
      '    - { to: end, when: { input.text: fast } }',
      '    - { to: write, carry: { question: run.input.text } }',
      '  again: [gate]',
      '  write: [end]',
    ],
    none('gate', 'job'),
    none('again', 'job'),
    phase('write', 'input: question'),
  ).replace(
    '  note: { text: string }',
    '  note: { text: string }\n  question: { text: string, size: integer, question: string }',
  );
  const rule = { turn: { finish: { text: 'written', size: 9 } } };

  it('is left by the first edge whose guard holds, in the order of the graph', () =>
    inProject(demo(gate, rule), async (project) => {
      const to = async (text: string, size: number) => {
        const { run, artifact } = await project.run('demo', { text, size });
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
        return [ofType(project.events(run), 'phase_left').map(({ data }) => data.to), artifact?.artifact];
      };
      expect(await to('slow', 1)).toEqual([['again', 'gate', 'again', 'gate', 'write'], { text: 'written', size: 9 }]);
      expect(await to('fast', 3)).toEqual([['end'], { text: 'fast', size: 3 }]);
      expect(await to('slow', 3)).toEqual([['write'], { text: 'written', size: 9 }]);
    }));

  it('may lead to another type, filled by carry', () =>
    inProject(demo(gate, rule), async (project) => {
      const { run } = await project.run('demo', { text: 'slow', size: 3 });
      expect(ofType(project.events(run), 'phase_left')[0]?.data).toEqual({
        to: 'write',
        type: 'question',
        artifact: { text: 'slow', size: 3, question: 'slow' },
      });
    }));

  it('fails the run when what leaves it does not fit', () =>
    inProject(
      demo(
        phases('demo', [...TYPES, 'entry: a', 'final_output: job', 'graph: { a: [end] }'], none('a', 'user_message')),
      ),
      async (project) => {
        const outcome = await project.run('demo', 'x');
        expect(outcome).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'artifact', phase: 'a' } });
        expect(outcome.reason?.message).toBe(
          'what leaves a to end does not fit: job: the value lacks the field "size"',
        );
      },
    ));

  it('fails the run when no guard holds', () =>
    inProject(
      demo(
        phases(
          'demo',
          [...TYPES, 'entry: a', 'final_output: note', 'graph: { a: [{ to: end, when: { text: y } }] }'],
          none('a', 'note'),
        ),
      ),
      async (project) => {
        expect(await project.run('demo', { text: 'y' })).toMatchObject({ status: 'finished', exit: 0 });
        const outcome = await project.run('demo', { text: 'x' });
        expect(outcome).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'no_candidate', phase: 'a' } });
      },
    ));

  it('goes round no more often than the limit on visits allows', () =>
    inProject(
      demo(
        phases(
          'demo',
          [...TYPES, 'entry: a', 'final_output: note', 'graph: { a: [{ to: b, when: { text: round } }, end], b: [a] }'],
          none('a', 'note'),
          none('b', 'note'),
        ),
      ),
      async (project) => {
        const outcome = await project.run('demo', { text: 'round' }, { limits: { max_phase_visits: 4 } });
        expect(outcome).toMatchObject({ status: 'failed', exit: 5, reason: { code: 'limit' } });
        expect(ofType(project.events(outcome.run), 'phase_left')).toHaveLength(8);
        expect(ofType(project.events(outcome.run), 'limit_reached')[0]?.data).toEqual({
          limit: 'max_phase_visits',
          used: 5,
          cap: 4,
        });
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));
});

describe('carry', () => {
  it('fills from the input, the input of the run and what phases last left', () =>
    inProject(
      demo(
        phases(
          'demo',
          [
            'artifacts:',
            '  note: { text: string }',
            '  all: { own: string, here: string, first: string, before: string }',
            'entry: a',
            'final_output: all',
            'graph:',
            '  a: [b]',
            '  b: [c]',
            '  c: [{ to: end, carry: { here: input.text, first: run.input.text, before: phases.a.text } }]',
          ],
          phase('a', 'input: user_message'),
          phase('b', 'input: note'),
          phase('c', 'input: note'),
        ),
        { match: { phase: 'a' }, turn: { to: 'b', artifact: { text: 'from a' } } },
        { match: { phase: 'b' }, turn: { to: 'c', artifact: { text: 'from b' } } },
        { turn: { finish: { own: 'mine' } } },
      ),
      async (project) => {
        const { run, artifact } = await project.run('demo', 'first words');
        expect(artifact?.artifact).toEqual({ own: 'mine', here: 'from b', first: 'first words', before: 'from a' });
        const [last] = framesOf(recorded(project, 'demo', run)).slice(-1);
        const schema = last?.frame.candidates[0]?.schema;
        expect([Object.keys(schema?.properties ?? {}), schema?.required]).toEqual([['own'], ['own']]);
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));
});

describe('a union', () => {
  const md = phases(
    'demo',
    [...TYPES, 'entry: a', 'final_output: note', 'graph: { a: [b], b: [end] }'],
    phase('a', 'input: user_message'),
    phase('b', 'input: note | job'),
  );

  it('offers a candidate for each member, with its own schema, and the phase is told which it got', () =>
    inProject(
      demo(
        md,
        { match: { phase: 'a' }, turn: { to: 'b', type: 'job', artifact: { text: 'x', size: 2 } } },
        { turn: { finish: { text: 'done' } } },
      ),
      async (project) => {
        const { run } = await project.run('demo', 'x');
        const [a, b] = framesOf(recorded(project, 'demo', run));
        expect(a?.frame.candidates.map(({ id, type }) => [id, type])).toEqual([
          ['to_b__note', 'note'],
          ['to_b__job', 'job'],
          ['abort', undefined],
        ]);
        expect(b?.frame.user[0]?.name).toBe('Input (job)');
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));
});

describe('an artifact that is a list', () => {
  it('goes along edges and replays as it is', () =>
    inProject(
      demo(
        onePhase('demo', 'artifacts: { names: { type: array, items: { type: string }, minItems: 1 } }'),
        { match: { attempt: 1 }, turn: { finish: [] } },
        { turn: { finish: ['a', 'b'] } },
      ),
      async (project) => {
        const { run, artifact } = await project.run('demo', 'x');
        expect(artifact).toEqual({ type: 'names', artifact: ['a', 'b'] });
        expect(project.types(run)).toContain('validation_error');
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));
});

describe('abort', () => {
  it('is open to the model at every turn, ends the run and says why', () =>
    inProject(
      demo(onePhase('demo', ...TYPES, 'final_output: note'), { turn: { abort: 'There is nothing to do.' } }),
      async (project) => {
        const outcome = await project.run('demo', 'x');
        expect(outcome).toMatchObject({
          status: 'aborted',
          exit: 1,
          reason: { code: 'aborted_by_model', message: 'There is nothing to do.' },
        });
        expect(project.types(outcome.run)).toEqual(['run_skill_started', 'turn_decided', 'run_aborted']);
        expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
      },
    ));
});

describe('a shared phase', () => {
  it('runs in a skill that names it in its graph', () =>
    inProject(
      {
        files: {
          'reyn/project/shared/phases/check.md': '---\ntype: phase\nname: check\ninput: claim\n---\nCheck the claim.\n',
          'reyn/project/shared/artifacts/claim.yaml':
            'type: object\nproperties: { text: { type: string } }\nrequired: [text]\nadditionalProperties: false\n',
        },
        skills: {
          demo: {
            md: phases(
              'demo',
              [
                'artifacts: { note: { text: string } }',
                'entry: a',
                'final_output: note',
                'graph: { a: [shared/check], shared/check: [end] }',
              ],
              phase('a', 'input: user_message'),
            ),
            rules: [
              { match: { phase: 'a' }, turn: { to: 'shared/check', artifact: { text: 'x' } } },
              { turn: { finish: { text: 'checked' } } },
            ],
          },
        },
      },
      async (project) => {
        const { run, artifact } = await project.run('demo', 'x');
        expect(artifact?.artifact).toEqual({ text: 'checked' });
        expect(offered(project, run)).toEqual(['a: to_shared_check abort', 'shared/check: finish abort']);
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));
});
