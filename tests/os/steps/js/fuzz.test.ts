import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/os/json.ts';
import { returning, useEngine } from './running.ts';

const { run, value } = useEngine();

/** JSON that an artifact may hold: no key `__proto__`, and no negative zero, which JSON text has but JSON.stringify drops. */
const json = fc
  .jsonValue({ maxDepth: 6 })
  .filter((given) => !JSON.stringify(given).includes('__proto__'))
  .map((given) => JSON.parse(JSON.stringify(given)) as Json);

/** What modules are made of, in any order: most of it does not parse, some of it runs, little of it ends by itself. */
const token = fc.constantFrom(
  ...['export', 'const', 'function', 'rank', '=', '=>', '(', ')', '{', '}', '[', ']', ',', ';', '\n', '...', 'x', '0'],
  ...['import', 'from', '"./rank.js"', '"fs"', 'await', 'async', 'yield', 'class', 'extends', 'new', 'for', '(;;)'],
  ...[
    'while(1)',
    'try',
    'catch',
    'finally',
    'throw',
    'return',
    'eval',
    '`${',
    '`',
    '/(a+)+$/',
    '.test("aaaaaaaaaaaaa!")',
  ],
  ...[
    'Promise',
    '.then',
    'Proxy',
    'Array(2**32-1)',
    '.fill',
    '.join()',
    '"x".repeat(2**29)',
    '10n**1000000n',
    '**',
    '\0',
  ],
);
const nonsense = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(' '));
/** Nonsense that at least is called. */
const body = nonsense.map(
  (text) => `export function rank(x) { try { return eval(${JSON.stringify(text)}); } finally {} }`,
);

describe('any JSON', () => {
  it('comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (given) => {
        expect(await value(returning('x'), { input: given })).toEqual(given);
      }),
      { numRuns: 200 },
    );
  });
});

describe('any text for a module', () => {
  it.each([
    ['tokens', nonsense],
    ['tokens in a function', body],
    ['characters', fc.string({ unit: 'binary', maxLength: 200 })],
  ])('ends with a value or a fault, in time: %s', async (_, source) => {
    await fc.assert(
      fc.asyncProperty(source, async (text) => {
        const start = performance.now();
        const end = await run(text);
        expect(end.ok || end.code.startsWith('js_')).toBe(true);
        expect(end.ok || end.message).not.toContain('engine'); // neither broke off nor failed
        expect(performance.now() - start).toBeLessThan(15_000);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
    expect(await value(returning('x'), { input: 1 })).toBe(1);
  });
});
