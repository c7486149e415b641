import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comment, MARKER } from '../../../src/learning/nights/comment.ts';
import { block, code, sentence } from '../../../src/learning/nights/markdown.ts';
import { hostile, night, skillNight } from './night.ts';

const VERDICT = {
  verdict: 'PASS' as const,
  code: 'gain',
  reason: 'It is better by 0.21.',
  gain: { mean: 0.21, low: 0.12, high: 0.3 },
  p: 0.0004,
  alpha: { spent: 0.0304, attempt: 1 },
  counts: { fixed: 9, broken: 0, flaky: 1, clusters: 31 },
};

/** Markdown without blocks and spans of code, by the rules of CommonMark for those. */
function outsideOfCode(markdown: string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const ticks = /^(`{3,})[a-z]*$/.exec(line)?.[1];
    if (fence === undefined && ticks !== undefined) fence = ticks;
    else if (fence === undefined) kept.push(line);
    else if (ticks !== undefined && ticks.length >= fence.length && line === ticks) fence = undefined;
  }
  expect(fence).toBeUndefined();
  return kept.join('\n').replace(/(?<![`\\])(`+)(?!`)(.*?)(?<!`)\1(?!`)/gs, '');
}

describe('the comment on a pull request', () => {
  it('tells the verdict of each skill below a marker by which it is found again', () => {
    const text = comment(night({ skills: [skillNight({ verdict: VERDICT, calls: 600, receipt: 'r'.repeat(64) })] }));
    expect(text.split('\n')[0]).toBe(MARKER);
    expect(text).toContain('| ` reply ` | ✅ proposed | PASS (gain) | +0.210 [+0.120, +0.300] | 600 |');
    expect(text).toContain('- Sealed cases: 9 fixed, 0 broken, 1 flaky, in 31 clusters.');
    expect(text).toContain('- p = 0.00040, α 0.030 at attempt 1.');
  });

  it('says that a failed self-test makes all of it worthless', () => {
    const checks = [{ name: 'no-op', expected: 'not PASS', got: 'PASS', ok: false }];
    const text = comment(night({ self_test: { ok: false, checks }, skills: [] }));
    expect(text).toContain('no verdict of this night counts');
    expect(text).toContain('no\\-op: PASS instead of not PASS');
  });

  it('mentions nobody, links nowhere and holds no HTML, whatever a model wrote', () => {
    const plain = outsideOfCode(comment(night({ skills: [skillNight({ diff: 'd' })] })));
    fc.assert(
      fc.property(hostile, hostile, hostile, (hypothesis, diff, reason) => {
        const denied = [{ op: 'read_file', resource: diff, reason: hypothesis }];
        const text = comment(night({ skills: [skillNight({ hypothesis, diff, reason, denied })] }));
        const open = outsideOfCode(text);
        expect(open.match(/<[^>]*>/g)).toEqual(plain.match(/<[^>]*>/g));
        expect(open).not.toMatch(/@[\w-]|#\d|:\/\/|www\.\w|GH-\d|(?<!\\)\]\(/i);
        expect(open.match(/^#+ /gm)).toEqual(plain.match(/^#+ /gm));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: looked for on purpose
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps text of models on one line, in its cell and in its block', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(code(text)).not.toMatch(/\n|(?<!\\)\|/);
        expect(sentence(text)).not.toMatch(/\n|(?<!\\)[|`[\]*_]/);
        const [fence = '', ...lines] = block(text).split('\n');
        expect(lines.slice(0, -1).some((line) => line.trim().startsWith(fence))).toBe(false);
      }),
    );
  });

  it('cuts a diff that no comment has room for, and says where it is whole', () => {
    const text = comment(night({ skills: [skillNight({ diff: '+ a line\n'.repeat(20_000) })] }));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('candidate.diff has it whole');
  });
});
