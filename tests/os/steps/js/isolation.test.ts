import { describe, expect, it } from 'vitest';
import { callOf, returning, runAlone, useEngine } from './running.ts';

const { value, fault } = useEngine();

const NO_CLOCK =
  'js_error: TypeError at steps/rank.js:1: a step has no clock; let the time come in with the input: new Date(ms)';

describe('a step', () => {
  it('sees the language and nothing of the machine', async () => {
    const names = (await value(returning('Object.getOwnPropertyNames(globalThis)'))) as string[];
    const host =
      /process|require|console|fetch|timeout|interval|performance|crypto|buffer|worker|url|std|^os$|global$/i;
    expect(names.filter((name) => host.test(name) && !/^(Shared)?ArrayBuffer$|^(en|de)codeURI/.test(name))).toEqual([]);
    expect(names).toContain('Map');
  });

  it.each(['console.log(1)', 'process.exit(1)', 'setTimeout(() => {}, 1)', 'fetch("http://x")', 'require("fs")'])(
    'is told that %s is not there for it',
    async (call) => {
      expect(await fault(returning(call))).toMatch(
        /^js_error: ReferenceError at steps\/rank\.js:1: '\w+' is not defined; a step sees its input and nothing else$/,
      );
    },
  );

  it.each([
    'Date.now()',
    'new Date()',
    'Date()',
    'new (new Date(0).constructor)()',
    'Reflect.construct(Date, [])',
    'new (class extends Date {})()',
    'eval("Date.now()")',
    'new Function("return new Date()")()',
    '[...Object.getOwnPropertyNames(Date)].map((key) => typeof Date[key] === "function" && Date[key]())',
  ])('has no clock: %s', async (expression) => {
    expect(await fault(returning(expression))).toBe(NO_CLOCK);
  });

  it('may reckon with times that are given, and is at UTC on every machine', () => {
    const times =
      'new Date(0).toString(), new Date("2026-07-01T00:00").getTime(), Date.parse("Jan 1"), Date.UTC(1970, 0, 2)';
    const print = 'console.log(JSON.stringify((await again()).value), new Date(0).getTimezoneOffset());';
    const there = runAlone(callOf(returning(`[${times}]`)), print, { TZ: 'America/New_York' });
    const here = ['Thu Jan 01 1970 00:00:00 GMT+0000', Date.UTC(2026, 6, 1), Date.UTC(2001, 0, 1), 86_400_000];
    expect(there).toBe(`${JSON.stringify(here)} 300`);
  });

  it('has dates of every other kind', async () => {
    const kinds =
      'new Date(7) instanceof Date, new (class Day extends Date {})(7).getTime(), new Date(NaN).getTime() + ""';
    expect(await value(returning(`[${kinds}]`))).toEqual([true, 7, 'NaN']);
  });

  it('writes and sorts alike whatever the language of the machine', async () => {
    const written =
      '[(1234567.8).toLocaleString(), "I".toLocaleLowerCase("tr"), ["ä", "z", "a"].sort((a, b) => a.localeCompare(b)), typeof Intl]';
    expect(await value(returning(written))).toEqual(['1234567.8', 'i', ['a', 'z', 'ä'], 'undefined']);
  });

  it('draws the same numbers for the same seed, those of the portable generator', async () => {
    const draw = 'const first = Math.random(); export const rank = () => [first, Math.random(), Math.random()];';
    const numbers = (await value(draw, { seed: 'reyn' })) as number[];
    expect(numbers.map((number) => number.toFixed(10))).toEqual(['0.5348771936', '0.0650607448', '0.9708845147']);
    expect(await value(draw, { seed: 'reyn' })).toEqual(numbers);
    expect(await value(draw, { seed: 'ä' })).not.toEqual(numbers);
  });

  it('may make code of text, which sees no more than the step', async () => {
    expect(await value(returning('eval("x + 1") + new Function("y", "return y * 2")(x)'), { input: 2 })).toBe(7);
    expect(await value(returning('new Function("return [typeof process, typeof require]")()'))).toEqual([
      'undefined',
      'undefined',
    ]);
    expect(await value(returning('typeof (() => 1).constructor("return this")().process'))).toBe('undefined');
  });
});
