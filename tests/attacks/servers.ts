import dgram from 'node:dgram';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { CERTIFICATE, KEY } from '../os/network/certificate.ts';

/** A server on loopback that a row attacks through, or that must never be reached. */
export type Ear = {
  readonly port: number;
  /** Connections, or datagrams, that came. */
  heard(): number;
  /** First lines and headers of requests, as they came. */
  readonly requests: string[];
  close(): Promise<void>;
};

/** A route of a row. */
export type RouteSpec = {
  readonly path: string;
  readonly body?: string;
  readonly status?: number;
  readonly location?: string;
  readonly endless?: boolean;
  readonly header_bytes?: number;
};

/** Serves routes over HTTP, or over TLS with a certificate nobody signed; on every loopback address of this machine. */
export async function startHttp(routes: readonly RouteSpec[], tls = false): Promise<Ear> {
  const requests: string[] = [];
  const answer = (request: http.IncomingMessage, response: http.ServerResponse) => {
    requests.push(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}`);
    response.on('error', () => undefined);
    const route = routes.find(({ path }) => path === (request.url ?? '').split('?')[0]);
    if (route === undefined) response.writeHead(404).end('nothing here');
    else respond(response, route);
  };
  const server = tls ? https.createServer({ cert: CERTIFICATE, key: KEY }, answer) : http.createServer(answer);
  return listen(server, requests);
}

function respond(response: http.ServerResponse, route: RouteSpec): void {
  if (route.header_bytes !== undefined) {
    flood(response, route.header_bytes);
    return;
  }
  const { status = 200, location } = route;
  response.writeHead(status, { 'content-type': 'text/plain', ...(location === undefined ? {} : { location }) });
  if (route.endless !== true) {
    response.end(route.body ?? 'ok');
    return;
  }
  const pour = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
    if (!response.destroyed) response.once('drain', pour);
  };
  pour();
}

/** Headers that no library of a server would send. */
function flood(response: http.ServerResponse, bytes: number): void {
  const { socket } = response;
  if (socket === null) return;
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n');
  for (let sent = 0; sent < bytes; sent += 1000) socket.write(`x-${sent}: ${'a'.repeat(990)}\r\n`);
  socket.end('\r\nok');
}

async function listen(server: net.Server, requests: string[]): Promise<Ear> {
  const open = new Set<Socket>();
  let heard = 0;
  server.on('connection', (socket: Socket) => {
    heard++;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => {
    // `::` hears both families; a machine without IPv6 has nothing to hear there
    server.once('error', () => server.listen(0, '127.0.0.1', resolve));
    server.listen(0, '::', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    heard: () => heard,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A TCP server that counts who connects and says nothing. */
export const startEar = (): Promise<Ear> => listen(net.createServer(), []);

export async function startUdp(): Promise<Ear> {
  const socket = dgram.createSocket('udp4');
  let heard = 0;
  socket.on('message', () => heard++);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    port: socket.address().port,
    requests: [],
    heard: () => heard,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
