import { isIP } from '../ip.ts';

/**
 * Which addresses are the public internet, and which are this machine, its network or a cloud's inside.
 *
 *  - N1 What is not known to be global unicast is refused: of IPv6 only 2000::/3 is open, less what is listed here.
 *  - N2 A form that carries an IPv4 address inside (mapped, compatible, translated, NAT64, 6to4, Teredo) is refused
 *    whole: what it reaches is decided by a gateway that nobody here can see.
 *  - N3 Only a plain address is read. Other spellings (`0x7f.1`, `2130706433`, a zone) are not addresses.
 *
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and updates), entries that are not globally
 * reachable; the registry of IPv6 address space (RFC 4291) for the rest; metadata addresses as clouds document them.
 */
type Range = {
  readonly from: readonly number[];
  /** Leading bits that count. */
  readonly bits: number;
  /** As the end of "… is ". */
  readonly what: string;
  /** Whether a server that the operator names in config may be there. */
  readonly own: boolean;
};

/** First match decides. */
const TABLE: readonly (readonly [cidr: string, what: string, own?: 'own'])[] = [
  ['100.100.100.200/32', 'a metadata address of a cloud'],
  ['168.63.129.16/32', 'an address of a cloud for its own machines'],
  ['fd20:ce::254/128', 'a metadata address of a cloud'],
  ['fd00:ec2::254/128', 'a metadata address of a cloud'],
  ['0.0.0.0/8', 'an address of "this network"'],
  ['10.0.0.0/8', 'a private address', 'own'],
  ['100.64.0.0/10', 'a shared address of a provider (CGNAT)', 'own'],
  ['127.0.0.0/8', 'a loopback address', 'own'],
  ['169.254.0.0/16', 'a link-local address, where clouds keep metadata'],
  ['172.16.0.0/12', 'a private address', 'own'],
  ['192.0.0.0/24', 'a protocol assignment'],
  ['192.0.2.0/24', 'a documentation address'],
  ['192.88.99.0/24', 'a 6to4 relay address'],
  ['192.168.0.0/16', 'a private address', 'own'],
  ['198.18.0.0/15', 'a benchmarking address'],
  ['198.51.100.0/24', 'a documentation address'],
  ['203.0.113.0/24', 'a documentation address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'a reserved address'],
  ['::/128', 'the unspecified address'],
  ['::1/128', 'a loopback address', 'own'],
  ['::/96', 'an IPv4-compatible address'],
  ['::ffff:0:0/96', 'an IPv4-mapped address'],
  ['::ffff:0:0:0/96', 'an IPv4-translated address'],
  ['64:ff9b::/96', 'a NAT64 address'],
  ['64:ff9b:1::/48', 'a local NAT64 address'],
  ['100::/64', 'a discard-only address'],
  ['2001::/32', 'a Teredo address'],
  ['2001::/23', 'a protocol assignment'],
  ['2001:db8::/32', 'a documentation address'],
  ['2002::/16', 'a 6to4 address'],
  ['3fff::/20', 'a documentation address'],
  ['5f00::/16', 'a segment routing address'],
  ['fc00::/7', 'a unique local address', 'own'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a site-local address'],
  ['ff00::/8', 'a multicast address'],
];

let read: { readonly closed: readonly Range[]; readonly unicast: Range } | undefined;

/** The table, read when an address is first judged. */
function ranges() {
  read ??= { closed: TABLE.map(readRange), unicast: readRange(['2000::/3', 'global unicast']) };
  return read;
}

/** Why an address is not on the public internet, as a sentence without a full stop; `undefined` when it is. */
export function addressRefusal(ip: string): string | undefined {
  return judge(ip, () => true);
}

/**
 * The same for a server that the operator's own configuration names: loopback, private, shared and unique local
 * addresses are open to it; link-local, metadata and all that is no host's own address is not.
 */
export function ownAddressRefusal(ip: string): string | undefined {
  return judge(ip, ({ own }) => !own);
}

function judge(ip: string, closes: (range: Range) => boolean): string | undefined {
  const bytes = bytesOf(ip);
  if (bytes === undefined) return `"${ip}" is not an address`;
  const range = ranges().closed.find((one) => isIn(bytes, one));
  if (range !== undefined) return closes(range) ? `${ip} is ${range.what}` : undefined;
  if (bytes.length === 16 && !isIn(bytes, ranges().unicast)) return `${ip} is not global unicast`;
  return undefined;
}

function isIn(bytes: readonly number[], { from, bits }: Range): boolean {
  if (bytes.length !== from.length) return false;
  return from.every((byte, at) => {
    const counted = Math.min(8, Math.max(0, bits - at * 8));
    const mask = (0xff << (8 - counted)) & 0xff;
    return (byte & mask) === ((bytes[at] ?? 0) & mask);
  });
}

function readRange([cidr, what, own]: readonly [cidr: string, what: string, own?: 'own']): Range {
  const [ip = '', bits] = cidr.split('/');
  return { from: bytesOf(ip) ?? [], bits: Number(bits), what, own: own === 'own' };
}

/** The 4 or 16 bytes of an address as resolvers and URLs write it (N3); `undefined` for anything else. */
function bytesOf(ip: string): number[] | undefined {
  const kind = isIP(ip);
  if (kind === 4) return ip.split('.').map(Number);
  if (kind !== 6 || ip.includes('%')) return undefined;
  const [head = '', tail] = ip.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const middle = new Array<number>(16 - before.length - after.length).fill(0);
  return [...before, ...middle, ...after];
}

/** Bytes of `:`-separated groups; the last one may be a dotted quad. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
