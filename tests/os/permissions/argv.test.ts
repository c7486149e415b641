import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesArgv, showArgv, wordsOf } from '../../../src/os/permissions/argv.ts';

describe('a command as one text', () => {
  it.each([
    [['git', 'log', '-1'], 'git log -1'],
    [['echo', 'a b'], "echo 'a b'"],
    [['echo', ''], "echo ''"],
    [['echo', "it's"], String.raw`echo 'it'\''s'`],
    [['echo', '*'], "echo '*'"],
    [['echo', 'a\nb'], "echo 'a\nb'"],
    [['echo', '$HOME'], "echo '$HOME'"],
  ])('%j is %s', (argv, text) => {
    expect(showArgv(argv)).toBe(text);
  });

  it('gives the very words back, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 4 }), (argv) => {
        expect(wordsOf(showArgv(argv))).toEqual(argv);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("'", '"', '\\', ' ', '\t', '\n', 'a', '$', '*') }), {
          maxLength: 6,
        }),
        (argv) => {
          expect(wordsOf(showArgv(argv))).toEqual(argv);
        },
      ),
    );
  });

  it('of two commands is the same only when they are the same', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom("'", ' ', 'a', '\\'), maxLength: 4 }), { maxLength: 3 });
    fc.assert(
      fc.property(words, words, (one, other) => {
        expect(showArgv(one) === showArgv(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it.each([
    ["git 'log", undefined],
    ['git "log', undefined],
    ['  git   log  ', ['git', 'log']],
    ['a"b"c', ['abc']],
    ["''", ['']],
    [String.raw`a\ b`, ['a b']],
    ['', []],
  ])('%j is read as %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('a pattern of commands', () => {
  it.each([
    [['git', 'log'], ['git', 'log'], true],
    [['git', 'log'], ['git', 'log', '-1'], false],
    [['git', '*'], ['git', 'log'], true],
    [['git', '*'], ['git'], false],
    [['git', '**'], ['git'], true],
    [['git', '**'], ['git', 'log', '-1'], true],
    [['git', 'log', '**'], ['git', 'push'], false],
    [['git', '**', 'x'], ['git', 'a', 'x'], false],
    [['git', '**', 'x'], ['git', '**', 'x'], true],
    [['*'], ['git'], false],
    [['**'], ['git'], false],
    [['*', 'log'], ['git', 'log'], false],
    [[], [], false],
    [[], ['git'], false],
    [['git'], ['/usr/bin/git'], false],
    [['git'], ['GIT'], false],
  ])('%j, %j: %s', (pattern, argv, fits) => {
    expect(matchesArgv(pattern, argv)).toBe(fits);
  });
});
