import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalPath,
  foldName,
  isRefusal,
  localPath,
  parseLocation,
  showLocation,
} from '../../../src/os/workspace/location.ts';

const SHA = 'a'.repeat(64);

function shown(given: string): string {
  const parsed = parseLocation(given);
  return isRefusal(parsed) ? `refused: ${parsed.refused}` : showLocation(parsed);
}

describe('parseLocation', () => {
  it.each([
    ['a.txt', 'a.txt'],
    ['./a.txt', 'a.txt'],
    ['a//b', 'a/b'],
    ['sub/../a.txt', 'a.txt'],
    ['.', '.'],
    ['..foo/a.txt', '..foo/a.txt'],
    ['...', '...'],
    ['-rf', '-rf'],
    ['~tilde.txt', '~tilde.txt'],
    ['a/~/b', 'a/~/b'],
    ['100%.txt', '100%.txt'],
    ['..%2fout%2fsecret.txt', '..%2fout%2fsecret.txt'],
    ['..∕out', '..∕out'],
    ['café.txt', 'café.txt'],
    ['app/(group)/[id].tsx', 'app/(group)/[id].tsx'],
    ['note: today.md', 'note: today.md'],
    ['work:/', 'work:/'],
    ['work:/a/./b', 'work:/a/b'],
    [`blob:${SHA}`, `blob:${SHA}`],
  ])('reads %j as %j', (given, canonical) => {
    expect(shown(given)).toBe(canonical);
  });

  it.each([
    '',
    '..',
    '../out/secret.txt',
    'sub/../../out',
    './././../out',
    'sub//..//..//out',
    'a/../../../../etc/passwd',
    '~',
    '~/x',
    '~root/secret.txt',
    '..\\out\\secret.txt',
    '\\\\?\\/etc/passwd',
    'a\0b',
    'a\nb',
    'a\u001b[2Kb',
    'a\u2028b',
    'invoice\u202etxt.exe',
    'a\ud800.txt',
    'work:x',
    'work:',
    'work:/../x',
    'work://../x',
    './work:/x',
    'a/../work:/x',
    './~/x',
    'blob:',
    `blob:${SHA.toUpperCase()}`,
    `blob:${SHA}/x`,
    'file:///etc/passwd',
    'https://example.org/x',
    'C:/Windows',
    'C:x',
    `${'n'.repeat(256)}`,
    `${'é'.repeat(128)}`,
    `${'d/'.repeat(2049)}x`,
  ])('refuses %j', (given) => {
    expect(shown(given)).toMatch(/^refused: The path ".*" cannot be used: /s);
  });

  it('shows what does not show when it refuses it', () => {
    expect(shown('a\u202eb\u001b')).toContain('a\\u202eb\\u001b');
  });

  it('knows that a path written as a folder cannot mean a file', () => {
    for (const given of ['a/', 'a/.', 'a/b/..', '.', 'work:/']) {
      expect(parseLocation(given)).toMatchObject({ folder: true });
    }
    expect(parseLocation('a/./b')).toMatchObject({ folder: false });
  });

  it('never leads out of its root, and gives back what it gave out, whatever the text', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', '~', 'work:', 'blob:', '\\', 'a', 'b c', '..a'),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom('', 'work:/', '/'), (parts, start) => {
        const given = start + parts.join('/');
        const parsed = parseLocation(given);
        if (isRefusal(parsed) || parsed.root === 'blob') return;
        expect(
          parsed.segments.every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('/')),
        ).toBe(true);
        const resolved = path.posix.resolve('/root', ...parsed.segments);
        expect(resolved === '/root' || resolved.startsWith('/root/')).toBe(true);
        const canonical = showLocation(parsed);
        expect(canonicalPath(canonical)).toBe(canonical);
        expect(parseLocation(canonical)).toMatchObject({ root: parsed.root, segments: parsed.segments });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('localPath', () => {
  it.each([
    ['/work/app/a.txt', 'a.txt'],
    ['/work/app/sub/../a.txt', 'a.txt'],
    ['//work//app/./b/', 'b/'],
    ['/work/app', '.'],
    ['/work/app/..foo', '..foo'],
  ])('takes %j in the project for %j', (given, local) => {
    expect(localPath('/work/app', given)).toBe(local);
  });

  it.each(['/work/app-old/a.txt', '/work/app2', '/work/ap', '/work/app/../a.txt', '/Work/app/a.txt', 'a.txt', '/'])(
    'leaves %j as it is: it is not in the project, or relative to it already',
    (given) => {
      expect(localPath('/work/app', given)).toBe(given);
    },
  );
});

describe('foldName', () => {
  it.each([
    ['.GIT', '.git'],
    ['.g\u200cit', '.git'],
    ['．ｇｉｔ', '.git'],
    ['.gıt', '.git'],
    ['.git. .', '.git'],
    ['.git::$INDEX_ALLOCATION', '.git'],
    ['REYN.yaml', 'reyn.yaml'],
    ['reyn.ya\uFEFFml', 'reyn.yaml'],
    ['\u212Aey.pem', 'key.pem'],
    ['cafe\u0301', 'caf\u00e9'],
  ])('takes %j for %j', (name, folded) => {
    expect(foldName(name)).toBe(folded);
  });
});
