import { describe, expect, it } from 'vitest';
import { inProject, ofType } from '../project.ts';
import { resultOf, shipped } from './shipped.ts';

describe('direct_llm', () => {
  it('answers a message in one turn, on the rules it ships in an empty project', () =>
    inProject({}, async (project) => {
      const outcome = await project.run('direct_llm', 'What is a lease?');
      expect(outcome).toMatchObject({ status: 'finished', exit: 0, spent: { turns: 1, ops: 0 } });
      expect(resultOf(outcome)).toEqual({ text: 'No model was asked. The message was: What is a lease?' });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('offers the model no op, not even to ask', () =>
    inProject(
      {
        skills: {
          direct_llm: shipped('direct_llm', [{ turn: { ops: [{ kind: 'ask_user', args: { question: 'Which?' } }] } }]),
        },
      },
      async (project) => {
        const outcome = await project.run('direct_llm', 'What is a lease?');
        expect(outcome).toMatchObject({ status: 'failed', reason: { code: 'contract' }, waiting: [] });
        expect(ofType(project.events(outcome.run), 'validation_error')).toHaveLength(3);
      },
    ));

  it('takes nothing but a message', () =>
    inProject({}, async (project) => {
      await expect(project.run('direct_llm', { question: 'What?' })).rejects.toMatchObject({ code: 'input' });
    }));
});
