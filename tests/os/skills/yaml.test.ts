import { describe, expect, it } from 'vitest';
import { readSkillYaml } from '../../../src/os/skills/yaml.ts';

const read = (text: string) => readSkillYaml(text, { skill: 'demo', file: 'phases/a.md', firstLine: 10 });

describe('YAML of a skill', () => {
  it('gives its value, and null where nothing is written', () => {
    expect(read('a: [1]')).toMatchObject({ ok: true, value: { a: [1] } });
    expect(read('# nothing')).toMatchObject({ ok: true, value: null });
  });

  it('gives places in its file', () => {
    const yaml = read('a:\n  b: 1\n');
    expect(yaml.ok && yaml.at(['a', 'b'])).toEqual({ file: 'phases/a.md', line: 11, column: 3 });
  });

  it.each([
    ['a: &x 1', 'format/yaml-feature', 4],
    ['a: 1\nb: 2\na: 3', 'format/duplicate-key', 1],
    ['{ __proto__: 1 }', 'format/proto-key', 3],
    ['a: .inf', 'format/not-finite', 4],
    ['{ a: 1 }: 2', 'format/yaml', 1],
    ['a: b: c', 'format/yaml', 5],
    ['['.repeat(100), 'format/too-deep', 65],
    ['# '.repeat(200_000), 'format/too-large', 1],
  ])('turns what is not allowed into a finding, case %#', (text, rule, column) => {
    const yaml = read(text);
    expect(yaml.ok).toBe(false);
    if (yaml.ok) return;
    expect(yaml.findings[0]).toMatchObject({ rule, severity: 'error', skill: 'demo', file: 'phases/a.md', column });
    expect(yaml.findings[0]?.line).toBeGreaterThanOrEqual(10);
    expect(yaml.findings[0]?.fix).toMatch(/\.$/);
  });
});
