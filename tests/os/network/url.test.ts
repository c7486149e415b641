import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostNeeded, hostOf, hostRefusal, isRefusedUrl, readUrl, UNREADABLE } from '../../../src/os/network/url.ts';

function refusal(text: string): string | undefined {
  const read = readUrl(text);
  return isRefusedUrl(read) ? read.refused : undefined;
}

function read(text: string): URL {
  const url = readUrl(text);
  if (isRefusedUrl(url)) throw new Error(url.refused);
  return url;
}

describe('reading a URL', () => {
  it.each([
    ['https://example.com/a?b=c#d', 'https://example.com/a?b=c', 'example.com'],
    ['HTTP://EXAMPLE.com:80', 'http://example.com/', 'example.com'],
    ['http://example.com:443/', 'http://example.com:443/', 'example.com:443'],
    ['https://example.com.:8443/x', 'https://example.com:8443/x', 'example.com:8443'],
    ['https://b\u00fccher.example/', 'https://xn--bcher-kva.example/', 'xn--bcher-kva.example'],
    ['http://[2606:4700::1111]:8080/', 'http://[2606:4700::1111]:8080/', '[2606:4700::1111]:8080'],
    ['https://example.com/%00%0d%0a?q=%5C@x', 'https://example.com/%00%0d%0a?q=%5C@x', 'example.com'],
    ['https://my_host.example.com/', 'https://my_host.example.com/', 'my_host.example.com'],
  ])('takes %s', (text, href, host) => {
    const url = read(text);
    expect(url.href).toBe(href);
    expect(hostOf(url)).toBe(host);
    expect(hostNeeded(text)).toBe(host);
  });

  it.each([
    ['another scheme', 'FILE:/etc/passwd'],
    ['another scheme', 'gopher://127.0.0.1:6379/_x'],
    ['another scheme', 'ftp://127.0.0.1/'],
    ['another scheme', 'javascript:alert(1)'],
    ['another scheme', 'data:text/plain,x'],
    ['another scheme', 'blob:http://example.com/x'],
    ['another scheme', 'ws://example.com/'],
    ['no scheme', '//127.0.0.1/'],
    ['no scheme', 'example.com'],
    ['no host', 'http://'],
    ['no host', 'http:///etc/passwd'],
    ['no host', 'http:example.com'],
    ['no host', 'https:/example.com'],
    ['nothing', ''],
    ['a user', 'http://example.com@evil.test/'],
    ['a password', 'http://u:p@evil.test/'],
    ['an empty user', 'http://@evil.test/'],
    ['a backslash', 'http://127.0.0.1:80\\@example.com/'],
    ['a backslash', 'http:\\\\evil.test/'],
    ['NUL', 'http://evil.test\u0000.example.com/'],
    ['an encoded host', 'http://evil.test%00.example.com/'],
    ['an encoded host', 'http://%31%32%37.0.0.1/'],
    ['an encoded slash in the host', 'http://evil.test%2f.example.com/'],
    ['a tab', 'http://evil\t.test/'],
    ['a line break', 'http://evil.test/\r\nHost: x'],
    ['a space', 'http://evil.test/ x'],
    ['a space before', ' http://example.com/'],
    ['a wide space', 'http://evil.test/\u3000'],
    ['a lone surrogate', 'http://evil.test/\ud800'],
    ['a zero-width space', 'http://ok\u200b.test/'],
    ['a soft hyphen', 'http://o\u00adk.test/'],
    ['a bidirectional override', 'http://ok.test/\u202e'],
    ['tag characters', 'http://ok.test/\u{e0041}'],
    ['a delete', 'http://ok.test/\u007f'],
    ['an empty label', 'http://ok..test/'],
    ['two final dots', 'http://ok.test../'],
    ['only a dot', 'http://./'],
    ['a star', 'http://*.test/'],
    ['a sign that is no host', "http://ok'.test/"],
    ['a port out of range', 'http://ok.test:65536/'],
    ['port 0', 'http://ok.test:0/'],
    ['a broken address', 'http://[::1/'],
    ['a zone', 'http://[fe80::1%25eth0]/'],
    ['an address out of range', 'http://256.1.1.1/'],
    ['a label that is too long', `http://${'a'.repeat(64)}.test/`],
    ['a name that is too long', `http://${'abcdefghi.'.repeat(26)}test/`],
    ['too many bytes', `http://ok.test/${'x'.repeat(8200)}`],
  ])('refuses %s: %j', (_what, text) => {
    expect(refusal(text)).toMatch(/\.$/);
    expect(refusal(text)).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(hostNeeded(text)).toBe(UNREADABLE);
  });

  it('never throws, and gives a host that reads as itself', () => {
    const piece = fc.constantFrom(
      'http://',
      'https:',
      '/',
      '\\',
      '@',
      ':',
      '%',
      '.',
      '..',
      '[',
      ']',
      '::1',
      '127',
      '0x7f',
      '#',
      '?',
      '\u0000',
      '\u3002',
      'a',
      'EXAMPLE',
      '8080',
      ' ',
      '*',
      'xn--',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const url = readUrl(pieces.join(''));
        if (isRefusedUrl(url)) return;
        expect(['http:', 'https:']).toContain(url.protocol);
        expect(url.username + url.password + url.hash).toBe('');
        expect(hostOf(read(url.href))).toBe(hostOf(url));
        expect(url.hostname).toMatch(/^(\[[0-9a-f:]+\]|[a-z0-9_.-]*[^.])$/);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a host that no permission opens', () => {
  it.each([
    ...[
      'localhost',
      'foo.localhost',
      'localhost:3000',
      'localhost.localdomain',
      'printer.local',
      'x.internal',
      'nas.home.arpa',
    ],
    ...[
      'metadata.google.internal',
      'metadata.goog',
      'metadata',
      'instance-data',
      'intranet',
      'x.onion',
      UNREADABLE,
      '',
    ],
    ...['127.0.0.1', '127.0.0.1:8080', '10.0.0.5', '[::1]:80', '[::ffff:7f00:1]', '169.254.169.254', '100.100.100.200'],
    ...['0', '0x7f.1', '2130706433', 'evil.test\u0000.example.com', 'user@example.com', 'example.com/path'],
  ])('is %j', (host) => {
    expect(hostRefusal(host)).toBeDefined();
  });

  it.each(['example.com', 'example.com:8443', 'ok.test', 'localhost.example.com', '1.1.1.1', '[2606:4700::1111]:8443'])(
    'is not %j',
    (host) => {
      if (host === 'notlocal') return expect(hostRefusal(host)).toContain('without a dot');
      expect(hostRefusal(host)).toBeUndefined();
    },
  );
});
