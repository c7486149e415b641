import { describe, expect, it } from 'vitest';
import { JS_LIMITS } from '../../../../src/os/steps/js/port.ts';
import { returning, useEngine } from './running.ts';

const { value, fault } = useEngine();

describe('a function of a step', () => {
  it('is given its input and returns a value', async () => {
    const source = 'export function rank({ notes }) { return notes.toSorted((a, b) => b.score - a.score); }';
    const notes = [{ score: 1 }, { score: 3, text: 'ä\u0000\ud800 \u2028 𝄞' }, { score: 2.5e-9 }];
    expect(await value(source, { input: { notes } })).toEqual([notes[1], notes[0], notes[2]]);
  });

  it('may be the default export', async () => {
    expect(await value('export default (x) => x + 1', { function: 'default', input: 4 })).toBe(5);
  });

  it('may be asynchronous, and so may its module', async () => {
    const source =
      'const two = await Promise.resolve(2); export async function rank(x) { await null; return x * two; }';
    expect(await value(source, { input: 21 })).toBe(42);
  });

  it('changes only a copy of its input', async () => {
    const input = { list: [1] };
    expect(await value('export function rank(x) { x.list.push(2); return x; }', { input })).toEqual({ list: [1, 2] });
    expect(input).toEqual({ list: [1] });
  });

  it('finds nothing that an earlier call left', async () => {
    const source =
      'let calls = 0; export function rank() { globalThis.seen = (globalThis.seen ?? 0) + 1; return [++calls, seen]; }';
    expect(await value(source)).toEqual([1, 1]);
    expect(await value(source)).toEqual([1, 1]);
  });

  it('is told where it threw, and what', async () => {
    expect(await fault('export function rank() {\n  const a = null;\n  return a.b;\n}')).toBe(
      "js_error: TypeError at steps/rank.js:3: cannot read property 'b' of null",
    );
    expect(await fault('export async function rank() {\n  await null;\n  throw new RangeError("too few");\n}')).toBe(
      'js_error: RangeError at steps/rank.js:3: too few',
    );
    expect(await fault('export const rank = () => { throw "plain"; };')).toBe('js_error: steps/rank.js threw "plain"');
    expect(await fault('export const rank = () => { throw null; };')).toBe('js_error: steps/rank.js threw null');
    expect(await fault('\n\nexport const rank = = 1;')).toMatch(/^js_error: SyntaxError at steps\/rank\.js:3: /);
  });

  it('is told in one line of sane length, without characters that deceive', async () => {
    const message = await fault('export const rank = () => { throw new Error("a\\n\\u202e\\u001b".repeat(9999)); };');
    expect(message).toMatch(/^js_error: Error at steps\/rank\.js:1: a \\u202e\\u001ba [\x20-\x7e]+…$/);
    expect(message.length).toBeLessThan(400);
    const names = await fault('const a = 1; export { a as "\u202e" }; import "./x.js"', { modules: { 'x.js': '' } });
    expect(names).toBe('js_error: steps/rank.js has no export "rank"; it exports "\\u202e"');
    expect(await fault(`import "./${'x'.repeat(9999)}.js";`)).toMatch(
      /^js_error: steps\/rank\.js imports "[^"]{301}", but /,
    );
  });

  it('that is not there is told with those that are', async () => {
    expect(await fault('export const ranks = () => 1; export const a = 1;')).toBe(
      'js_error: steps/rank.js has no export "rank"; it exports "a" and "ranks" (did you mean "ranks"?)',
    );
    expect(await fault('')).toBe('js_error: steps/rank.js has no export "rank"; it exports nothing');
    expect(await fault('export const rank = 1;')).toBe('js_error: the export "rank" of steps/rank.js is no function');
    expect(await fault('export {}', { function: 'toString' })).toMatch(/has no export "toString"; it exports nothing$/);
  });

  it('of a module that is not there is told with the one that was meant', async () => {
    expect(await fault('', { module: 'rnk.js' })).toBe('js_error: there is no steps/rnk.js (did you mean "rank.js"?)');
  });

  it('that waits for what never comes ends at once', async () => {
    expect(await fault('export const rank = () => new Promise(() => {});')).toBe(
      'js_error: steps/rank.js waits for a promise that nothing settles',
    );
  });
});

