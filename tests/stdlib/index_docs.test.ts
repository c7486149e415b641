import { describe, expect, it } from 'vitest';
import { abortAt, inProject } from '../project.ts';
import { resultOf } from './shipped.ts';

/** More than one read gives. */
const LONG = Array.from({ length: 2000 }, (_, i) => `Line ${i + 1} of a long document about lamps.`).join('\n');
const FILES = {
  'docs/a.md': 'How a lease works.\n',
  'docs/deep/b.md': 'How a lock works.\n',
  'docs/long.md': `${LONG}\nIts last line is about zebras.\n`,
  'docs/broken.md': 'half\0text',
  'docs/empty.md': '',
  'docs/c.txt': 'Not asked for.',
};

describe('index_docs', () => {
  it('puts every file that matches into the source, long ones by their lines, and names what it skips', () =>
    inProject({ files: FILES, model: 'nobody', config: ['base_url: http://127.0.0.1:9/v1'] }, async (project) => {
      const outcome = await project.run('index_docs', 'docs/**/*.md docs/*.md');
      expect(outcome.reason).toBeUndefined();
      const result = resultOf(outcome) as { documents: number };
      expect(result).toMatchObject({ source: 'docs', skipped: ['docs/broken.md'], cut: [] });
      const found = async (query: string) => (await project.reyn.index.search({ query, sources: ['docs'] })).hits;
      expect((await found('lease')).map(({ key }) => key)).toEqual(['docs/a.md']);
      expect((await found('zebras')).map(({ key }) => key)).toEqual([expect.stringMatching(/^docs\/long\.md:\d{3,}$/)]);
      expect(await found('asked')).toEqual([]);
      expect(project.reyn.index.list().find(({ source }) => source === 'docs')?.count).toBe(result.documents);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('changes nothing the second time, then only what changed', () =>
    inProject({ files: FILES }, async (project) => {
      const run = async () => resultOf(await project.run('index_docs', { paths: ['docs/a.md', 'docs/deep/*'] }));
      expect(await run()).toMatchObject({ documents: 2, changed: 2 });
      expect(await run()).toMatchObject({ documents: 2, changed: 0 });
      project.write('docs/a.md', 'How a lease ends.\n');
      expect(await run()).toMatchObject({ documents: 2, changed: 1 });
    }));

  it('empties the source before, where that is asked for', () =>
    inProject({ files: FILES }, async (project) => {
      await project.run('index_docs', 'docs/**');
      await project.run('index_docs', { paths: ['docs/a.md'], fresh: true });
      expect(project.reyn.index.list().find(({ source }) => source === 'docs')?.count).toBe(1);
    }));

  it('does not read what is protected, whatever the pattern says', () =>
    inProject({ files: { ...FILES, '.env': 'KEY=1', 'docs/id_rsa': 'key' } }, async (project) => {
      const outcome = await project.run('index_docs', '**');
      expect(outcome.reason).toBeUndefined();
      const hits = (await project.reyn.index.search({ query: 'key', sources: ['docs'] })).hits;
      expect(hits.filter(({ key }) => /env|id_rsa/.test(key))).toEqual([]);
    }));

  it.each([
    ['no/**/*.md', 'no file matches no/**/*.md'],
    ['   ', 'there is no pattern'],
  ])('says what is wrong with %j', (text, why) =>
    inProject({ files: FILES }, async (project) => {
      const outcome = await project.run('index_docs', text);
      expect(outcome).toMatchObject({ status: 'failed', exit: 1 });
      expect(outcome.reason?.message).toContain(why);
    }),
  );

  it('says before it begins that there are too many files for one run', () =>
    inProject(
      { files: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`docs/${i}.md`, 'x'])) },
      async (project) => {
        const outcome = await project.run('index_docs', 'docs/*');
        expect(outcome.reason?.message).toContain('narrow the patterns');
        expect(project.reyn.index.list().some(({ source }) => source === 'docs')).toBe(false);
      },
    ));

  it.each([3, 9, 14, 20])('goes on where it was stopped after %i events, and writes nothing twice', (count) =>
    inProject({ files: FILES }, async (project) => {
      const stopped = await project.run(
        'index_docs',
        'docs/a.md docs/deep/b.md docs/broken.md',
        abortAt((_, n) => n === count),
      );
      expect(stopped.status).toBe('interrupted');
      const outcome = await (await project.reopen()).resume(stopped.run);
      expect(resultOf(outcome)).toEqual({
        source: 'docs',
        documents: 2,
        changed: 2,
        skipped: ['docs/broken.md'],
        cut: [],
      });
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }),
  );
});
