import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostPatternProblem, matchesHost } from '../../../src/os/network/host-pattern.ts';
import { hostNeeded, UNREADABLE } from '../../../src/os/network/url.ts';

const MATCHES: readonly (readonly [pattern: string, host: string])[] = [
  ['example.com', 'example.com'],
  ['EXAMPLE.Com', 'example.com'],
  ['example.com.', 'example.com'],
  ['example.com:8443', 'example.com:8443'],
  ['example.com:*', 'example.com'],
  ['example.com:*', 'example.com:22'],
  ['*.allowed.test', 'a.allowed.test'],
  ['*.allowed.test', 'a.b.allowed.test'],
  ['*.allowed.test:8080', 'a.allowed.test:8080'],
  ['*', 'example.com'],
  ['*', '1.1.1.1'],
  ['*:*', 'example.com:8443'],
  ['*:8443', 'example.com:8443'],
  ['b\u00fccher.example', 'xn--bcher-kva.example'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['*.b\u00dcCHER.example', 'a.xn--bcher-kva.example'],
  ['1.1.1.1', '1.1.1.1'],
  ['[2606:4700:0::1111]', '[2606:4700::1111]'],
  ['[2606:4700::1111]:8080', '[2606:4700::1111]:8080'],
];

const DIFFERS: readonly (readonly [pattern: string, host: string])[] = [
  ['example.com', 'example.com.evil.test'],
  ['example.com', 'www.example.com'],
  ['example.com', 'notexample.com'],
  ['example.com', 'example.com:22'],
  ['example.com', 'exampleXcom.test'],
  ['example.com:8443', 'example.com'],
  ['example.com:8443', 'example.com:84430'],
  ['*.allowed.test', 'allowed.test'],
  ['*.allowed.test', 'xallowed.test'],
  ['*.allowed.test', 'a.allowed.test:8080'],
  ['*.allowed.test', 'a.allowed.test.evil.test'],
  ['*', 'example.com:8443'],
  ['*', UNREADABLE],
  ['*:*', UNREADABLE],
  ['*:*', ''],
  ['*:*', 'evil.test\u0000.example.com'],
  ['*:*', 'user@example.com'],
  ['0x7f.1', '0x7f.2'],
];

const BROKEN = [
  ...[
    '',
    ' ',
    'http://example.com',
    'example.com/path',
    'user@example.com',
    'a.*.com',
    '**',
    '*.*',
    '*example.com',
    'exam*ple.com',
  ],
  ...[
    'example.com:0',
    'example.com:65536',
    'example.com:08',
    'example.com:http',
    'example.com:',
    ':80',
    '*.',
    '*.1.1.1.1',
    '*.[::1]',
  ],
  ...[
    'example.com:80',
    'example.com:443',
    'ex ample.com',
    'example.com\n',
    'example.com\u0000',
    'ex%61mple.com',
    'a..b',
    '[::1',
    '::1',
    '\\example.com',
  ],
  ...['e\u200bxample.com', '.example.com', '?', '#', 'example.com,other.com'],
];

describe('a pattern of hosts', () => {
  it.each(MATCHES)('%j covers %j', (pattern, host) => {
    expect(hostPatternProblem(pattern)).toBeUndefined();
    expect(matchesHost(pattern, host)).toBe(true);
  });

  it.each(DIFFERS)('%j does not cover %j', (pattern, host) => {
    expect(matchesHost(pattern, host)).toBe(false);
  });

  it.each(BROKEN)('%j cannot be read: it says why and covers nothing', (pattern) => {
    expect(hostPatternProblem(pattern)).toMatch(/\.$/);
    for (const host of ['example.com', 'example.com:80', pattern]) expect(matchesHost(pattern, host)).toBe(false);
  });

  it('without a star covers one name, whatever the host', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(host, host, (pattern, other) => {
        expect(matchesHost(pattern, other)).toBe(pattern === other);
        expect(matchesHost(`*.${pattern}`, other)).toBe(other.endsWith(`.${pattern}`));
        expect(matchesHost('*', other)).toBe(true);
      }),
    );
  });

  it('covers nothing but what a URL needs', () => {
    expect(matchesHost('*.allowed.test', hostNeeded('http://evil.test\\@a.allowed.test/'))).toBe(false);
    expect(matchesHost('example.com', hostNeeded('http://example.com:22/'))).toBe(false);
    expect(matchesHost('example.com', hostNeeded('https://EXAMPLE.com.:443/x'))).toBe(true);
  });
});
