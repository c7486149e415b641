import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inProject } from '../project.ts';
import { SHIPPED } from './shipped.ts';

describe('the skills that ship', () => {
  it.each(SHIPPED)('%s loads and is free of findings, warnings too', (name) =>
    inProject({}, async ({ reyn }) => {
      expect(reyn.skills.lint([name])).toEqual([]);
      expect(reyn.skills.load(name)).toMatchObject({ name, origin: 'stdlib', kind: 'graph' });
    }),
  );

  it('are listed, and hidden by a skill of the project that has the name of one', () =>
    inProject({ skills: { direct_llm: { md: OWN } } }, async ({ reyn }) => {
      const listed = reyn.skills.list().filter(({ origin }) => origin === 'stdlib');
      expect(listed.map(({ name }) => name)).toEqual(SHIPPED);
      expect(listed.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(listed.find(({ name }) => name === 'direct_llm')?.shadowedBy).toBe('project');
      expect(reyn.skills.load('direct_llm').description).toBe('Mine.');
    }));

  it('can be copied into a project and run there as they are', () =>
    inProject({}, async (project) => {
      await project.reyn.skills.copy('direct_llm', 'mine');
      expect(project.reyn.skills.lint(['mine'])).toEqual([]);
      expect(await project.run('mine', 'Hello')).toMatchObject({ status: 'finished' });
    }));

  it('each say when they are meant', () =>
    inProject({}, async ({ reyn }) => {
      const silent = SHIPPED.filter((name) => reyn.skills.load(name).library.routing === undefined);
      expect(silent).toEqual([]);
    }));

  it('each have a page', () => {
    const index = readFileSync('docs/skills/README.md', 'utf8');
    for (const name of SHIPPED) {
      expect(readFileSync(`docs/skills/${name}.md`, 'utf8')).toMatch(new RegExp(`^# ${name}\n`));
      expect(index).toContain(`(${name}.md)`);
    }
  });
});

const OWN =
  '---\ntype: skill\nname: direct_llm\ndescription: Mine.\nartifacts: { answer: { text: string } }\n---\nAnswer.\n';
