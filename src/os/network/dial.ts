import http from 'node:http';
import https from 'node:https';
import { isIP } from '../ip.ts';
import { OpError } from '../op-error.ts';
import { type Endpoint, reasonOf } from './reach.ts';
import { addressOf, hostOf } from './url.ts';

/** Bytes of response headers. */
const MAX_HEADERS = 32 * 1024;
/** Milliseconds until one address is given up for the next. */
const CONNECT_MS = 5_000;
/** Addresses of one name that are tried. */
const MAX_ADDRESSES = 4;

export type DialRequest = {
  readonly url: URL;
  /** Where to connect, in order; each was judged. The next is tried when a connection cannot be made. */
  readonly endpoints: readonly Endpoint[];
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
};

export type Dialled = { readonly response: http.IncomingMessage; readonly address: string };

/** Whether a header may be set by a caller; framing, routing and connection are decided here. */
const OWN_HEADERS = new Set([
  ...['host', 'connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade', 'content-length', 'expect', 'http2-settings'],
]);

/**
 * One request on a connection of its own, to exactly the addresses given: Host, SNI and certificate go by the name in
 * the URL, no name is looked up, no proxy of the environment is used, nothing is kept alive.
 * @throws OpError `unreachable` (no connection, no trusted certificate, no HTTP), `too_large` (headers), `refused` (a
 * header that must not be set); the signal's reason when aborted.
 */
export async function dial(request: DialRequest): Promise<Dialled> {
  checkHeaders(request.headers);
  let last: unknown;
  for (const endpoint of request.endpoints.slice(0, MAX_ADDRESSES)) {
    try {
      return { response: await connect(request, endpoint), address: endpoint.address };
    } catch (error) {
      request.signal.throwIfAborted();
      if (!(error instanceof NotConnected)) throw failure(request.url, error);
      last = error.cause;
    }
  }
  throw failure(request.url, last);
}

/** Nothing was sent: another address may be tried. */
class NotConnected extends Error {}

function connect(request: DialRequest, { address, port }: Endpoint): Promise<http.IncomingMessage> {
  const { url, method, headers, body, ca, signal } = request;
  const name = addressOf(url);
  const options: https.RequestOptions = {
    host: address,
    port,
    method,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: hostOf(url), connection: 'close' },
    agent: false, // a connection of its own, closed after the answer
    maxHeaderSize: MAX_HEADERS,
    insecureHTTPParser: false,
    signal,
    ...(url.protocol === 'https:' ? { servername: isIP(name) === 0 ? name : '', rejectUnauthorized: true } : {}),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const sent = url.protocol === 'https:' ? https.request(options) : http.request(options);
    let connected = false;
    const timer = setTimeout(() => sent.destroy(new Error('it does not answer')), CONNECT_MS);
    sent.once('socket', (socket) =>
      socket.once('connect', () => {
        connected = true;
        clearTimeout(timer);
      }),
    );
    sent.once('response', resolve);
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(connected ? error : new NotConnected('not connected', { cause: error }));
    });
    sent.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error('it answers with another protocol'));
    });
    sent.end(body);
  });
}

function failure(url: URL, error: unknown): OpError {
  if (error instanceof Error && 'code' in error && error.code === 'HPE_HEADER_OVERFLOW') {
    return new OpError('too_large', `${hostOf(url)} answers with more than ${MAX_HEADERS} bytes of headers.`);
  }
  return new OpError('unreachable', `${hostOf(url)} could not be asked: ${reasonOf(error)}.`);
}

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (OWN_HEADERS.has(name.toLowerCase())) throw new OpError('refused', `The header "${name}" cannot be set.`);
    try {
      http.validateHeaderName(name);
      http.validateHeaderValue(name, value);
    } catch (error) {
      throw new OpError('refused', `A header cannot be sent: ${reasonOf(error)}.`);
    }
  }
}
