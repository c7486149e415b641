import { describe, expect, it } from 'vitest';
import { returning, useEngine } from './running.ts';

const { value, fault } = useEngine();

/** A call that is ended, and the time that took. */
async function ended(source: string): Promise<{ readonly message: string; readonly ms: number }> {
  const start = performance.now();
  const message = await fault(source);
  return { message, ms: performance.now() - start };
}

const works = async () => expect(await value(returning('x'), { input: 1 })).toBe(1);

describe.concurrent('a step that goes on for ever', () => {
  it.each([
    [
      'a loop',
      'export function rank() {\n  let n = 0;\n  while (n >= 0) n += 1;\n}',
      'js_timeout: steps/rank.js:3 takes longer than 1 s',
    ],
    [
      'a loop that catches',
      'export function rank() { for (;;) try { for (;;); } catch {} finally { continue; } }',
      undefined,
    ],
    ['a loop of promises', 'export async function rank() { for (;;) await 0; }', undefined],
    [
      'a job that makes the next',
      'export function rank() { const go = () => { Promise.resolve().then(go); }; go(); return new Promise(() => {}); }',
      undefined,
    ],
    [
      'an expression that backtracks',
      'export const rank = () => /^(\\w+\\s?)*$/.test("a".repeat(40) + "!");',
      undefined,
    ],
    ['a loop at load', 'for (;;); export const rank = 1;', undefined],
    ['a loop in a getter of the result', 'export const rank = () => ({ get a() { for (;;); } });', undefined],
    [
      'a loop in the message of an error',
      'export const rank = () => { throw { get message() { for (;;); } }; };',
      undefined,
    ],
    [
      'a built-in that never looks at the clock',
      'export const rank = () => [].indexOf.call({ length: 2 ** 53 }, 0);',
      undefined,
    ],
  ])('is ended: %s', async (_, source, exactly) => {
    const { message, ms } = await ended(source);
    expect(message).toMatch(/^js_timeout: steps\/rank\.js(:\d+)? takes longer than 1 s$/);
    if (exactly !== undefined) expect(message).toBe(exactly);
    expect(ms).toBeGreaterThan(900);
    await works();
  });
});

describe('a step that takes too much', () => {
  it.each([
    ['one block', 'export const rank = () => new ArrayBuffer(100e6).byteLength;'],
    ['many blocks', 'export const rank = () => { const a = []; for (;;) a.push(new ArrayBuffer(1e6)); };'],
    [
      'many blocks in a job',
      'export async function rank() { await 0; const a = []; for (;;) a.push(new ArrayBuffer(1e6)); }',
    ],
  ])('of memory is ended: %s', async (_, source) => {
    expect(await fault(source)).toMatch(/^js_memory: steps\/rank\.js(:\d+)? needs more than 64 MB of memory$/);
    await works();
  });

  it.each([
    ['calls', returning('(function again() { return again() + 1; })()')],
    ['brackets of JSON', returning('JSON.parse("[".repeat(100000))')],
    ['brackets of code', returning('eval("(".repeat(100000))')],
    ['proxies', returning('((p) => { for (let i = 0; i < 1e4; i++) p = new Proxy(p, {}); return p.x; })({})')],
    ['a module of brackets', `export const rank = ${'['.repeat(100_000)}`],
  ])('of the stack gets an error: %s', async (_, source) => {
    expect(await fault(source)).toMatch(/^js_error: \w+ at steps\/rank\.js(:\d+)?: stack overflow$/);
    await works();
  });

  it('of memory, but not too much, leaves as much to the calls that follow', async () => {
    const source =
      'export const rank = async () => { await 0; const a = []; while (a.length < 45) a.push(new ArrayBuffer(1e6)); return a.length; };';
    for (let i = 0; i < 3; i++) expect(await value(source)).toBe(45);
  });
});
