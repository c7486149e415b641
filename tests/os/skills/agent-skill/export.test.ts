import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Exported, toAgentSkill } from '../../../../src/os/skills/agent-skill/export.ts';
import { agentSkillProblems } from '../../../../src/os/skills/agent-skill/validate.ts';
import { splitFrontMatter } from '../../../../src/os/skills/front-matter.ts';
import { readSkillSource } from '../../../../src/os/skills/read-source.ts';
import { readYaml } from '../../../../src/os/yaml.ts';
import { type Files, sourceOf } from '../skill-files.ts';

const FOREIGN = path.resolve('tests/foreign/skills');

function made(exported: Exported): Extract<Exported, { ok: true }> {
  if (!exported.ok) throw new Error(JSON.stringify(exported.problems));
  return exported;
}

function skillMd(exported: Exported): string {
  return Buffer.from(made(exported).files.get('SKILL.md') ?? '').toString('utf8');
}

/** What the specification has to say of an exported folder. */
function problemsOf(exported: Exported): readonly unknown[] {
  const front = splitFrontMatter(skillMd(exported));
  const read = readYaml(front.ok ? front.yaml : '[]');
  return agentSkillProblems((read.ok ? read.source.value : {}) as object as never, made(exported).name);
}

const LOOP: Files = {
  'skill.md': `---
type: skill
name: long_loop
description: 'Writes and "mends": a text.'
entry: draft
final_output: essay
finish_criteria: [Nothing is left to mend]
imported_revision: 7
permissions: { file: { read: [docs/**] } }
graph:
  draft: [review]
  review:
    - { to: revise, when: { visits.revise: { maximum: 1 }, ok: false }, carry: { text: input.text }, description: It needs work. }
    - end
  revise: [review]
---
About the skill.
`,
  'phases/draft.md': '---\ntype: phase\nname: draft\ninput: user_message\nrole: A writer.\n---\nWrite it.\n',
  'phases/review.md': '---\ntype: phase\nname: review\ninput: essay\n---\nJudge it.\n',
  'phases/revise.md': `---
type: phase
name: revise
input: wish
preprocessor:
  - { type: op, op: read_file, args: { path: "\${input.text}" }, into: text, on_error: skip }
---
Mend it.
`,
  'artifacts/essay.yaml': 'type: object\nproperties: { text: { type: string } }\n',
  'artifacts/wish.yaml':
    'type: object\nproperties: { text: { type: string }, ok: { type: boolean } }\nrequired: [text]\n',
  'steps/count.js': 'export const count = () => 1;\n',
  'references/style.md': 'Short.\n',
  'LICENSE.txt': 'MIT\n',
};

describe('a skill as an Agent Skills folder', () => {
  it('is valid by the public specification, with its schemas, steps and other files', () => {
    const exported = toAgentSkill(sourceOf(LOOP, 'long_loop'));
    expect(problemsOf(exported)).toEqual([]);
    expect(made(exported).name).toBe('long-loop');
    expect([...made(exported).files.keys()].sort()).toEqual([
      'LICENSE.txt',
      'SKILL.md',
      'references/essay.schema.json',
      'references/style.md',
      'references/user_message.schema.json',
      'references/wish.schema.json',
      'scripts/count.js',
    ]);
  });

  it('says in words what its structure enforces', () => {
    const text = skillMd(toAgentSkill(sourceOf(LOOP, 'long_loop')));
    for (const part of [
      'About the skill.',
      'beginning with **draft**',
      'Keep count of how often each phase was entered.',
      'Your role: A writer.\n',
      '1. do `read_file` with `{"path":"${'.concat(
        'input.text}"}`. The result becomes `text`. Where that fails, go on',
      ),
      '- only if the number of times **revise** was entered is at most `1` and `ok` is `false`: go on to the phase **revise**',
      'its `text` is `input.text`, unchanged; It needs work.',
      '- finish, handing over `essay`',
      '- Nothing is left to mend',
      '- read `docs/**`',
      'license: "See LICENSE.txt."',
      'exported_from: "reyn skill long_loop"',
      'imported_revision: "7"',
      'description: "Writes and \\"mends\\": a text."',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('of one phase is its instructions and what comes out', () => {
    const md =
      '---\ntype: skill\nname: demo\ndescription: Sums up.\nartifacts: { sum: { text: string } }\n---\nSum it up.\n';
    const text = skillMd(toAgentSkill(sourceOf({ 'skill.md': md })));
    expect(splitFrontMatter(text)).toMatchObject({
      body: 'Sum it up.\n\n## What comes out\n\nThe result is `sum` (references/sum.schema.json), as JSON.\n',
    });
  });

  it.each([
    ['no description', '', 'the description is empty'],
    ['a long one', `description: ${'x'.repeat(1025)}`, 'more than 1024'],
    ['a step that does not load', 'graph: 5', 'no list|not a mapping'],
  ])('is refused with %s', (_, line, message) => {
    const md = `---\ntype: skill\nname: demo\n${line}\nartifacts: { sum: { text: string } }\n---\nGo.\n`;
    const exported = toAgentSkill(sourceOf({ 'skill.md': md }));
    expect(exported.ok ? [] : exported.problems.map((problem) => problem.message).join()).toMatch(new RegExp(message));
  });

  it('is refused when two files would be one', () => {
    const files = { ...LOOP, 'references/wish.schema.json': '{}' };
    const exported = toAgentSkill(sourceOf(files, 'long_loop'));
    expect(exported).toMatchObject({ ok: false, problems: [{ message: /references\/wish\.schema\.json/ }] });
  });
});

describe('an Agent Skills folder that is exported again', () => {
  const valid = fs.readdirSync(FOREIGN).filter((name) => fs.existsSync(path.join(FOREIGN, name, 'SKILL.md')));

  it.each(valid)('%s is the same, byte for byte, or is refused by the specification', (name) => {
    const source = readSkillSource(path.join(FOREIGN, name), { name, origin: 'project' });
    const exported = toAgentSkill(source);
    if (exported.ok) {
      expect(exported.name).toBe(name);
      expect(problemsOf(exported)).toEqual([]);
      expect([...exported.files]).toEqual([...source.files]);
    } else expect(exported.problems.length).toBeGreaterThan(0);
  });

  it('is not refused for being odd: most of the fixtures are valid', () => {
    const sources = valid.map((name) => readSkillSource(path.join(FOREIGN, name), { name, origin: 'project' }));
    expect(sources.filter((source) => toAgentSkill(source).ok).length).toBeGreaterThanOrEqual(12);
  });
});
