import { describe, expect, it } from 'vitest';
import { derivedId } from '../../../src/os/ids.ts';
import { inProject, ofType, onePhase, type ProjectSpec, phase, phases, type SkillFiles } from '../../project.ts';

/** Judges a text; asks a person where the text says so. */
const JUDGE: SkillFiles = {
  md: phases(
    'judge',
    ['artifacts:', '  text: { text: string }', '  mark: { score: "number 0..1" }', 'final_output: mark'],
    phase('read', 'input: text', 'allowed_ops: [ask_user]'),
  ),
  rules: [
    {
      match: { turn: 1, input: { text: { pattern: '^ask' } } },
      turn: { ops: [{ kind: 'ask_user', args: { question: 'How good?' } }] },
    },
    { match: { input: { text: { pattern: 'again' } } }, turn: { finish: { score: 0.9 } } },
    { turn: { finish: { score: 0.2 } } },
  ],
};

/** Writes, has it judged, and writes again until the mark is good. */
const WRITER: SkillFiles = {
  md: phases(
    'writer',
    [
      'artifacts:',
      '  draft: { text: string, score: "number?" }',
      'final_output: draft',
      'entry: write',
      'permissions: { skill: { run: [judge] } }',
      'graph:',
      '  write: ["@judge"]',
      '  "@judge":',
      '    - { to: rewrite, when: { score: { maximum: 0.5 } }, carry: { text: phases.write.text, score: input.score } }',
      '    - { to: end, carry: { text: phases.write.text } }',
      '  rewrite: ["@judge"]',
    ],
    phase('write', 'input: user_message'),
    phase('rewrite', 'input: draft'),
  ),
  rules: [
    { match: { phase: 'write' }, turn: { to: '@judge', artifact: { text: `\${input.text}` } } },
    { match: { phase: 'rewrite' }, turn: { to: '@judge', artifact: { text: `\${input.text} again` } } },
  ],
};

const family = (more: Partial<ProjectSpec> = {}): ProjectSpec => ({
  skills: { judge: JUDGE, writer: WRITER },
  ...more,
});

describe('a skill as a node of a graph', () => {
  it('runs as a phase without a model, between phases that know nothing of it', () =>
    inProject(family(), async (project) => {
      const outcome = await project.run('writer', 'tea');
      expect(outcome.reason).toBeUndefined();
      expect(outcome).toMatchObject({
        status: 'finished',
        artifact: { type: 'draft', artifact: { text: 'tea', score: 0.9 } },
      });
      const events = project.events(outcome.run);
      expect(ofType(events, 'phase_left').map(({ data }) => data.to)).toEqual(['rewrite', 'end']);
      expect(ofType(events, 'turn_decided')[0]?.data).toMatchObject({ to: '@judge', type: 'judge.text' });
      expect(project.reyn.runs.show(derivedId(outcome.run, '2/s1'))).toMatchObject({
        skill: 'judge',
        parent: outcome.run,
      });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('shows the model what the skill takes, and holds it to that', () =>
    inProject(
      family({
        skills: {
          judge: JUDGE,
          writer: { ...WRITER, rules: [{ turn: { to: '@judge', artifact: { words: 'tea' } } }] },
        },
      }),
      async (project) => {
        const outcome = await project.run('writer', 'tea');
        expect(outcome.status).toBe('failed');
        expect(ofType(project.events(outcome.run), 'validation_error')[0]?.data.violation.message).toContain(
          'judge.text',
        );
      },
    ));

  it('suspends its run while it waits, and goes on with the contract it began with', () =>
    inProject(family(), async (project) => {
      const waiting = await project.run('writer', 'ask me');
      expect(waiting).toMatchObject({ status: 'waiting', waiting: [{ skill: 'judge', root: waiting.run }] });
      project.skill('judge', { md: (JUDGE.md ?? '').replaceAll('text: { text: string }', 'text: { words: string }') });
      const reyn = await project.reopen();
      const outcome = await reyn.answer(waiting.waiting[0]?.id ?? '', 'bad');
      expect(outcome.status).toBe('failed'); // the second judge is of today, and takes words
      expect(outcome.reason?.message).toContain('judge was not started');
      expect(project.reyn.runs.show(derivedId(outcome.run, '2/s1'))).toMatchObject({ status: 'finished' });
      expect(await reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('may not be run where the skill does not declare that it runs it', () =>
    inProject(
      family({
        skills: { judge: JUDGE, writer: { ...WRITER, md: (WRITER.md ?? '').replace('run: [judge]', 'run: []') } },
      }),
      async (project) => {
        expect(await project.run('writer', 'tea')).toMatchObject({
          status: 'failed',
          exit: 4,
          denied: [{ need: 'skill.run' }],
        });
      },
    ));

  it.each([
    ['is not there', {}, 'there is no skill "judge"'],
    ['does not load', { judge: { md: '---\ntype: skill\nname: judge\n---\n' } }, 'the skill "judge" does not load'],
  ])('that %s is a finding at the node', (_, others, message) =>
    inProject({ skills: { writer: WRITER, ...others } }, async (project) => {
      const findings = project.reyn.skills.lint(['writer']);
      expect(findings[0]).toMatchObject({ rule: 'format/unknown-skill', file: 'skill.md', line: 12 });
      expect(findings[0]?.message).toContain(message);
    }),
  );

  it('is looked at anew when the skill it names changes', () =>
    inProject(family(), async (project) => {
      expect(project.reyn.skills.load('writer').artifacts['judge.text']?.schema.properties).toHaveProperty('text');
      project.skill('judge', { md: (JUDGE.md ?? '').replace('text: { text: string }', 'text: { words: string }') });
      expect(project.reyn.skills.load('writer').artifacts['judge.text']?.schema.properties).toHaveProperty('words');
    }));

  it('does not change the version of the skill that names it', () =>
    inProject(family(), async (project) => {
      const before = project.reyn.skills.load('writer').fingerprint;
      project.skill('judge', { md: `${JUDGE.md}\nMore.\n` });
      expect(project.reyn.skills.load('writer').fingerprint).toBe(before);
    }));

  it('gives what its postprocessor makes, where it has one', () =>
    inProject(
      {
        skills: {
          pair: {
            md: phases(
              'pair',
              [
                'artifacts: { draft: { text: string } }',
                'permissions: { file: { read: ["in/**"] } }',
                'postprocessor:',
                '  output_name: pages',
                '  output_schema: { type: object, properties: { text: { type: string }, file: {} }, required: [text] }',
                '  steps: [{ type: op, op: read_file, args: { path: in/a }, into: file }]',
              ],
              phase('write', 'input: user_message'),
            ),
            rules: [{ turn: { finish: { text: 'x' } } }],
          },
          outer: {
            md: onePhase('outer', 'artifacts: { all: { text: string, file: { type: object } } }')
              .replace(
                'artifacts:',
                'permissions: { skill: { run: [pair] }, file: { read: ["in/**"] } }\nentry: go\ngraph: { go: ["@pair"], "@pair": [end] }\nartifacts:',
              )
              .replace('Do the work.', '## phase: go\n\nDo it.'),
            rules: [{ turn: { to: '@pair', artifact: { text: 'm' } } }],
          },
        },
        files: { 'in/a': 'A' },
      },
      async (project) => {
        expect(await project.run('outer', 'go')).toMatchObject({
          status: 'finished',
          artifact: { artifact: { text: 'x', file: { text: 'A' } } },
        });
      },
    ));
});
