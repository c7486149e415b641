import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import net from 'node:net';
import { onTestFinished } from 'vitest';
import { CERTIFICATE, KEY } from './certificate.ts';

/** A server on loopback that counts who came. */
export type TestServer = {
  readonly port: number;
  /** Requests it answered, as `GET /path`. */
  readonly requests: string[];
  /** Headers of each request. */
  readonly headers: http.IncomingHttpHeaders[];
  /** Connections that were made. */
  connections(): number;
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
};

export type Route = (response: http.ServerResponse, request: http.IncomingMessage) => void;

type Options = { readonly tls?: boolean; readonly address?: string };

/** Serves until the test ends: by path, or a 404. */
export async function serve(routes: Readonly<Record<string, Route>>, options: Options = {}): Promise<TestServer> {
  const requests: string[] = [];
  const headers: http.IncomingHttpHeaders[] = [];
  const answer = (request: http.IncomingMessage, response: http.ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    response.on('error', () => undefined);
    const route = routes[(request.url ?? '').split('?')[0] ?? ''];
    if (route === undefined) response.writeHead(404).end('nothing here');
    else route(response, request);
  };
  const server = options.tls
    ? https.createServer({ cert: CERTIFICATE, key: KEY }, answer)
    : http.createServer({ keepAliveTimeout: 60_000 }, answer);
  return { ...(await listen(server, options.address)), requests, headers };
}

/** Answers every connection with the very bytes; `act` may go on with the socket. */
export async function serveRaw(
  act: (socket: Socket) => void,
  address?: string,
): Promise<Omit<TestServer, 'requests' | 'headers'>> {
  const server = net.createServer((socket) => {
    socket.resume(); // what is not read never ends
    act(socket);
  });
  return await listen(server, address);
}

async function listen(server: net.Server, address = '127.0.0.1') {
  const open = new Set<Socket>();
  let seen = 0;
  let whenIdle: (() => void) | undefined;
  server.on('connection', (socket: Socket) => {
    seen++;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      if (open.size === 0) whenIdle?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => seen,
    idle: () =>
      new Promise<void>((resolve) => {
        whenIdle = resolve;
        if (open.size === 0) resolve();
      }),
  };
}

/** A route that answers with a text. */
export function text(body: string, type = 'text/plain'): Route {
  return (response) => response.writeHead(200, { 'content-type': type }).end(body);
}

export function redirect(location: string, status = 302): Route {
  return (response) => response.writeHead(status, { location }).end('elsewhere');
}
