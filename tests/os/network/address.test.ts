import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressRefusal, ownAddressRefusal } from '../../../src/os/network/address.ts';
import { addressOf, isRefusedUrl, readUrl } from '../../../src/os/network/url.ts';

/** The first and last address of each closed range, and others that have been let through elsewhere. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  'this network': ['0.0.0.0', '0.255.255.255'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  CGNAT: ['100.64.0.0', '100.127.255.255'],
  loopback: ['127.0.0.0', '127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1'],
  'link-local': ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::', 'febf:ffff::1', 'fe80::1%eth0'],
  'protocol assignment': ['192.0.0.0', '192.0.0.192', '192.0.0.255', '2001:1::1', '2001:1ff::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1', '3fff:fff:ffff::1'],
  '6to4': ['192.88.99.1', '2002:7f00:1::', '2002::', '2002:ffff::1'],
  benchmarking: ['198.18.0.0', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff::'],
  reserved: ['240.0.0.0', '255.255.255.254'],
  broadcast: ['255.255.255.255'],
  cloud: ['100.100.100.200', '168.63.129.16', 'fd20:ce::254', 'fd00:ec2::254'],
  unspecified: ['::', '0:0:0:0:0:0:0:0', '::0.0.0.0'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '0:0:0:0:0:ffff:a9fe:a9fe'],
  'IPv4-compatible': ['::127.0.0.1', '::a9fe:a9fe', '::8.8.8.8'],
  'IPv4-translated': ['::ffff:0:7f00:1'],
  NAT64: ['64:ff9b::7f00:1', '64:ff9b::127.0.0.1', '64:ff9b:1::7f00:1', '64:ff9b:1:ffff::1'],
  Teredo: ['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'unique local': ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'site-local': ['fec0::', 'feff::1'],
  'discard-only': ['100::1'],
  'segment routing': ['5f00::1'],
  'not global unicast': ['4000::1', '1fff::1', '64:ff9b:2::1', '200::1', 'fe00::1'],
};

const OPEN = [
  ...[
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
  ],
  ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255', '192.169.0.0'],
  ...['198.17.255.255', '198.20.0.0', '168.63.129.15', '168.63.129.17', '223.255.255.255', '93.184.215.14'],
  ...['2606:4700:4700::1111', '2001:4860:4860::8888', '2001:200::1', '2000::1', '3ffe::1', '2003::1', '2a00:1450::1'],
];

describe('the address guard', () => {
  it.each(Object.entries(CLOSED).flatMap(([kind, ips]) => ips.map((ip) => [ip, kind] as const)))(
    'refuses %s (%s)',
    (ip) => {
      expect(addressRefusal(ip)).toBeDefined();
    },
  );

  it.each(OPEN)('admits %s', (ip) => {
    expect(addressRefusal(ip)).toBeUndefined();
    expect(ownAddressRefusal(ip)).toBeUndefined();
  });

  it('says what is wrong with an address', () => {
    expect(addressRefusal('169.254.169.254')).toBe(
      '169.254.169.254 is a link-local address, where clouds keep metadata',
    );
    expect(addressRefusal('::ffff:127.0.0.1')).toBe('::ffff:127.0.0.1 is an IPv4-mapped address');
  });

  it.each([
    '',
    'localhost',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '127.1',
    '1.2.3.4.5',
    '::1%lo',
    '[::1]',
    ' 1.1.1.1',
    '1.1.1.1\n',
  ])('takes %j for no address at all', (text) => {
    expect(addressRefusal(text)).toContain('is not an address');
  });

  it('opens loopback and private addresses, and nothing else, to a server of the configuration', () => {
    for (const ip of ['127.0.0.1', '::1', '10.1.2.3', '192.168.1.1', '172.20.0.1', '100.64.0.1', 'fd12::1']) {
      expect(ownAddressRefusal(ip), ip).toBeUndefined();
    }
    for (const ip of [
      '169.254.169.254',
      '100.100.100.200',
      '168.63.129.16',
      'fd20:ce::254',
      '0.0.0.0',
      '::',
      '224.0.0.1',
      '::ffff:127.0.0.1',
      'fe80::1',
    ]) {
      expect(ownAddressRefusal(ip), ip).toBeDefined();
    }
  });
});

const quad = fc.tuple(fc.constant(127), fc.nat(255), fc.nat(255), fc.nat(255));
type Quad = readonly [number, number, number, number];
const digit = fc.constantFrom<(n: number) => string>(
  (n) => String(n),
  (n) => `0${n.toString(8)}`,
  (n) => `0x${n.toString(16)}`,
  (n) => `0X${n.toString(16).toUpperCase()}`,
  (n) => `0x000${n.toString(16)}`,
  (n) => `000${n.toString(8)}`,
);
/** Digits that the host parser folds to plain ones: circled, full-width, mathematical, superscript. */
const folded = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.replace(/[0-9]/g, (d) => (d === '0' ? '\u24ea' : String.fromCodePoint(0x245f + Number(d)))),
  (text) => text.replace(/[0-9a-z]/gi, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)),
  (text) => text.replace(/[0-9]/g, (d) => String.fromCodePoint(0x1d7ce + Number(d))),
);
const stop = fc.constantFrom('.', '\u3002', '\uff0e', '\uff61');

