import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../../src/os/lint/examples.ts';
import { RULES } from '../../../src/os/lint/rules.ts';
import { lintText } from './lint-text.ts';

describe('the rules of lint', () => {
  it('have different ids of the form family/rule-name', () => {
    const ids = RULES.map(({ id }) => id);
    expect(ids.filter((id) => !/^[a-z]+\/[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('say what they find, why, and what to do, in the form of the reference', () => {
    for (const { id, finds, why, fix } of RULES) {
      expect(finds, id).toMatch(/^[a-z`].*[^.]$/);
      expect(why, id).toMatch(/^[A-Z].*\.$/);
      expect(fix, id).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('have an example each, and there is no example without a rule', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(RULES.map(({ id }) => id).sort());
  });

  it.each(RULES)('$id: the bad example is found, once and alone, at a place in the file', ({ id, severity }) => {
    const example = EXAMPLES[id]?.bad ?? '';
    const findings = lintText(example);
    expect(findings.map(({ rule }) => rule)).toEqual([id]);
    const [finding] = findings;
    expect(finding).toMatchObject({ severity, skill: 'example', file: 'skill.md' });
    expect(finding?.line).toBeGreaterThan(1);
    expect(example.split('\n')[(finding?.line ?? 0) - 1]?.length).toBeGreaterThanOrEqual(finding?.column ?? 0);
    expect(finding?.fix).toMatch(/^[A-Z].*\.$/s);
  });

  it.each(RULES)('$id: nothing is said about the good example', ({ id }) => {
    expect(lintText(EXAMPLES[id]?.good ?? '')).toEqual([]);
  });
});
