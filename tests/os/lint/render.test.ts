import { describe, expect, it } from 'vitest';
import { renderFindings, worstSeverity } from '../../../src/os/lint/render.ts';
import type { Finding } from '../../../src/os/skills/finding.ts';

const finding = (rest: Partial<Finding>): Finding => ({
  rule: 'graph/never-taken',
  severity: 'error',
  skill: 'example',
  file: 'skill.md',
  line: 3,
  column: 7,
  message: 'edge 2 is never taken',
  fix: 'Delete it.',
  ...rest,
});

const FINDINGS = [
  finding({ file: 'phases/b.md', line: 12, column: 1, severity: 'warning', rule: 'prose/steers' }),
  finding({ line: 10 }),
  finding({ line: 9, column: 1, message: 'edge 1 is never taken' }),
  finding({ line: 9, column: 1, message: 'edge 1 is never taken' }),
];

describe('renderFindings as text', () => {
  it('groups by file, in order, with the fix below and a count at the end', () => {
    expect(renderFindings(FINDINGS, 'text', { color: false })).toBe(
      [
        'example/skill.md:9:1   error    graph/never-taken  edge 1 is never taken',
        '    fix: Delete it.',
        'example/skill.md:10:7  error    graph/never-taken  edge 2 is never taken',
        '    fix: Delete it.',
        '',
        'example/phases/b.md:12:1  warning  prose/steers  edge 2 is never taken',
        '    fix: Delete it.',
        '',
        '2 errors, 1 warning in 2 files',
        '',
      ].join('\n'),
    );
  });

  it('shows the path it is given', () => {
    const pathOf = ({ skill, file }: Finding) => `reyn/project/${skill}/${file}`;
    const text = renderFindings([finding({})], 'text', { color: false, pathOf });
    expect(text.split('\n')[0]).toMatch(/^reyn\/project\/example\/skill\.md:3:7 {2}error/);
  });

  it('says so when there is nothing to say', () => {
    expect(renderFindings([], 'text', { color: false })).toBe('No findings.\n');
  });

  it('colours the severity when asked to, and nothing else is different', () => {
    const plain = renderFindings(FINDINGS, 'text', { color: false });
    const coloured = renderFindings(FINDINGS, 'text', { color: true });
    expect(coloured).toContain('\u001b[31merror');
    expect(coloured).toContain('\u001b[33mwarning');
    const stripped = ['31', '33', '2', '0'].reduce((text, code) => text.replaceAll(`\u001b[${code}m`, ''), coloured);
    expect(stripped).toBe(plain);
  });

  it('lets no control character of a skill reach the terminal', () => {
    const text = renderFindings([finding({ message: 'a\u001b[2Jb\nc', fix: 'x\u0007' })], 'text', { color: false });
    expect(text).toContain('a\\u001b[2Jb\\u000ac');
    expect(text).toContain('x\\u0007');
  });
});

describe('renderFindings as JSON', () => {
  it('is one document with counts and findings, keys in a fixed order', () => {
    const text = renderFindings(FINDINGS, 'json', { color: true });
    expect(text.endsWith('}\n')).toBe(true);
    const read = JSON.parse(text);
    expect(Object.keys(read)).toEqual(['version', 'errors', 'warnings', 'findings']);
    expect(read).toMatchObject({ version: 1, errors: 2, warnings: 1 });
    expect(read.findings).toHaveLength(3);
    expect(Object.keys(read.findings[0])).toEqual([
      ...['rule', 'severity', 'skill', 'file', 'line', 'column', 'message', 'fix'],
    ]);
    expect(read.findings[0]).toEqual(finding({ line: 9, column: 1, message: 'edge 1 is never taken' }));
  });

  it('is the same however the findings come in', () => {
    const reversed = renderFindings(FINDINGS.toReversed(), 'json', { color: false });
    expect(reversed).toBe(renderFindings(FINDINGS, 'json', { color: false }));
  });
});

describe('worstSeverity', () => {
  it('is error before warning before nothing', () => {
    expect(worstSeverity(FINDINGS)).toBe('error');
    expect(worstSeverity(FINDINGS.slice(0, 1))).toBe('warning');
    expect(worstSeverity([])).toBeUndefined();
  });
});
