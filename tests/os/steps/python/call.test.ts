import { describe, expect, it } from 'vitest';
import { openPythonEngine } from '../../../../src/os/steps/python/engine.ts';
import { PYTHON_LIMITS } from '../../../../src/os/steps/python/port.ts';
import { call, outcome, returns } from './running.ts';

describe.concurrent('a Python function', () => {
  it('gets its input and gives its result, whatever it holds', async () => {
    const input = {
      text: 'é 😀 \u2028',
      list: [1, 2.5, -0.001, true, null, {}],
      deep: { a: { b: [[]] } },
      big: 2 ** 53 - 1,
    };
    expect(await outcome(returns('a', input))).toEqual(input);
  });

  it('may print, which is no part of the result', async () => {
    expect(
      await outcome(call('import sys\nprint("loud")\ndef f(a):\n    print("x")\n    sys.stdout.flush()\n    return 1')),
    ).toBe(1);
  });

  it('imports from steps/ by relative name, and from the standard library', async () => {
    const modules = {
      'words.py': 'import re\nwords = lambda t: re.findall(r"\\w+", t)\n',
      'lib/sum.py': 'from ..words import words\ndef count(t): return len(words(t))\n',
      'lib/__init__.py': 'NAME = __name__',
    };
    const source =
      'from .lib.sum import count\nfrom .lib import NAME\nfrom . import words\ndef f(a): return [count(a["t"]), NAME, words.words("a b")]';
    expect(await outcome(call(source, { t: 'one two three' }, { modules }))).toEqual([3, 'steps.lib', ['a', 'b']]);
  });

  it('in a folder of steps/ is called there', async () => {
    const modules = { 'lib/x.py': 'from ..rank import N\ndef f(a): return N' };
    expect(await outcome(call('N = 7', {}, { modules, module: 'lib/x.py' }))).toBe(7);
  });

  it('of steps/ imports nothing beside that folder; one beside it may, and shadows no library', async () => {
    const modules = {
      '../stats.py': 'import json, helper\ndef f(a): return [helper.N, json.dumps(1)]',
      '../helper.py': 'N = 1',
      '../json.py': 'x',
    };
    expect(await outcome(call('from .. import stats\ndef f(a): return 1', {}, { modules }))).toMatch(
      /^python_error: ImportError at steps\/rank\.py:1/,
    );
    expect(await outcome(call('import stats\ndef f(a): return 1', {}, { modules }))).toMatch(
      /^python_error: ModuleNotFound/,
    );
    expect(await outcome(call('', {}, { modules, module: '../stats.py' }))).toEqual([1, '1']);
  });

  it('throws the dice of its seed and walks sets in the order of it', async () => {
    const source =
      'import random\ndef f(a): return [random.random(), list({"a", "b", "c", "d", "e", "f", "g"}), hash("x") % 1000]';
    const [one, same, other] = await Promise.all(
      ['r/1/s1', 'r/1/s1', 'r/1/s2'].map((seed) => outcome(call(source, {}, { seed }))),
    );
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it.each([
    ['raises', 'def f(a):\n    x = 1\n    return a["text"]', "KeyError at steps/rank.py:3: 'text'"],
    ['raises in another file', 'from .words import g\nf = lambda a: g()', 'OSError at steps/words.py:2: no'],
    ['does not parse', 'x = 1\ndef f(a)\n    return 1', /^SyntaxError at steps\/rank\.py:2: /],
    [
      'raises below the library',
      'import json\ndef f(a):\n    json.loads("{")',
      /^JSONDecodeError at steps\/rank\.py:3: Expecting/,
    ],
    ['exits', 'import sys\ndef f(a):\n    sys.exit(3)', 'SystemExit at steps/rank.py:3: 3'],
    [
      'ends the process',
      'import os\ndef f(a):\n    os._exit(3)',
      'steps/rank.py: Python ended (exit 3) without a result',
    ],
    [
      'breaks the interpreter',
      'import ctypes\ndef f(a):\n    ctypes.string_at(0)',
      'steps/rank.py: Python was ended by SIGSEGV',
    ],
    [
      'calls itself for ever',
      'def f(a):\n    return f(a)',
      'RecursionError at steps/rank.py:2: maximum recursion depth exceeded',
    ],
    [
      'imports a package',
      'import numpy\ndef f(a): return 1',
      /^ModuleNotFoundError at steps\/rank\.py:1: .*no other package$/,
    ],
    ['imports a neighbour without a dot', 'import words', /write "from \.words import …"/],
    [
      'is not there',
      'def ff(a): return 1\ng = 2',
      'steps/rank.py has no function "f"; it has "ff" (did you mean "ff"?)',
    ],
    ['is no function', 'f = 3', '"f" of steps/rank.py is no function'],
    [
      'has an error that hides',
      'class E(Exception):\n    def __str__(self): raise self\ndef f(a):\n    raise E()',
      'E at steps/rank.py:4',
    ],
    [
      'says what deceives',
      'def f(a):\n    raise ValueError("a\\u202eb\\x1b[2J\\nc")',
      'ValueError at steps/rank.py:2: a\\u202eb\\u001b[2J c',
    ],
  ])('that %s ends with the place', async (_, source, message) => {
    const end = await call(source, {}, { modules: { 'words.py': 'def g():\n    raise OSError("no")' } });
    expect(end).toMatchObject({ ok: false, code: 'python_error' });
    if (!end.ok) expect(end.message)[message instanceof RegExp ? 'toMatch' : 'toBe'](message as string);
  });

  it.each([
    ['nothing', 'None', 'returned nothing'],
    ['no number', '{"x": [float("nan")]}', 'returned nan at x[0], which an artifact cannot hold'],
    [
      'a number that JSON would change',
      '{"n": 2 ** 60}',
      'returned a whole number beyond 2**53 - 1 at n, which an artifact cannot hold',
    ],
    ['a set', '{"x": {"y": {1}}}', 'returned a set at x.y, which an artifact cannot hold'],
    ['keys of another kind', '{1: 2}', 'returned a key that is no text: 1, which an artifact cannot hold'],
    ['half a character', '"\\ud800"', 'returned a text with half of a surrogate pair, which an artifact cannot hold'],
    [
      'what nests too deep',
      '__import__("functools").reduce(lambda x, _: [x], range(70), 1)',
      'returned what is nested deeper than 64 levels',
    ],
    ['itself', '(lambda l: l.append(l) or l)([])', 'returned what is nested deeper than 64 levels'],
    [
      'a name that objects inherit',
      '{"__proto__": 1}',
      'returned what is not JSON: the key "__proto__" is not allowed',
    ],
    ['too much', '"x" * (1024 * 1024)', 'returned 1048578 bytes of JSON; 1048576 at most'],
  ])('that returns %s is told', async (_, expression, message) => {
    expect(await outcome(returns(expression))).toBe(`python_output: f of steps/rank.py ${message}`);
  });

  it('cannot answer for the engine: what it writes there is checked', async () => {
    const source = (text: string) =>
      `import os, sys\ndef f(a):\n    fd = sys.modules["__main__"].answer_to.fileno()\n    os.write(fd, ${text})\n    os._exit(0)`;
    expect(await outcome(call(source('b"V{"')))).toMatch(/^python_output: .* not JSON/);
    expect(await outcome(call(source('b"F[1]"')))).toMatch(/^python_error: /);
    expect(await outcome(call(source(`b'F{"code": 7}'`)))).toMatch(/^python_error: .*cannot be read/);
    expect(await outcome(call(source('b"V" + b"x" * 2000000')))).toMatch(/^python_output: .*more than it may return/);
  });

  it('has a bound of memory, in Python and beneath it', async () => {
    expect(await outcome(returns('len(bytearray(10 ** 9))'))).toMatch(
      /^python_memory: steps\/rank\.py:2 needs more than 128 MB/,
    );
    expect(await outcome(returns('[0] * 10 ** 9'))).toMatch(/^python_memory: /);
  });

  it('takes and gives as much as it may', async () => {
    const most = 'x'.repeat(PYTHON_LIMITS.inputBytes - 2);
    expect(await outcome(returns('a', most))).toBe(most);
    expect(await outcome(returns('a', `${most}x`))).toBe(
      'python_input: the input of f of steps/rank.py is 1048577 bytes of JSON; 1048576 at most',
    );
  });

  it('is not called in a module that is not there, or with what is no artifact', async () => {
    expect(await outcome(call('', {}, { module: 'rnak.py' }))).toBe(
      'python_error: there is no steps/rnak.py (did you mean "rank.py"?)',
    );
    const deep = JSON.parse('['.repeat(70) + ']'.repeat(70));
    expect(await outcome(returns('1', deep))).toMatch(/^python_input: .*deeper than 64/);
    expect(await outcome(returns('1', JSON.parse('{"__proto__": 1}')))).toMatch(/^python_input: .*__proto__/);
  });
});

describe('where nothing isolates', () => {
  it('a call ends with why, and what to do', async () => {
    const none = { backend: undefined, reason: 'bubblewrap is not installed.', hint: 'Install it.' } as const;
    const engine = openPythonEngine({ sandbox: () => none });
    const request = { modules: { 'a.py': '' }, module: 'a.py', function: 'f', input: {}, seed: '', seconds: 1 };
    expect(engine.backend).toBeUndefined();
    expect(await engine.run(request, new AbortController().signal)).toEqual({
      ok: false,
      code: 'no_sandbox',
      message: 'bubblewrap is not installed. Install it.',
    });
  });
});