/** Spellings of an address of 127.0.0.0/8 that a URL takes for it. */
const spelling = fc
  .tuple(quad, fc.array(digit, { minLength: 4, maxLength: 4 }), fc.integer({ min: 1, max: 4 }), stop, folded)
  .map(([[a, b, c, d], digits, parts, dot, fold]) => {
    const short: Readonly<Record<number, readonly number[]>> = {
      1: [((a << 24) | (b << 16) | (c << 8) | d) >>> 0],
      2: [a, (b << 16) | (c << 8) | d],
      3: [a, b, (c << 8) | d],
      4: [a, b, c, d],
    };
    const text = (short[parts] ?? []).map((n, at) => (digits[at] ?? String)(n)).join('.');
    return fold(text).replaceAll('.', dot);
  });

describe('every spelling of a loopback address', () => {
  it('is refused, or read as an address that is refused', () => {
    let read = 0;
    fc.assert(
      fc.property(spelling, fc.constantFrom('', '.'), fc.constantFrom('', ':8080'), (host, end, port) => {
        const url = readUrl(`http://${host}${end}${port}/`);
        if (isRefusedUrl(url)) return;
        read++;
        expect(addressOf(url)).toMatch(/^127\./);
        expect(addressRefusal(addressOf(url))).toContain('loopback');
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(1_000);
  });

  it('is refused as IPv6 too, however its groups are written', () => {
    const hex = ([a, b, c, d]: Quad) => `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    const v6 = fc.tuple(
      quad,
      fc.constantFrom(
        '::ffff:',
        '::',
        '64:ff9b::',
        '64:ff9b:1::',
        '::ffff:0:',
        '0:0:0:0:0:ffff:',
        '0000:0000:0000:0000:0000:FFFF:',
      ),
      fc.boolean(),
    );
    fc.assert(
      fc.property(v6, ([bytes, prefix, dotted]) => {
        const text = `${prefix}${dotted ? bytes.join('.') : hex(bytes)}`;
        expect(addressRefusal(text)).toBeDefined();
        const url = readUrl(`http://[${text}]/`);
        if (!isRefusedUrl(url)) expect(addressRefusal(addressOf(url))).toBeDefined();
      }),
    );
    fc.assert(
      fc.property(quad, (bytes) => {
        expect(addressRefusal(`2002:${hex(bytes)}::1`)).toContain('6to4');
      }),
    );
  });

  it('is told from its neighbours, however long the groups of an IPv6 address are', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        const plain = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
        expect(addressRefusal(ip) === undefined).toBe(addressRefusal(plain) === undefined);
      }),
      { numRuns: 1_000 },
    );
  });
});
