import { setTimeout as sleep } from 'node:timers/promises';
import type { FetchLike, StreamableHTTPClientTransport, Transport } from '@modelcontextprotocol/client';
import { OpError } from '../../op-error.ts';
import { visible } from '../../visible.ts';
import { ownAddressRefusal } from '../address.ts';
import { dial } from '../dial.ts';
import { reach, type Ways } from '../reach.ts';
import { boundedResponse } from './bounded-body.ts';
import { type Intake, openIntake } from './intake.ts';
import type { Violated, Wire } from './wire.ts';

/** Milliseconds a server has to take note that a session is over. */
const GOODBYE_MS = 500;

/** Milliseconds until a stream that ended has to have been taken up again, and to have brought the answer. */
const BROKEN_OFF_MS = 3_000;

export type HttpSpec = { readonly url: URL; readonly headers: Readonly<Record<string, string>> };

type Server = {
  readonly url: URL;
  readonly ways: Ways;
  readonly killed: AbortSignal;
  readonly violate: Violated;
  readonly intake: Intake;
};

/**
 * A server over streamable HTTP (MCP, transports). The host and port of the configuration are reached, on loopback too,
 * since the operator wrote them; nothing else is: no redirect is followed, no other host asked for a key.
 */
export async function openHttp({ url, headers }: HttpSpec, ways: Ways, violated: Violated): Promise<Wire> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const killed = new AbortController();
  const violate = (error: OpError) => {
    violated(error);
    void kill();
  };
  const intake = openIntake();
  const server: Server = { url, ways, killed: killed.signal, violate, intake };
  const inner: StreamableHTTPClientTransport = new StreamableHTTPClientTransport(url, {
    fetch: fetchOf(server),
    requestInit: { headers },
    reconnectionOptions: {
      maxRetries: 1,
      initialReconnectionDelay: 500,
      maxReconnectionDelay: 1_000,
      reconnectionDelayGrowFactor: 1,
    },
  });
  const kill = async () => {
    killed.abort(new Error('the connection was ended'));
    await inner.close();
  };
  return { transport: guarded(inner, server), lastWords: () => '', kill };
}

/** The transport, with every message taken in by the rules. */
function guarded(inner: StreamableHTTPClientTransport, { intake, violate }: Server): Transport {
  let isOver = false;
  const outer: Transport = {
    start: () => inner.start(),
    send: (message) => {
      intake.sent(message);
      return inner.send(message);
    },
    close: async () => {
      // a server that keeps sessions is told that this one is over; it may not care
      await Promise.race([
        inner.terminateSession().catch(() => undefined),
        sleep(GOODBYE_MS, undefined, { ref: false }),
      ]);
      await inner.close();
    },
    get sessionId() {
      return inner.sessionId;
    },
    setProtocolVersion: (version) => inner.setProtocolVersion(version),
  };
  inner.onmessage = (message) => {
    if (isOver) return;
    try {
      if (intake.take(message, JSON.stringify(message).length)) outer.onmessage?.(message);
    } catch (error) {
      isOver = true;
      violate(error instanceof OpError ? error : new OpError('invalid', 'it sent a message that cannot be read'));
    }
  };
  inner.onerror = (error) => outer.onerror?.(error);
  inner.onclose = () => outer.onclose?.();
  return outer;
}

/** `fetch` as the transport wants it, for one origin. */
function fetchOf(server: Server): FetchLike {
  const { ways, killed, violate } = server;
  return async (input, init = {}) => {
    const url = new URL(input);
    if (url.origin !== server.url.origin)
      throw new OpError('refused', `${url.origin} is not the server of the configuration`);
    const signal = init.signal ? AbortSignal.any([init.signal, killed]) : killed;
    const endpoints = await reach(url, ownAddressRefusal, ways, signal);
    const { response } = await dial({
      url,
      endpoints,
      method: init.method ?? 'GET',
      headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
      ...(typeof init.body === 'string' ? { body: init.body } : {}),
      ca: ways.ca,
      signal,
    });
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    const encoding = response.headers['content-encoding'] ?? 'identity';
    if (status >= 300 && status < 400) {
      response.destroy();
      const to = location === undefined ? 'elsewhere' : `to ${visible(location.slice(0, 200))}`;
      throw new OpError('refused', `it redirects ${to}; when that is right, write that URL in the configuration`);
    }
    if (encoding !== 'identity') {
      response.destroy();
      throw new OpError(
        'invalid',
        `it packs its answer as "${visible(encoding.slice(0, 40))}", which was not asked for`,
      );
    }
    if (typeof init.body === 'string') response.once('close', () => expectAnswer(init.body as string, server));
    return boundedResponse(response, violate);
  };
}

/** A stream that ended without the answer may be taken up again by the transport; after a while it is given up. */
function expectAnswer(question: string, { intake, killed, violate }: Server): void {
  const { id } = JSON.parse(question) as { id?: unknown };
  if (typeof id !== 'number') return;
  const look = () => {
    if (!killed.aborted && intake.isOpen(id)) violate(new OpError('unreachable', 'its answer broke off'));
  };
  setTimeout(look, BROKEN_OFF_MS).unref();
}
