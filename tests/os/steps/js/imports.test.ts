import { describe, expect, it } from 'vitest';
import { useEngine } from './running.ts';

const { value, fault } = useEngine();

describe('an import of a step', () => {
  it('brings a module of steps/, from any folder of it', async () => {
    const modules = {
      'lib/words.js':
        'import { one } from "../one.js"; export { default as two } from "./deep/two.js"; export const words = [one];',
      'lib/deep/two.js': 'export default 2;',
      'one.js': 'export const one = 1;',
    };
    expect(
      await value('import { two, words } from "./lib/words.js"; export const rank = () => [words, two];', { modules }),
    ).toEqual([[1], 2]);
  });

  it('may go in a circle', async () => {
    const modules = { 'odd.js': 'import { rank } from "./rank.js"; export const odd = (n) => n !== 0 && rank(n - 1);' };
    const even = 'import { odd } from "./odd.js"; export const rank = (n) => n === 0 || odd(n - 1);';
    expect(await value(even, { modules, input: 10 })).toBe(true);
    expect(await value(even, { modules, input: 7 })).toBe(false);
  });

  const relative = ': a step imports only files of steps/, by a relative path such as "./words.js"';
  it.each([
    ['node:fs', relative],
    ['lodash', relative],
    ['/etc/passwd.js', relative],
    ['file:///x.js', relative],
    ['', relative],
    ['../skill.js', ', which is outside steps/'],
    ['./a/../../steps/rank.js', ', which is outside steps/'],
    ['./word.js', ', but there is no steps/word.js (did you mean "words.js"?)'],
    ['./words', ': write the whole name of a .js file, e.g. "./words.js"'],
    ['./words.json', ': write the whole name of a .js file, e.g. "./words.js"'],
    ['./words.js?x', ': write the whole name of a .js file, e.g. "./words.js"'],
    ['./wo%72ds.js', ', but there is no steps/wo%72ds.js (did you mean "words.js"?)'],
    ['./__proto__', ': write the whole name of a .js file, e.g. "./words.js"'],
  ])('of "%s" is refused, whether it is written or made', async (specifier, why) => {
    const message = `js_error: steps/rank.js imports "${specifier}"${why}`;
    const modules = { 'words.js': 'export const rank = 1;' };
    expect(await fault(`import "${specifier}"; export const rank = () => 1;`, { modules })).toBe(message);
    expect(await fault(`export const rank = () => import("${specifier}");`, { modules })).toBe(message);
  });

  it('made while the step runs follows the same rule', async () => {
    const source =
      'export const rank = async (name) => { try { return (await import(name)).one; } catch (error) { return error.message; } };';
    const modules = { 'one.js': 'export const one = 1;' };
    expect(await value(source, { modules, input: './one.js' })).toBe(1);
    expect(await value(source, { modules, input: 'os' })).toMatch(/^steps\/rank\.js imports "os": /);
  });

  it('of a module that is broken is told with the place in that module', async () => {
    const source = 'import "./bad.js"; export const rank = () => 1;';
    expect(await fault(source, { modules: { 'bad.js': '\nlet a = ;' } })).toMatch(
      /^js_error: SyntaxError at steps\/bad\.js:2: /,
    );
    expect(await fault(source, { modules: { 'bad.js': '\n\nnull.x;' } })).toMatch(
      /^js_error: TypeError at steps\/bad\.js:3: /,
    );
    expect(await fault(source, { modules: { 'bad.js': '1;\0' } })).toBe(
      'js_error: steps/bad.js has a NUL character in it',
    );
    expect(await fault('1;\0')).toBe('js_error: steps/rank.js has a NUL character in it');
  });

  it('of a name that is not exported says so', async () => {
    const modules = { 'one.js': 'export const one = 1;' };
    expect(await fault('import { two } from "./one.js"; export const rank = () => two;', { modules })).toMatch(
      /^js_error: SyntaxError at steps\/rank\.js.*: Could not find export 'two' in module 'steps\/one\.js'/,
    );
  });
});
