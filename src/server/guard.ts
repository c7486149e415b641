import type { IncomingMessage } from 'node:http';
import type { Key } from './key.ts';

/**
 * Who may ask for what. Judged before anything else looks at a request, and the same for every path, known or not.
 *
 *  S1 The request names this server in exactly one `Host` header, port included: a name of somebody else that resolves
 *     to this machine (DNS rebinding) does not.
 *  S2 What another site makes a browser send is refused whatever it carries: an `Origin` that is not ours, `null` among
 *     them, or `Sec-Fetch-Site` that says so. Nothing here answers CORS.
 *  S3 Without the token or its cookie nothing is told but that it is missing.
 *  S4 What changes something needs an `Origin` of ours, and the token or a header that no form can send. A cookie alone
 *     opens nothing but reading.
 *  S5 A body is JSON, and its size is bounded before it is read and while it is.
 */
export type Rules = {
  readonly key: Key;
  readonly hosts: readonly string[];
  readonly cookie: string;
  /** Bytes of a body. */
  readonly maxBody: number;
};

export type Refusal = {
  readonly status: 400 | 401 | 403 | 405 | 413 | 415;
  readonly code: string;
  readonly why: string;
};
export type Judged =
  | { readonly as: 'admitted' }
  /** The token came in the address: it is taken out of there, into a cookie. */
  | { readonly as: 'entering'; readonly path: string }
  | ({ readonly as: 'refused' } & Refusal);

/** Header that a page of ours sends with what changes something; a form cannot, and another site would have to ask. */
export const OUR_HEADER = 'x-reyn';

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

export function judge(request: Asked, rules: Rules): Judged {
  const refused = refusalOf(request, rules);
  if (refused !== undefined) return { as: 'refused', ...refused };
  const url = request.url ?? '';
  const [path = '', query = ''] = url.split('?', 2);
  if (request.method === 'GET' && isPage(path) && rules.key.isToken(new URLSearchParams(query).get('token') ?? '')) {
    return { as: 'entering', path };
  }
  const way = wayOf(request, rules);
  if (way === undefined) {
    const why = 'Open the address that `reyn serve` printed, or send its token as `Authorization: Bearer …`.';
    return { as: 'refused', status: 401, code: 'unauthorized', why };
  }
  if (request.method === 'POST' && way === 'cookie' && request.headers[OUR_HEADER] !== '1') {
    return refuse(403, 'header', `A cookie is not enough to change something: send "${OUR_HEADER}: 1", or the token.`);
  }
  return { as: 'admitted' };
}

/** What is wrong with a request whoever sends it. */
function refusalOf(request: Asked, rules: Rules): Refusal | undefined {
  const { headers, url = '' } = request;
  const [host, ...more] = valuesOf(request, 'host');
  if (host === undefined || more.length > 0 || !rules.hosts.includes(host.toLowerCase())) {
    return refuse(403, 'host', `The request is not for this server, which is ${rules.hosts[0]}.`);
  }
  if (!url.startsWith('/') || url.startsWith('//') || /[^\x21-\x7e]/.test(url)) {
    return refuse(400, 'target', 'The path of the request cannot be read.');
  }
  const origins = valuesOf(request, 'origin');
  const site = headers['sec-fetch-site'];
  if (origins.some((origin) => origin !== `http://${host.toLowerCase()}`) || origins.length > 1) {
    return refuse(403, 'origin', 'The request comes from a page that is not of this server.');
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return refuse(403, 'origin', 'A page that is not of this server had the request sent.');
  }
  if (headers.upgrade !== undefined) return refuse(400, 'upgrade', 'This server speaks nothing but HTTP.');
  if (request.method === 'GET') {
    return hasBody(request) ? refuse(400, 'body', 'A GET has no body.') : undefined;
  }
  if (request.method !== 'POST') return refuse(405, 'method', 'GET and POST are all there is.');
  if (origins.length === 0) {
    return refuse(403, 'origin', `What changes something says where it comes from: send "Origin: http://${host}".`);
  }
  return refusalOfBody(request, rules);
}

function refusalOfBody({ headers }: Asked, { maxBody }: Rules): Refusal | undefined {
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(headers['content-type'] ?? '')) {
    return refuse(415, 'media_type', 'The body must be JSON: send "Content-Type: application/json".');
  }
  if (headers['content-encoding'] !== undefined) return refuse(415, 'media_type', 'The body must not be compressed.');
  if (Number(headers['content-length'] ?? 0) > maxBody) return tooLarge(maxBody);
  return undefined;
}

export function tooLarge(maxBody: number): Refusal & { readonly as: 'refused' } {
  return refuse(413, 'too_large', `The body is larger than ${maxBody} bytes.`);
}

function refuse(status: Refusal['status'], code: string, why: string): Refusal & { readonly as: 'refused' } {
  return { as: 'refused', status, code, why };
}

function wayOf(request: Asked, { key, cookie }: Rules): 'token' | 'cookie' | undefined {
  const [bearer] = valuesOf(request, 'authorization');
  if (bearer !== undefined)
    return /^Bearer /i.test(bearer) && key.isToken(bearer.slice(7).trim()) ? 'token' : undefined;
  const kept = valuesOf(request, 'cookie')
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookie}=`));
  return kept.some((pair) => key.isSession(pair.slice(cookie.length + 1))) ? 'cookie' : undefined;
}

/** Every value of a header: Node keeps the first of some and joins others, and two readers may differ in which counts. */
function valuesOf({ rawHeaders }: Asked, name: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

function hasBody({ headers }: Asked): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** Paths a token in the address leads to: a fixed set, since the answer sends the browser there. */
export const PAGES = ['/', '/dashboard/inbox', '/dashboard/runs'] as const;

function isPage(path: string): boolean {
  return (PAGES as readonly string[]).includes(path);
}
