import { isIP } from '../ip.ts';
import { visible } from '../visible.ts';
import { addressRefusal } from './address.ts';

/** Bytes of the longest URL that is read. */
const MAX_URL = 8 * 1024;

/** What no URL holds as text: controls, white space, backslashes (a slash to some readers), characters nobody sees. */
const ODD = /[\p{Cc}\p{Cf}\p{Z}\s\\]/u;

/** A host name as it goes into a request, after the URL parser lowered and encoded it. */
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * Names that lead inside whatever they resolve to: special-use names (RFC 6761, RFC 6762, RFC 7686, RFC 8375), `internal`
 * (reserved by ICANN), and what clouds call their metadata servers.
 */
const INSIDE = ['localhost', 'localdomain', 'local', 'internal', 'home.arpa', 'onion', 'metadata.goog'];

/** Stands for the host of a URL that cannot be read, where a host is recorded. No pattern matches it. */
export const UNREADABLE = '(unreadable URL)';

export type UrlRefusal = { readonly refused: string };

/**
 * Reads a URL that something untrusted wrote: absolute, http or https, no user or password, no character that two
 * readers could take for different things. The host comes out lower-case, in A-labels, without a final dot; the fragment
 * is left out, since it is not sent. `refused` says why not, as a sentence.
 */
export function readUrl(text: string): URL | UrlRefusal {
  if (Buffer.byteLength(text) > MAX_URL) return { refused: `The URL is longer than ${MAX_URL} bytes.` };
  const shown = visible(JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text));
  const refuse = (why: string): UrlRefusal => ({ refused: `${shown} ${why}.` });
  if (!text.isWellFormed() || ODD.test(text)) {
    return refuse(
      'has a space, a backslash, or a control or invisible character in it; such characters are written %XX',
    );
  }
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined) return refuse('is not a URL that begins with http:// or https:// and a host');
  if (authority.includes('@')) return refuse('has a user or password before the host; leave it out');
  if (authority.includes('%')) return refuse('has an encoded character in its host');
  if (!URL.canParse(text)) return refuse('cannot be read as a URL');
  const url = new URL(text);
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
  url.hash = '';
  if (!NAME.test(url.hostname) && isIP(addressOf(url)) === 0)
    return refuse('has a host that is neither a name nor an address');
  if (url.port === '0') return refuse('has the port 0, which nothing can listen on');
  return url;
}

export function isRefusedUrl(read: URL | UrlRefusal): read is UrlRefusal {
  return 'refused' in read;
}

/** Host as permissions have it: lower-case, A-labels, IPv6 in brackets, `:port` unless it is the scheme's default. */
export function hostOf(url: URL): string {
  return url.host;
}

/** Reads a host as {@link hostOf} writes it. */
export function readHost(host: string): URL | UrlRefusal {
  const url = readUrl(`http://${host}`);
  if (isRefusedUrl(url) || hostOf(url) === host || host === `${hostOf(url)}:80`) return url;
  return { refused: `${visible(JSON.stringify(host))} is not a host.` };
}

/** The host that a URL needs leave for; {@link UNREADABLE} for one that {@link readUrl} refuses. */
export function hostNeeded(text: string): string {
  const url = readUrl(text);
  return isRefusedUrl(url) ? UNREADABLE : hostOf(url);
}

/** Host name, or the address without the brackets of IPv6. */
export function addressOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * Why a host, as {@link hostOf} writes it, is closed to skills whoever would allow it: an address that is not on the
 * public internet, or a name that leads inside. Without looking anything up; what a name resolves to is judged when it
 * is dialled. `undefined` when nothing is known against it.
 */
export function hostRefusal(host: string): string | undefined {
  const known = judged.get(host);
  if (known !== undefined) return known === '' ? undefined : known;
  const refusal = judge(host);
  if (judged.size >= MAX_JUDGED) judged.clear();
  judged.set(host, refusal ?? '');
  return refusal;
}

/** Judgements by host; the same hosts are decided on again and again. The empty string: nothing is known against it. */
const judged = new Map<string, string>();
const MAX_JUDGED = 1000;

function judge(host: string): string | undefined {
  const url = readHost(host);
  if (isRefusedUrl(url)) return url.refused;
  const name = addressOf(url);
  if (isIP(name) !== 0) return addressRefusal(name);
  const inside = INSIDE.find((suffix) => name === suffix || name.endsWith(`.${suffix}`));
  if (inside !== undefined) return `"${name}" is a name of a local network or of this machine`;
  return name.includes('.') ? undefined : `"${name}" is a name without a dot, which only a local network knows`;
}
