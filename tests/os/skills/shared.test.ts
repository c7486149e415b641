import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCatalog } from '../../../src/os/skills/catalog.ts';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import { packSource, unpackSource } from '../../../src/os/skills/source.ts';
import { type Files, inFolder, writeFiles } from './skill-files.ts';

const front = (...lines: string[]) => ['---', 'type: skill', 'name: demo', ...lines, '---', ''].join('\n');
const phase = (name: string, input: string) => `---\ntype: phase\nname: ${name}\ninput: ${input}\n---\nDo it.\n`;
const OBJECT = 'type: object\nproperties: { text: { type: string } }\n';

const SHARED: Files = {
  'reyn/project/shared/phases/review.md': phase('review', 'draft | plan'),
  'reyn/project/shared/phases/unused.md': phase('unused', 'other'),
  'reyn/project/shared/artifacts/draft.yaml': OBJECT,
  'reyn/project/shared/artifacts/plan.yaml': OBJECT,
  'reyn/project/shared/artifacts/verdict.yaml': OBJECT,
  'reyn/project/shared/artifacts/other.yaml': OBJECT,
};
const DEMO: Files = {
  'reyn/project/demo/skill.md': front(
    'final_output: verdict',
    'graph: { write: [{ to: shared/review, carry: { text: input.text } }], shared/review: [{ to: write, when: { visits.shared/review: 1 } }, end] }',
    'entry: write',
  ),
  'reyn/project/demo/phases/write.md': phase('write', 'user_message | verdict'),
  'reyn/project/demo/artifacts/draft.yaml': `${OBJECT}title: own\n`,
};

async function sourceWith(files: Files) {
  return inFolder((dir) => {
    writeFiles(dir, { ...SHARED, ...files });
    return openCatalog({ root: dir, stdlibDir: path.join(dir, 'stdlib') }).source('demo');
  });
}

describe('shared phases', () => {
  it('come with the artifacts that are not defined by the skill, and nothing else', async () => {
    const source = await sourceWith(DEMO);
    expect([...source.files.keys()]).toEqual([
      'artifacts/draft.yaml',
      'phases/write.md',
      'shared/artifacts/plan.yaml',
      'shared/artifacts/verdict.yaml',
      'shared/phases/review.md',
      'skill.md',
    ]);
    const { skill, document, findings } = compileSkill(source);
    expect(findings).toEqual([]);
    expect(skill?.phases['shared/review']).toMatchObject({ name: 'shared/review', input: ['draft', 'plan'] });
    expect(skill?.graph['shared/review']).toMatchObject([
      { to: 'write', when: [{ root: 'visits', segments: ['shared/review'] }] },
      { to: 'end' },
    ]);
    expect(skill?.artifacts.draft?.schema.title).toBe('own');
    expect(document.fileOf('phase', 'shared/review')).toBe('shared/phases/review.md');
    expect(document.at('shared/phases/review.md', ['input'])).toMatchObject({ line: 4, column: 1 });
    expect(compileSkill(unpackSource(packSource(source))).skill).toEqual(skill);
  });

  it('count in the fingerprint of a skill that uses them', async () => {
    const print = async (files: Files) => compileSkill(await sourceWith(files)).skill?.fingerprint;
    const before = await print(DEMO);
    expect(await print({ ...DEMO, 'reyn/project/shared/phases/unused.md': 'x' })).toBe(before);
    expect(await print({ ...DEMO, 'reyn/project/shared/phases/review.md': phase('review', 'draft') })).not.toBe(before);
  });

  it('that are not there, or cannot be named, are findings', async () => {
    const graph = (node: string) => ({
      'reyn/project/demo/skill.md': front('artifacts: { a: { b: string } }', `graph: { w: ["${node}"] }`, 'entry: w'),
      'reyn/project/demo/phases/w.md': phase('w', 'user_message'),
    });
    for (const node of ['shared/none', 'shared/../../secret', 'shared/', 'shared/phases/review']) {
      const { findings } = compileSkill(await sourceWith(graph(node)));
      expect(findings.map(({ rule, line }) => [rule, line])).toEqual([['format/unknown-phase', 5]]);
    }
  });

  it('may not look to a model like a phase of the skill', async () => {
    const files = {
      'reyn/project/demo/skill.md': front(
        'artifacts: { draft: { text: string }, plan: { text: string } }',
        'final_output: draft',
        'graph: { shared_review: [shared/review], shared/review: [end] }',
      ),
      'reyn/project/demo/phases/shared_review.md': phase('shared_review', 'user_message'),
    };
    expect(compileSkill(await sourceWith(files)).findings.map(({ message }) => message)).toEqual([
      'the phases "shared/review" and "shared_review" look the same to a model',
    ]);
  });

  it('are not there for a skill of the standard library', async () => {
    await inFolder((dir) => {
      const text = front('artifacts: { a: { b: string } }', 'graph: { shared/review: [end] }');
      writeFiles(dir, { ...SHARED, 'stdlib/demo/skill.md': text });
      const source = openCatalog({ root: dir, stdlibDir: path.join(dir, 'stdlib') }).source('demo');
      expect([...source.files.keys()]).toEqual(['skill.md']);
      expect(compileSkill(source).skill).toBeUndefined();
    });
  });
});
