import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Reyn } from '../api.ts';
import { UserError } from '../os/errors.ts';
import { hostsAt, loopback } from './address.ts';
import { openAnswers } from './answers.ts';
import { judge, type Refusal, type Rules } from './guard.ts';
import { SAFE_HEADERS } from './headers.ts';
import { makeKey } from './key.ts';
import { openRefusals } from './refusals.ts';
import { routes } from './routes.ts';
import { openStreams } from './stream.ts';

export type ServeOptions = {
  readonly reyn: Reyn;
  /** An address of this machine only. */
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** Told what goes wrong inside, as a sentence. */
  readonly say: (text: string) => void;
  readonly limits?: Partial<ServeLimits>;
};

export type ServeLimits = {
  /** Bytes of a body. */
  readonly body: number;
  /** Milliseconds until the headers of a request must be there, and until all of it must be. */
  readonly headersMs: number;
  readonly requestMs: number;
  readonly connections: number;
};

const LIMITS: ServeLimits = { body: 256 * 1024, headersMs: 10_000, requestMs: 20_000, connections: 128 };

export type Serving = {
  /** Where it is, without the token. */
  readonly origin: string;
  readonly token: string;
  /** The address to open; the token in it is taken out by the first answer. */
  readonly url: string;
  /** Stops listening and cuts every connection at once, then interrupts the runs that answers drive, durably. */
  close(): Promise<void>;
};

/**
 * Serves the HTTP API and the pages on this machine until it is closed.
 * @throws UserError `refused` for a host that is not this machine, `usage` when the port is taken or not allowed.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { reyn, say } = options;
  const limits = { ...LIMITS, ...options.limits };
  const address = loopback(options.host);
  const key = makeKey();
  const closing = new AbortController();
  const answers = openAnswers(reyn, say);
  const streams = openStreams(reyn, closing.signal, say);
  const refusals = openRefusals(reyn, say);
  const app = routes({ reyn, answers, streams, maxBody: limits.body, say });
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });

  const server = http.createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    keepAliveTimeout: 5_000,
    maxHeaderSize: 16 * 1024,
    insecureHTTPParser: false,
  });
  server.maxConnections = limits.connections;
  const port = await listen(server, address, options.port);
  const hosts = hostsAt(address, port);
  const rules: Rules = { key, hosts, cookie: `reyn_${port}`, maxBody: limits.body };
  server.on('request', (request, response) => {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    const judged = judge(request, rules);
    if (judged.as === 'admitted') void answer(request, response);
    else if (judged.as === 'entering') enter(response, `${rules.cookie}=${key.session}`, judged.path);
    else {
      refusals.note({ method: request.method ?? '', target: request.url ?? '', code: judged.code });
      turnAway(request, response, judged);
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const fault = faultOf(error);
    if (fault === undefined || !socket.writable) {
      socket.destroy();
      return;
    }
    refusals.note({ method: '', target: '', code: fault.code });
    socket.end(`HTTP/1.1 ${fault.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  const origin = `http://${hosts[0]}`;
  return {
    origin,
    token: key.token,
    url: `${origin}/dashboard/inbox?token=${key.token}`,
    close: async () => {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, answers.close(), refusals.close()]);
    },
  };
}

/** What is answered to a request that cannot be read, or does not come; `undefined` when nobody is there to be answered. */
function faultOf({ code = '' }: NodeJS.ErrnoException): { readonly status: string; readonly code: string } | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: '408 Request Timeout', code: 'timeout' };
  if (code === 'HPE_HEADER_OVERFLOW') return { status: '431 Request Header Fields Too Large', code: 'too_large' };
  return code.startsWith('HPE_') ? { status: '400 Bad Request', code: 'malformed' } : undefined;
}

function listen(server: http.Server, host: string, port: number): Promise<number> {
  if (port > 65_535) throw new UserError('usage', 'A port is a number from 0 to 65535.');
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code ?? error.message})`;
      const hint = 'Name another with --port; 0 takes any that is free.';
      reject(new UserError('usage', `The port ${port} ${why}.`, { hint, cause: error }));
    });
    server.listen({ host, port, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The browser keeps the session and goes on without the token in the address. */
function enter(response: ServerResponse, cookie: string, path: string): void {
  response.writeHead(303, {
    Location: path === '/' ? '/dashboard/inbox' : path,
    'Set-Cookie': `${cookie}; Path=/; HttpOnly; SameSite=Strict`,
  });
  response.end();
}

/** Milliseconds and bytes that a request which was refused may go on sending, so that its sender reads the answer. */
const LINGER = { ms: 500, bytes: 1024 * 1024 };

function turnAway(request: IncomingMessage, response: ServerResponse, { status, code, why }: Refusal): void {
  const text = JSON.stringify({ error: { code, message: why } });
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, Connection: 'close' });
  response.end(text);
  if (request.complete) return;
  let left = LINGER.bytes;
  const cut = () => request.socket.destroy();
  const timer = setTimeout(cut, LINGER.ms);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  request.on('error', cut);
  request.once('close', () => clearTimeout(timer));
}
