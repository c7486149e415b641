import { isIP } from '../ip.ts';
import { visible } from '../visible.ts';
import { addressOf, hostOf, isRefusedUrl, readHost, readUrl } from './url.ts';

/**
 * Patterns of hosts, in permissions and rules.
 *
 *  - `example.com`       that host, on the default port of http or https
 *  - `example.com:8443`  that host on that port; `example.com:*` on any port
 *  - `*.example.com`     every host below, at least one label more; not `example.com` itself
 *  - `*`                 every host; ports as above
 *
 * Letters of either case and of any script; an address is written as a host is, IPv6 in brackets.
 */
type HostPattern = {
  readonly host: { readonly kind: 'any' } | { readonly kind: 'exact' | 'below'; readonly name: string };
  /** The empty string is the scheme's default. */
  readonly port: string;
};

const SHAPE = /^(\*|(\*\.)?(\[[0-9a-f:.]+\]|[^:/?#@[\]*%\\\s]+))(?::(\d{1,5}|\*))?$/i;

/** Whether a pattern covers a host as {@link hostOf} writes it. A pattern or host that cannot be read matches nothing. */
export function matchesHost(pattern: string, host: string): boolean {
  const read = readPattern(pattern);
  if ('problem' in read) return false;
  const url = readHost(host);
  if (isRefusedUrl(url)) return false;
  const port = /:(\d+)$/.exec(host)?.[1] ?? '';
  if (read.port !== '*' && read.port !== port) return false;
  if (read.host.kind === 'any') return true;
  const name = url.hostname;
  return read.host.kind === 'exact' ? name === read.host.name : name.endsWith(`.${read.host.name}`);
}

/** What is wrong with a pattern, as a sentence with the remedy; `undefined` when it can be read. */
export function hostPatternProblem(pattern: string): string | undefined {
  const read = readPattern(pattern);
  return 'problem' in read ? read.problem : undefined;
}

function readPattern(pattern: string): HostPattern | { readonly problem: string } {
  const shown = visible(pattern.slice(0, 200));
  const parts = SHAPE.exec(pattern);
  if (parts === null) {
    return {
      problem: `"${shown}" is not a pattern of hosts: write a host alone, as example.com, example.com:8443, example.com:*, *.example.com or *.`,
    };
  }
  const [, , below, given, port = ''] = parts;
  if (port !== '' && port !== '*' && (Number(port) === 0 || Number(port) > 65_535 || port.startsWith('0'))) {
    return { problem: `"${shown}" has a port that does not exist; ports go from 1 to 65535.` };
  }
  if (port === '80' || port === '443') {
    return {
      problem: `"${shown}" names a default port: write it without ":${port}", which means 80 for http and 443 for https.`,
    };
  }
  if (given === undefined) return { host: { kind: 'any' }, port };
  const url = readUrl(`http://${given}`);
  if (isRefusedUrl(url)) return { problem: `"${shown}" does not name a host that exists: ${url.refused}` };
  if (below !== undefined && isIP(addressOf(url)) !== 0) {
    return { problem: `"${shown}" puts a star before an address; there is nothing below one.` };
  }
  return { host: { kind: below === undefined ? 'exact' : 'below', name: hostOf(url) }, port };
}
