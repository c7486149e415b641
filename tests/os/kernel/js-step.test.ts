import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/os/json.ts';
import { abortAt, inProject, ofType, type ProjectSpec, phase, phases } from '../../project.ts';

const COUNT = `import { words } from './lib/words.js';
export function count({ text }) {
  const all = words(text);
  return { words: all.length, longest: all.toSorted((a, b) => b.length - a.length)[0] ?? '', dice: Math.random() };
}
export const wrong = () => ({ words: 'many' });
export const throws = () => { throw new Error('no luck'); };
`;

function counting(step: string): ProjectSpec {
  const md = phases(
    'counting',
    ['artifacts:', '  stats: { type: object, properties: { text: { type: string }, stats: {} }, required: [stats] }'],
    phase('work', 'input: user_message', 'model_class: none', 'preprocessor:', `  - ${step}`),
  );
  const files = {
    'steps/count.js': COUNT,
    'steps/lib/words.js': "export const words = (text) => text.split(/\\s+/).filter((word) => word !== '');\n",
  };
  return { skills: { counting: { md, files } } };
}

const SCHEMA = 'output_schema: { words: "integer 0..", longest: string, dice: number }';
const STEP = `{ type: js, module: count, function: count, ${SCHEMA}, into: stats }`;
const resultOf = ({ artifact }: { artifact?: { artifact: Json } }) => artifact?.artifact as Record<string, Json>;

describe('a js step', () => {
  it('is a function of the artifact; its result is recorded and never computed again', () =>
    inProject(counting(STEP), async (project) => {
      const outcome = await project.run('counting', 'one three eleven');
      expect(resultOf(outcome).stats).toMatchObject({ words: 3, longest: 'eleven' });
      expect(ofType(project.events(outcome.run), 'step_finished')).toMatchObject([{ step: '1/s1' }]);
      project.write('reyn/project/counting/steps/count.js', 'export const count = () => 1;');
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('throws the same dice when a run is resumed before the result was recorded', () =>
    inProject(counting(STEP), async (project) => {
      const stopped = await project.run(
        'counting',
        'a b',
        abortAt(({ type }) => type === 'run_skill_started'),
      );
      expect(stopped.status).toBe('interrupted');
      const fork = await project.reyn.resume(stopped.run);
      expect(resultOf(fork).stats).toMatchObject({ words: 2 });
    }));

  it.each([
    ['returns what does not fit', 'wrong', 'what wrong of steps/count.js in counting returned does not fit'],
    ['throws', 'throws', 'no luck'],
    ['is not there', 'cuont', 'count'],
  ])('that %s fails, and says where', (_, name, message) =>
    inProject(counting(STEP.replace('function: count', `function: ${name}`)), async (project) => {
      const outcome = await project.run('counting', 'a');
      expect(outcome).toMatchObject({ status: 'failed', reason: { code: 'step' } });
      expect(outcome.reason?.message).toContain(message);
    }),
  );

  it('that may fail leaves its field empty', () =>
    inProject(counting(STEP.replace('function: count', 'function: throws, on_error: empty')), async (project) => {
      expect(resultOf(await project.run('counting', 'a'))).toMatchObject({ stats: null });
    }));

  it('counts in the version of the skill', () =>
    inProject(counting(STEP), async (project) => {
      const before = project.reyn.skills.load('counting').fingerprint;
      project.write('reyn/project/counting/steps/lib/words.js', 'export const words = () => [];\n');
      expect(project.reyn.skills.load('counting').fingerprint).not.toBe(before);
    }));
});
