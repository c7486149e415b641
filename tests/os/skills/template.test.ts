import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/os/errors.ts';
import { skillTemplate } from '../../../src/os/skills/template.ts';
import { readYaml } from '../../../src/os/yaml.ts';
import { compile } from './skill-files.ts';

const filesOf = (name: string, wish?: string) => Object.fromEntries(skillTemplate(name, wish));

describe('the template of a new skill', () => {
  it('loads, with an eval skeleton and rules for the scripted model', () => {
    const files = filesOf('my-skill');
    expect(Object.keys(files)).toEqual(['skill.md', 'eval.md', 'evals/scripted.yaml']);
    const { skill } = compile({ 'skill.md': files['skill.md'] ?? '' }, 'my-skill');
    expect(skill).toMatchObject({ name: 'my-skill', entry: 'my_skill', finalOutput: 'result' });
    const rules = readYaml(files['evals/scripted.yaml'] ?? '');
    expect(rules).toMatchObject({
      source: { value: { rules: [{ match: { phase: 'my_skill' }, turn: { finish: {} } }] } },
    });
  });

  it('makes the wish its description and its instructions', () => {
    const { skill } = compile({ 'skill.md': filesOf('demo', 'find every date')['skill.md'] ?? '' });
    expect(skill?.description).toBe('Find every date.');
    expect(skill?.phases.demo?.instructions).toContain('Find every date.');
  });

  it('loads for every name a skill can have, also those YAML would read as something else', () => {
    for (const name of ['true', 'null', '1e3', '0x1f', '3d', 'a-b_c', 'x'.repeat(64)]) {
      const { skill, findings } = compile({ 'skill.md': filesOf(name)['skill.md'] ?? '' }, name);
      expect([findings, skill?.name]).toEqual([[], name]);
    }
  });

  it('loads whatever the wish says', () => {
    const wish = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(
        '---\n## phase: x',
        '```yaml\ntype: x',
        '"\'\\',
        '\ud800',
        '# x: &a *b',
        '\u2028',
        'é'.repeat(500),
      ),
    );
    fc.assert(
      fc.property(wish, (text) => {
        const { skill, findings } = compile({ 'skill.md': filesOf('demo', text)['skill.md'] ?? '' });
        expect([findings, Object.keys(skill?.phases ?? {})]).toEqual([[], ['demo']]);
      }),
    );
  });

  it.each(['', 'Demo', 'a b', '../x', 'run', 'shared', '12', 'x'.repeat(65)])('is refused for the name %j', (name) => {
    expect(() => skillTemplate(name)).toThrow(UserError);
  });
});
