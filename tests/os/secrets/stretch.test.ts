import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IN_TOKENS, LEAST_STRETCH } from '../../../src/os/secrets/scan.ts';
import { TOKEN_RULES } from '../../../src/os/secrets/token-table.ts';
import { SPACED_BEGINNINGS } from '../../../src/os/secrets/tokens.ts';

/** Look-around tells what stands beside a token and is no part of it. */
const own = (body: string) => body.replace(/\(\?<?!(?:[^()[\]]|\[[^\]]*\])*\)/g, '');

const rules = TOKEN_RULES.flatMap(({ kind, at, body }) =>
  at.filter((begin) => !SPACED_BEGINNINGS.includes(begin)).map((begin) => [kind, begin, body] as const),
);

describe('what is leapt over', () => {
  it.each(rules)('is no %s, which begins with %s: each has enough characters in a row', (_, begin, body) => {
    const texts = fc.sample(fc.stringMatching(new RegExp(`^(?:${own(body)})$`), { size: 'xsmall' }), {
      numRuns: 20,
      seed: 3,
    });
    for (const text of texts) {
      const runs = (begin + text).split(new RegExp(`(?!${IN_TOKENS.source})[\\s\\S]`));
      expect(runs[0]?.length, begin + text).toBeGreaterThanOrEqual(LEAST_STRETCH);
    }
  });
});
