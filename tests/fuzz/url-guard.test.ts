import { BlockList, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressRefusal } from '../../src/os/network/address.ts';
import { hostPatternProblem, matchesHost } from '../../src/os/network/host-pattern.ts';
import { openWays, reachPublic } from '../../src/os/network/reach.ts';
import { hostNeeded, hostOf, hostRefusal, isRefusedUrl, readUrl } from '../../src/os/network/url.ts';
import { OpError } from '../../src/os/op-error.ts';
import { runs } from './scale.ts';
import { anyText, edited, editsWith } from './text.ts';

/** What must never be dialled, told by Node and not by what is tested. A list of both families mixes them up. */
const INSIDE = { ipv4: new BlockList(), ipv6: new BlockList() };
const NETS = {
  ipv4: '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3 168.63.129.16/32',
  ipv6: '::/96 ::ffff:0:0/96 64:ff9b::/96 fc00::/7 fe80::/10 ff00::/8 2002::/16',
} as const;
for (const family of ['ipv4', 'ipv6'] as const) {
  for (const net of NETS[family].split(' ')) {
    const [start = '', bits] = net.split('/');
    INSIDE[family].addSubnet(start, Number(bits), family);
  }
}
const isInside = (address: string) =>
  isIPv4(address) ? INSIDE.ipv4.check(address, 'ipv4') : !isIPv6(address) || INSIDE.ipv6.check(address, 'ipv6');

const byte = fc.nat(255);
const anyIPv4 = fc.tuple(byte, byte, byte, byte);
const insideIPv4 = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), byte, byte, byte),
  fc.tuple(fc.constantFrom(169), fc.constant(254), byte, byte),
  fc.tuple(fc.constantFrom(192), fc.constant(168), byte, byte),
  fc.constantFrom<[number, number, number, number]>([169, 254, 169, 254], [168, 63, 129, 16], [100, 100, 100, 200]),
);

const DIGITS = ['０１２３４５６７８９', '①②③④⑤⑥⑦⑧⑨', '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗'] as const;
const wide = (text: string) => text.replace(/\d/g, (digit) => [...DIGITS[0]][Number(digit)] ?? digit);
const hex = (n: number, width = 2) => n.toString(16).padStart(width, '0');

/** Every way to write an IPv4 address into a URL that some reader takes for it. */
function spellings([a, b, c, d]: readonly [number, number, number, number]): string[] {
  const plain = `${a}.${b}.${c}.${d}`;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const halves = `${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`;
  return [
    ...[plain, `${plain}.`, wide(plain), plain.replaceAll('.', '。'), plain.replaceAll('.', '%2e')],
    ...[String(whole), `0x${hex(whole, 8)}`, `0${whole.toString(8)}`, `${a}.${b * 65_536 + c * 256 + d}`],
    ...[`${a}.${b}.${c * 256 + d}`, `0x${hex(a)}.0${b.toString(8)}.${c}.${d}`, `000${a.toString(8)}.${b}.${c}.${d}`],
    ...[`[::ffff:${plain}]`, `[::ffff:${halves}]`, `[::${plain}]`, `[64:ff9b::${plain}]`, `[64:ff9b:1::${halves}]`],
    ...[
      `[2002:${halves}::1]`,
      `[::ffff:0:${plain}]`,
      `[0:0:0:0:0:ffff:${halves}]`,
      `[fe80::1%25eth0]`,
      `[fd00:ec2::254]`,
    ],
    ...[`user@${plain}`, `example.com@${plain}`, `example.com%40${plain}`, `${plain}\\@example.com`, `a:b@${plain}`],
  ];
}

const PIECES = ['@', '\\', '%2f', '#', '?', ':', '.', '。', '\t', '\n', '[', ']', '%00', '\u200b', 'localhost', '//'];
const STARTS = [
  'http://example.com/a?b#c',
  'https://bücher.example:8443/',
  'http://[2606:4700::1111]/',
  'HTTP://A.b:80',
];
const anyUrl = fc.oneof(
  anyText,
  fc.tuple(fc.constantFrom(...STARTS), editsWith(PIECES)).map(([url, edits]) => edited(url, edits)),
  fc.tuple(anyText, anyText).map(([host, rest]) => `http://${host}/${rest}`),
  anyIPv4.chain((ip) => fc.constantFrom(...spellings(ip))).map((host) => `http://${host}/`),
);

