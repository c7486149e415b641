import { describe, expect, it } from 'vitest';
import { inProject } from '../project.ts';
import { resultOf } from './shipped.ts';

describe('word_stats_demo', () => {
  it('counts a text paragraph by paragraph without asking a model, in a project without one', () =>
    inProject({ model: 'nobody', config: ['base_url: http://127.0.0.1:9/v1'] }, async (project) => {
      const text = "One two. Three well-known words!\n\nDon't count four four.\n \nDonau 2026";
      const outcome = await project.run('word_stats_demo', text);
      expect(outcome).toMatchObject({ status: 'finished', spent: { turns: 0 } });
      expect(resultOf(outcome)).toEqual({
        said: '11 words in 4 sentences and 3 paragraphs.',
        words: 11,
        sentences: 4,
        words_by_paragraph: [5, 4, 2],
        frequent: [
          { word: 'four', times: 2 },
          { word: '2026', times: 1 },
          { word: 'count', times: 1 },
          { word: "don't", times: 1 },
          { word: 'donau', times: 1 },
        ],
        longest: 'well-known',
      });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it.each(['', ' \n\n \t'])('of %j counts nothing', (text) =>
    inProject({}, async (project) => {
      expect(resultOf(await project.run('word_stats_demo', { text }))).toMatchObject({
        said: '0 words in 0 sentences and 0 paragraphs.',
        words_by_paragraph: [],
        longest: '',
      });
    }),
  );

  it('takes nothing but a text', () =>
    inProject({}, async (project) => {
      await expect(project.run('word_stats_demo', { text: 3 })).rejects.toMatchObject({ code: 'input' });
    }));
});
