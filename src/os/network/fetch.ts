import type { IncomingMessage } from 'node:http';
import { OpError } from '../op-error.ts';
import { visible } from '../visible.ts';
import { addressRefusal, ownAddressRefusal } from './address.ts';
import { ENCODINGS, readBody } from './body.ts';
import { dial } from './dial.ts';
import type { Fetched, FetchRequest, Network } from './port.ts';
import { type Endpoint, openWays, reach, reachPublic, type WaysOptions } from './reach.ts';
import { hostOf, isRefusedUrl, readUrl } from './url.ts';

/** Redirects that are followed. */
const MAX_REDIRECTS = 5;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const HEADERS = {
  accept: 'text/html, application/xhtml+xml, application/json, text/*;q=0.9, */*;q=0.1',
  'accept-encoding': ENCODINGS,
  'user-agent': 'reyn',
};

type Hop = Fetched['hops'][number];

/** What a network reaches, and how many redirects it follows. */
type Rules = {
  readonly endpointsOf: (url: URL, signal: AbortSignal) => Promise<readonly Endpoint[]>;
  readonly redirects: number;
  readonly ca: string | undefined;
};

/** The public internet, by way of the system's resolver unless `options` bring another. */
export function openNetwork(options: WaysOptions = {}): Network {
  const ways = openWays(options);
  return networkOf({
    endpointsOf: (url, signal) => reachPublic(url, addressRefusal, ways, signal),
    redirects: MAX_REDIRECTS,
    ca: ways.ca,
  });
}

/**
 * One server that trusted configuration names, on loopback or in the operator's own network too, and nothing besides:
 * no other scheme, host or port, and no redirect.
 */
export function openOwnServer(server: URL, options: WaysOptions = {}): Network {
  const ways = openWays(options);
  return networkOf({
    endpointsOf: async (url, signal) => {
      if (url.origin === server.origin) return await reach(url, ownAddressRefusal, ways, signal);
      throw new OpError('refused', `${url.origin} is not the server of the configuration, ${server.origin}.`);
    },
    redirects: 0,
    ca: ways.ca,
  });
}

function networkOf(rules: Rules): Network {
  return { fetch: (request) => withDeadline(request, (signal) => fetchAll({ ...request, signal }, rules)) };
}

/** Runs `act` under one deadline for all of it. @throws OpError `timeout`; the caller's reason when it aborts. */
async function withDeadline<T>(request: FetchRequest, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  request.signal.throwIfAborted();
  const deadline = new AbortController();
  const late = new OpError('timeout', `There was no whole answer within ${request.timeoutMs} ms.`);
  const timer = setTimeout(() => deadline.abort(late), request.timeoutMs);
  try {
    return await act(AbortSignal.any([request.signal, deadline.signal]));
  } finally {
    clearTimeout(timer);
  }
}

async function fetchAll(request: FetchRequest, rules: Rules): Promise<Fetched> {
  const hops: Hop[] = [];
  let url = readOrThrow(request.url, '');
  let given = request.headers ?? {};
  for (;;) {
    const { response, hop } = await ask(url, given, { request, rules, hops });
    hops.push(hop);
    const next = redirectOf(response, url);
    if (next === undefined) {
      const body = await readBody(response, request.maxBytes, request.signal);
      return { url: url.href, status: hop.status, ...typeOf(response), body, hops };
    }
    response.destroy();
    if (rules.redirects === 0) throw new OpError('refused', `${came(hops)}a redirect, and none is followed here.`);
    if (hops.length > rules.redirects)
      throw new OpError('refused', `${came(hops)}more than ${rules.redirects} redirects.`);
    if (url.protocol === 'https:' && next.protocol === 'http:') {
      throw new OpError('refused', `${came(hops)}a redirect to ${next.href}, which gives up encryption.`);
    }
    if (next.origin !== url.origin) given = {};
    url = next;
  }
}

type Around = { readonly request: FetchRequest; readonly rules: Rules; readonly hops: readonly Hop[] };

async function ask(url: URL, given: Readonly<Record<string, string>>, { request, rules, hops }: Around) {
  const host = hostOf(url);
  if (!request.mayReach(host)) {
    throw new OpError(
      'refused',
      `${came(hops)}${hops.length === 0 ? '' : 'a redirect to '}${host}, which is not allowed.`,
    );
  }
  const { signal } = request;
  const endpoints = await rules.endpointsOf(url, signal).catch((error: unknown) => {
    if (hops.length === 0 || !(error instanceof OpError)) throw error;
    throw new OpError(error.code, `${came(hops)}a redirect to ${url.href}. ${error.message}`);
  });
  const headers = { ...HEADERS, ...lowerCased(given) };
  const { response, address } = await dial({ url, endpoints, method: 'GET', headers, ca: rules.ca, signal });
  return { response, hop: { url: url.href, address, status: response.statusCode ?? 0 } };
}

/** Beginning of a sentence about what an answer led to: `http://a/ (302) → http://b/ (302) led to `. */
function came(hops: readonly Hop[]): string {
  if (hops.length === 0) return '';
  return `${hops.map(({ url, status }) => `${url} (${status})`).join(' → ')} led to `;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function readOrThrow(text: string, before: string): URL {
  const url = readUrl(text);
  if (isRefusedUrl(url)) throw new OpError('refused', `${before}${url.refused}`);
  return url;
}

/** Where a response sends the reader; `undefined` when it is the answer itself. */
function redirectOf(response: IncomingMessage, from: URL): URL | undefined {
  const { location } = response.headers;
  if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return undefined;
  const before = `${from.href} (${response.statusCode}) led to a redirect. `;
  try {
    if (!URL.canParse(location, from.href))
      throw new OpError('refused', `${before}"${visible(location)}" cannot be read as a URL.`);
    return readOrThrow(new URL(location, from).href, before);
  } catch (error) {
    response.destroy();
    throw error;
  }
}

function typeOf(response: IncomingMessage): Pick<Fetched, 'type' | 'charset'> {
  const [type = '', ...parameters] = (response.headers['content-type'] ?? '').split(';');
  const charset = parameters.map((part) => /^\s*charset\s*=\s*"?([^\s";]{1,40})"?\s*$/i.exec(part)?.[1]).find(Boolean);
  return { type: type.trim().toLowerCase(), ...(charset === undefined ? {} : { charset: charset.toLowerCase() }) };
}