describe('what goes in', () => {
  it('is at most a megabyte of JSON', async () => {
    const longest = 'x'.repeat(JS_LIMITS.inputBytes - 2);
    expect(await value(returning('x.length'), { input: longest })).toBe(longest.length);
    expect(await fault(returning('1'), { input: `${longest.slice(1)}é` })).toBe(
      'js_input: the input of rank of steps/rank.js is 1048577 bytes of JSON; 1048576 at most',
    );
  });

  it('is neither too deep nor has a key that could become a prototype', async () => {
    const deep = JSON.parse(`${'['.repeat(65)}${']'.repeat(65)}`);
    expect(await fault(returning('1'), { input: deep })).toMatch(/^js_input: .* is nested deeper than 64 levels$/);
    expect(await fault(returning('1'), { input: JSON.parse('{"a":{"__proto__":1}}') })).toMatch(
      /^js_input: .* has a key "__proto__"$/,
    );
  });
});

describe('what comes out', () => {
  it('is at most a megabyte of JSON', async () => {
    expect(await value(returning(`'é'.repeat(${JS_LIMITS.outputBytes / 2 - 1})`))).toHaveLength(
      JS_LIMITS.outputBytes / 2 - 1,
    );
    expect(await fault(returning(`'é'.repeat(${JS_LIMITS.outputBytes / 2})`))).toBe(
      'js_output: rank of steps/rank.js returned 1048578 bytes of JSON; 1048576 at most',
    );
  });

  it.each([
    ['undefined', 'nothing'],
    ['NaN', 'NaN, '],
    ['{ a: [1, { b: Infinity }] }', 'Infinity at "a.1.b", '],
    ['{ f: () => 1 }', 'a function at "f", '],
    ['[1n]', 'a bigint at "0", '],
    ['Symbol()', 'a symbol, '],
    ['[1, , 2]', 'undefined at "1", '],
    ['{ m: new Map() }', 'an instance of Map at "m", '],
    ['{ when: new Date(0) }', 'an instance of Date at "when", '],
    ['new (class Note {})()', 'an instance of Note, '],
    ['Promise.resolve([new Set()])', 'an instance of Set at "0", '],
    [`JSON.parse('{"a":{"__proto__":1}}')`, 'a key "__proto__" at "a", '],
    ['((a) => { a.push({ a }); return a; })([])', 'an object that contains itself at "0.a", '],
    [`JSON.parse('['.repeat(65) + ']'.repeat(65))`, 'more than 64 levels at "0.0.0.'],
    ['{ toJSON: () => 1 }', 'a function at "toJSON", '],
  ])('is refused when an artifact cannot hold it: %s', async (expression, what) => {
    expect(await fault(returning(expression))).toContain(`js_output: rank of steps/rank.js returned ${what}`);
  });

  it('may have absent members, shared parts and the deepest nesting an artifact may have', async () => {
    expect(await value(returning('{ a: undefined, b: 1, [Symbol()]: 2 }'))).toEqual({ b: 1 });
    expect(await value(returning('((a) => [a, { a }])({ c: 1 })'))).toEqual([{ c: 1 }, { a: { c: 1 } }]);
    expect(await value(returning('Object.assign(Object.create(null), { toString: 1, constructor: 2 })'))).toEqual({
      toString: 1,
      constructor: 2,
    });
    const deepest = `${'['.repeat(64)}${']'.repeat(64)}`;
    expect(JSON.stringify(await value(returning(deepest)))).toBe(deepest);
  });

  it('is what the function returned, whatever its module did to the built-in objects', async () => {
    const vandal = `
      Object.defineProperty(Array.prototype, 0, { set() {}, get: () => 'no' });
      Array.prototype.toJSON = Object.prototype.toJSON = () => 'no';
      const namesOf = Object.getOwnPropertyNames;
      for (const owner of [Object, JSON, Array, Number, Reflect, Function.prototype, String.prototype]) {
        for (const key of namesOf(owner)) {
          try { owner[key] = () => { throw new Error('no'); }; } catch {}
        }
      }
      export const rank = (x) => ({ a: [x], b: 2 });`;
    expect(await value(vandal, { input: 1 })).toEqual({ a: [1], b: 2 });
  });
});