const never = new AbortController().signal;

describe('the guard of addresses, whatever is asked of it', () => {
  it('reads a URL as any other reader does, or refuses it with a sentence on one line', () => {
    fc.assert(
      fc.property(anyUrl, (text) => {
        const url = readUrl(text);
        if (isRefusedUrl(url)) {
          expect(url.refused).toMatch(/^[^\p{Cc}]+\.$/u);
          expect(matchesHost('*', hostNeeded(text))).toBe(false);
          return;
        }
        expect(['http:', 'https:']).toContain(url.protocol);
        expect([url.username, url.password, url.hash]).toEqual(['', '', '']);
        expect(new URL(text).host.replace(/\.(?=:|$)/, '')).toBe(hostOf(url));
        expect(readUrl(url.href)).toEqual(url);
        expect(hostNeeded(text)).toBe(hostOf(url));
      }),
      { numRuns: runs(1500) },
    );
  });

  it('refuses every spelling of an address inside, and of none does it say that all is well', () => {
    fc.assert(
      fc.property(insideIPv4, fc.constantFrom('', ':8080', ':80'), (ip, port) => {
        for (const spelling of spellings(ip)) {
          const url = readUrl(`http://${spelling}${port}/x`);
          if (isRefusedUrl(url)) continue;
          expect(hostRefusal(hostOf(url)), `${spelling} is ${url.host}`).toBeDefined();
        }
      }),
      { numRuns: runs(150) },
    );
  });

  it('lets nothing be dialled but what was looked up, all of it on the public internet', async () => {
    const dotted = fc.oneof(anyIPv4, insideIPv4).map((bytes) => bytes.join('.'));
    const answer = fc.oneof(dotted, fc.ipV6(), fc.constantFrom('0x7f.1', '2130706433', '::1%lo', 'example.com', ''));
    await fc.assert(
      fc.asyncProperty(anyUrl, fc.array(answer, { maxLength: 4 }), async (text, answers) => {
        const url = readUrl(text);
        if (isRefusedUrl(url)) return;
        let lookups = 0;
        const resolver = async () => {
          lookups++;
          return answers;
        };
        try {
          const ends = await reachPublic(url, addressRefusal, openWays({ resolver }), never);
          expect(ends.map(({ address }) => address).filter(isInside)).toEqual([]);
          if (lookups > 0) expect(ends.map(({ address }) => address)).toEqual(answers);
        } catch (error) {
          expect(error).toBeInstanceOf(OpError);
        }
        expect(lookups).toBeLessThanOrEqual(1);
      }),
      { numRuns: runs(800) },
    );
  });

  it('judges addresses as the registries do', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyIPv4.map((bytes) => bytes.join('.')),
          fc.ipV6(),
          anyText,
        ),
        (address) => {
          if (isInside(address)) expect(addressRefusal(address), address).toBeDefined();
        },
      ),
      { numRuns: runs(1500) },
    );
  });

  it('takes no pattern for more than it says', () => {
    const label = fc.stringMatching(/^[a-z]{1,6}$/);
    fc.assert(
      fc.property(label, label, anyText, anyUrl, (one, other, pattern, text) => {
        expect(matchesHost(`*.${one}.com`, `${one}.com`)).toBe(false);
        expect(matchesHost(`*.${one}.com`, `${other}${one}.com`)).toBe(false);
        expect(matchesHost(`*.${one}.com`, `${other}.${one}.com`)).toBe(true);
        expect(matchesHost(`${one}.com`, `${one}.com:8080`)).toBe(false);
        expect(typeof (hostPatternProblem(pattern) ?? '')).toBe('string');
        if (hostPatternProblem(pattern) !== undefined) expect(matchesHost(pattern, hostNeeded(text))).toBe(false);
      }),
      { numRuns: runs(500) },
    );
  });
});
