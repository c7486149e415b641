import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitFrontMatter } from '../../../src/os/skills/front-matter.ts';

describe('front matter', () => {
  it('is what stands between two lines of three dashes', () => {
    expect(splitFrontMatter('---\na: 1\nb: 2\n---\n\nBody.\n')).toEqual({
      ok: true,
      yaml: 'a: 1\nb: 2\n',
      yamlLine: 2,
      body: '\nBody.\n',
      bodyLine: 5,
    });
  });

  it.each([
    ['nothing in it', '---\n---\nx', '', 'x', 3],
    ['no body', '---\na: 1\n---', 'a: 1\n', '', 4],
    ['no body but a line end', '---\na: 1\n---\n', 'a: 1\n', '', 4],
    ['CRLF', '---\r\na: 1\r\n---\r\nx\r\n', 'a: 1\r\n', 'x\r\n', 4],
    ['CRLF and no body', '---\r\na: 1\r\n---\r', 'a: 1\r\n', '', 4],
    ['a byte order mark', '\uFEFF---\na: 1\n---\nx', 'a: 1\n', 'x', 4],
    ['longer rules in it', '---\na: |\n  ---\n----\n---x\n --- \n---\nx', 'a: |\n  ---\n----\n---x\n --- \n', 'x', 8],
    ['a rule in the body', '---\na: 1\n---\nx\n---\ny', 'a: 1\n', 'x\n---\ny', 4],
  ])('may have %s', (_, text, yaml, body, bodyLine) => {
    expect(splitFrontMatter(text)).toEqual({ ok: true, yaml, yamlLine: 2, body, bodyLine });
  });

  it.each([
    ['---js\nmodule.exports = 1\n---\n'],
    ['---JS\na: 1\n---\n'],
    ['--- js\na: 1\n---\n'],
    ['--- \na: 1\n---\n'],
    [' ---\na: 1\n---\n'],
    ['\n---\na: 1\n---\n'],
    ['----\na: 1\n----\n'],
    ['+++\na = 1\n+++\n'],
    ['= yaml =\na: 1\n= yaml =\n'],
    ['---'],
    [''],
  ])('is not opened by %j', (text) => {
    expect(splitFrontMatter(text)).toMatchObject({ ok: false, line: 1 });
  });

  it('that is never closed is refused', () => {
    const open = splitFrontMatter('---\na: 1\nbody');
    expect(open.ok ? '' : open.message).toBe('the front matter is never closed');
  });

  it('loses and invents nothing', () => {
    const line = fc.constantFrom('---', 'a: 1', '', ' ---', '--- ', 'text', '----', '\r', '---\r');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.join('\n');
        const split = splitFrontMatter(text);
        if (!split.ok) return;
        expect(text.startsWith('---')).toBe(true);
        expect(text.endsWith(split.body)).toBe(true);
        const before = text.slice(0, text.length - split.body.length);
        expect(before.replace(/^---\r?\n/, '').replace(/---\r?\n?$/, '')).toBe(split.yaml);
        expect(before.endsWith('\n') ? before.split('\n').length : split.bodyLine).toBe(split.bodyLine);
      }),
    );
  });
});
