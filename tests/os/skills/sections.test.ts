import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSections } from '../../../src/os/skills/sections.ts';

describe('sections of skill.md', () => {
  it('are opened by a heading and an optional block of keys', () => {
    const body = 'About.\n\n## phase: draft\n```yaml\nrole: writer\n```\nWrite.\n\n## phase: review\nRead.\n';
    expect(splitSections(body, 10)).toEqual({
      prose: 'About.\n',
      sections: [
        { name: 'draft', line: 12, yaml: { text: 'role: writer', line: 14 }, body: 'Write.\n', bodyLine: 16 },
        { name: 'review', line: 18, body: 'Read.\n', bodyLine: 19 },
      ],
      problems: [],
    });
  });

  it('read CRLF, blank lines before the block, longer fences and "yml"', () => {
    const { sections } = splitSections('## phase: a\r\n\r\n````yml\r\nrole: x\r\n````\r\nGo.\r\n', 1);
    expect(sections).toEqual([{ name: 'a', line: 1, yaml: { text: 'role: x', line: 4 }, body: 'Go.\n', bodyLine: 6 }]);
  });

  it('leave a block of another language, or one further down, to the instructions', () => {
    const { sections } = splitSections('## phase: a\n```json\n{}\n```\n## phase: b\nText.\n```yaml\nx: 1\n```', 1);
    expect(sections.map(({ yaml }) => yaml)).toEqual([undefined, undefined]);
    expect(sections.map(({ body }) => body)).toEqual(['```json\n{}\n```', 'Text.\n```yaml\nx: 1\n```']);
  });

  it('do not begin inside a fenced block', () => {
    const { sections, problems } = splitSections(
      '```md\n## phase: a\n# Phase: b\n```\n~~~\n```\n## phase: c\n~~~\n',
      1,
    );
    expect(sections).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('that are nearly one are named', () => {
    const { sections, problems } = splitSections('## Phase: a\n##phase: b\n### phase: c\n## phases: d\n', 5);
    expect(sections).toEqual([]);
    expect(problems.map(({ line, fix }) => [line, fix])).toEqual([
      [5, 'Write "## phase: a".'],
      [6, 'Write "## phase: b".'],
      [7, 'Write "## phase: c".'],
    ]);
  });

  it('with a block of keys that never ends are named', () => {
    const { problems } = splitSections('## phase: a\n```yaml\nrole: x\n', 3);
    expect(problems).toMatchObject([{ line: 4, message: 'this block of phase keys is never closed' }]);
  });

  it('hold every line of the body exactly once', () => {
    const line = fc.constantFrom('## phase: a', '```yaml', '```', '~~~', 'text', '', '## Phase: x', '````', 'role: x');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const { prose, sections } = splitSections(lines.join('\n'), 1);
        for (const { bodyLine, body } of sections) {
          const count = body.split('\n').length;
          if (body !== '') expect(lines.slice(bodyLine - 1, bodyLine - 1 + count).join('\n')).toBe(body);
        }
        for (const { line: at } of sections) expect(lines[at - 1]).toBe('## phase: a');
        expect(lines.join('\n').startsWith(prose)).toBe(true);
      }),
    );
  });
});
