import { describe, expect, it } from 'vitest';
import { isRefusedGit, looksLikeGit, readGitSource } from '../../../../src/os/network/git/source.ts';

const COMMIT = '0123456789'.repeat(4);

describe('the address of a commit', () => {
  it('is read as it is recorded', () => {
    expect(readGitSource(`https://Example.org/a/b.git#${COMMIT}:skills/x`, undefined)).toMatchObject({
      commit: COMMIT,
      folder: 'skills/x',
      shown: `https://example.org/a/b.git#${COMMIT}:skills/x`,
    });
    expect(readGitSource('https://example.org:8443/a', COMMIT)).toMatchObject({
      folder: '',
      shown: `https://example.org:8443/a#${COMMIT}`,
    });
  });

  it.each([
    ['', /Only https/],
    ['--upload-pack=x', /Only https/],
    ['-uhttps://example.org/x', /Only https/],
    ['file:///etc', /Only https/],
    ['/etc', /Only https/],
    ['git://example.org/x', /Only https/],
    ['http://example.org/x', /Only https/],
    ['ssh://git@example.org/x', /Only https/],
    ['git@example.org:x/y', /Only https/],
    ['ext::sh -c "x"', /Only https/],
    ['https::http://example.org/x', /Only https/],
    [' https://example.org/x', /Only https/],
    ['https://u:p@example.org/x', /user or password/],
    ['https://u@example.org/x', /user or password/],
    ['https://@example.org/x', /user or password/],
    ['https://example.org/x?token=1', /no query/],
    ['https://example.org/x?', /no query/],
    ['https://example.org/x\ny', /plain URL/],
    ['https://example.org\\@evil.test/x', /user or password|plain URL/],
    ['https://example.org/', /path/],
    ['https://example.org/a/-x', /path/],
    ['https://example.org/a/.git', /path/],
    ['https://example.org/a%00b', /path/],
    ['https://example.org/a;b', /path/],
    ['https://127.0.0.1/x', /closed/],
    ['https://0x7f.1/x', /closed/],
    ['https://2130706433/x', /closed/],
    ['https://[::1]/x', /closed/],
    ['https://[::ffff:127.0.0.1]/x', /closed/],
    ['https://10.0.0.1/x', /closed/],
    ['https://169.254.169.254/x', /closed/],
    ['https://metadata.google.internal/x', /closed/],
    ['https://localhost/x', /closed/],
    ['https://intranet/x', /closed/],
  ])('is not %j', (text, message) => {
    const read = readGitSource(text, COMMIT);
    expect(isRefusedGit(read) ? read.refused : 'read').toMatch(message);
  });

  it.each([
    '',
    '-c',
    'main',
    'HEAD',
    'abc123',
    COMMIT.toUpperCase().replace('0', 'A'),
    `${COMMIT}0`,
    `${COMMIT}:a:b`,
    `-${COMMIT.slice(1)}`,
  ])('names no commit with %j', (commit) => {
    for (const read of [
      readGitSource(`https://example.org/x#${commit}`, undefined),
      readGitSource('https://example.org/x', commit),
    ]) {
      expect(isRefusedGit(read) ? read.refused : 'read').toMatch(/40 hex digits/);
    }
  });

  it('names one, once', () => {
    const twice = readGitSource(`https://example.org/x#${COMMIT}`, COMMIT);
    expect(isRefusedGit(twice) ? twice.refused : 'read').toMatch(/twice/);
    const none = readGitSource('https://example.org/x', undefined);
    expect(isRefusedGit(none) ? none.refused : 'read').toMatch(/No commit/);
  });

  it.each([
    '--x',
    '-u',
    'https://a',
    'file:///etc',
    'git@h:x',
    'host:path',
    'ext::sh',
    'ssh://h/x',
    'HTTP://a',
    'fd::17',
  ])('%j is never taken for a folder', (text) => expect(looksLikeGit(text)).toBe(true));

  it.each(['here', './here', '../here', '/a/b', 'a/b.tar', '~/x', 'C:\\skills\\x', 'a b/c', './a:b'])(
    '%j is taken for a folder or file',
    (text) => expect(looksLikeGit(text)).toBe(false),
  );
});
