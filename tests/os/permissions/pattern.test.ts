import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Need } from '../../../src/os/permissions/need.ts';
import { allows, denies, matchesName, patternProblem } from '../../../src/os/permissions/pattern.ts';
import { type Target, targetOf } from '../../../src/os/permissions/target.ts';

function target(need: Need): Target {
  const found = targetOf(need);
  if ('refused' in found) throw new Error(found.refused);
  return found;
}
const exec = (...argv: string[]): Need => ({ kind: 'exec', argv });
const net = (host: string): Need => ({ kind: 'net', host });
const mcp = (server: string, tool: string): Need => ({ kind: 'mcp', server, tool });
const read = (path: string): Need => ({ kind: 'file.read', path });
const secret = (name: string): Need => ({ kind: 'secret', name });

describe('a pattern of a rule that allows', () => {
  it.each([
    [read('docs/a.md'), 'docs/**', true],
    [read('docs/a.md'), 'docs', false],
    [read('/etc/hosts'), '/etc/*', true],
    [read('/etc/hosts'), '**', false],
    [read('etc/hosts'), '/etc/*', false],
    [read('work:/a'), '**', true],
    [exec('git', 'log'), 'git log', true],
    [exec('git', 'log', '-1'), 'git log **', true],
    [exec('/usr/bin/git', 'log'), 'git log', false],
    [exec('git', 'a b'), "git 'a b'", true],
    [exec('git', 'a', 'b'), "git 'a b'", false],
    [exec('git'), "git 'open", false],
    [exec('git'), '**', false],
    [net('example.org'), '*.example.org', false],
    [net('a.example.org'), '*.example.org', true],
    [net('example.org:8443'), 'example.org', false],
    [net('example.org'), 'https://example.org', false],
    [mcp('files', 'list'), 'files/list', true],
    [mcp('files', 'list'), 'files/*', true],
    [mcp('files', 'list'), 'files/l*', false],
    [mcp('files', 'list'), '*', false],
    [secret('DEPLOY_KEY'), 'DEPLOY_*', true],
    [secret('DEPLOY_KEY'), 'deploy_*', false],
  ])('%j under %j: %s', (need, pattern, expected) => {
    expect(allows(pattern, target(need))).toBe(expected);
  });
});

describe('a pattern of a rule that denies', () => {
  it.each([
    [read('docs/a/b.md'), 'docs', true],
    [read('DOCS/a.md'), 'docs', true],
    [read('/etc/ssl/x'), '/etc', true],
    [read('src/a'), 'docs', false],
    [exec('rm', '-rf', 'x'), 'rm', true],
    [exec('/bin/rm', '-rf', 'x'), 'rm', true],
    [exec('./rm'), 'rm', true],
    [exec('rm', 'x'), '/bin/rm', true],
    [exec('RM', 'x'), 'rm', true],
    [exec('git', 'push', 'origin'), 'git push **', true],
    [exec('/usr/bin/git', 'push', 'origin'), 'git push **', true],
    [exec('git', 'log'), 'git push **', false],
    [exec('rmdir', 'x'), 'rm', false],
    [net('example.org:8443'), 'example.org', true],
    [net('a.example.org'), '*.example.org', true],
    [net('example.org'), '*.example.org', false],
    [net('other.org'), 'example.org', false],
    [mcp('Files', 'Drop'), 'files/drop', true],
    [mcp('Files', 'Drop'), 'FILES/*', true],
    [mcp('files', 'list'), 'files/drop', false],
    [secret('Deploy_Key'), 'DEPLOY_*', true],
  ])('%j under %j: %s', (need, pattern, expected) => {
    expect(denies(pattern, target(need))).toBe(expected);
  });

  it.each([
    [read('a'), '!(x)'],
    [read('a'), '../**'],
    [exec('git'), "git 'open"],
    [exec('git'), '*'],
    [exec('git', 'log'), '**'],
    [exec('git'), ''],
    [net('example.org'), 'https://example.org/'],
    [mcp('files', 'list'), 'files'],
    [mcp('files', 'list'), '*'],
  ])('%j is closed by %j, which cannot be read', (need, pattern) => {
    expect(denies(pattern, target(need))).toBe(true);
  });

  it('closes at least what the same pattern would open', () => {
    const needs = fc.constantFrom<Need>(
      ...[read('docs/a.md'), read('/etc/hosts'), exec('git', 'log'), net('a.example.org'), mcp('s', 't'), secret('K')],
    );
    const patterns = fc.oneof(
      fc.constantFrom('**', 'docs/**', '/etc/**', 'git **', 'git log', '*.example.org', '*', 's/*', 's/t', 'K', 'K*'),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(needs, patterns, (need, pattern) => {
        if (allows(pattern, target(need))) expect(denies(pattern, target(need))).toBe(true);
      }),
    );
  });
});

describe('a pattern of names', () => {
  it('is what the regular expression with .* in place of * is', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '\n'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 10 });
    fc.assert(
      fc.property(text, name, (pattern, given) => {
        const escaped = pattern.split('*').map((part) => part.replace(/[.\n]/g, (c) => (c === '.' ? '\\.' : '\\n')));
        expect(matchesName(pattern, given)).toBe(new RegExp(`^${escaped.join('.*')}$`, 's').test(given));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes time in proportion to both, however many stars it has', () => {
    expect(matchesName(`${'a*'.repeat(5000)}b`, 'a'.repeat(10_000))).toBe(false);
  });
});

describe('a pattern that cannot be a rule', () => {
  it.each([
    ['file.read', '../x', /part/],
    ['file.write', '{a', /braces/],
    ['net', 'https://x', /not a pattern of hosts/],
    ['exec', "git 'x", /quote/],
    ['exec', '**', /program/],
    ['mcp', 'files', /server\/tool/],
  ] as const)('of %s: %s', (kind, pattern, why) => {
    expect(patternProblem(kind, pattern)).toMatch(why);
  });

  it.each([
    ['file.read', 'docs/**'],
    ['net', '*.example.org:*'],
    ['exec', 'git log **'],
    ['mcp', 'files/*'],
    ['secret', 'DEPLOY_*'],
  ] as const)('of %s is not %s', (kind, pattern) => {
    expect(patternProblem(kind, pattern)).toBeUndefined();
  });
});
