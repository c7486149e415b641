import { lookup } from 'node:dns/promises';
import { isIP } from '../ip.ts';
import { OpError } from '../op-error.ts';
import { visible } from '../visible.ts';
import type { Resolver } from './port.ts';
import { addressOf, hostOf, hostRefusal } from './url.ts';

/** Where to connect. */
export type Endpoint = { readonly address: string; readonly port: number };

/** What stands between names and wires; the system's own unless a test brings something else. */
export type Ways = {
  readonly resolver: Resolver;
  /**
   * A server that stands in for one on the public internet: it is dialled instead of an address the name resolves to,
   * and that address is not judged. For tests; `undefined` = nothing stands in.
   */
  readonly standIn: (url: URL, address: string) => Endpoint | undefined;
  /** Certificate authorities (PEM) instead of those Node trusts. */
  readonly ca: string | undefined;
};

export type WaysOptions = {
  readonly resolver?: Resolver;
  readonly standIn?: (url: URL, address: string) => Endpoint | undefined;
  readonly ca?: string;
};

/** Fills in the system's own. */
export function openWays(options: WaysOptions): Ways {
  return {
    resolver: options.resolver ?? systemResolver,
    standIn: options.standIn ?? (() => undefined),
    ca: options.ca,
  };
}

/** Asks the system as programs do, the hosts file included; what it answers is judged all the same. */
const systemResolver: Resolver = async (hostname) => {
  const answers = await lookup(hostname, { all: true, order: 'verbatim' });
  return answers.map(({ address }) => address);
};

/** Judges an address: why it must not be dialled, `undefined` when it may. */
export type Judge = (ip: string) => string | undefined;

/**
 * Where a URL may be reached on the public internet. The name is looked up once, every answer must pass, and what comes
 * back is to be dialled as it is, without asking again.
 * @throws OpError `refused` (the host or one of its addresses is closed), `unreachable` (it does not resolve).
 */
export async function reachPublic(url: URL, judge: Judge, ways: Ways, signal: AbortSignal): Promise<Endpoint[]> {
  const refusal = hostRefusal(hostOf(url));
  if (refusal !== undefined && isIP(addressOf(url)) === 0) throw new OpError('refused', `${refusal}.`);
  return await reach(url, judge, ways, signal);
}

/**
 * The same for a host that trusted configuration names, whatever its name.
 * @throws OpError as {@link reachPublic}.
 */
export async function reach(url: URL, judge: Judge, ways: Ways, signal: AbortSignal): Promise<Endpoint[]> {
  const name = addressOf(url);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const addresses = isIP(name) === 0 ? await resolve(name, ways.resolver, signal) : [name];
  return addresses.map((address) => {
    const instead = ways.standIn(url, address);
    if (instead !== undefined) return instead;
    const refusal = judge(address);
    if (refusal === undefined) return { address, port };
    const resolved = address === name ? '' : `"${name}" resolves to ${addresses.length} address(es), and `;
    throw new OpError('refused', `${resolved}${visible(refusal)}, which is not reached from here.`);
  });
}

async function resolve(name: string, resolver: Resolver, signal: AbortSignal): Promise<readonly string[]> {
  const answers = await abortable(resolver(name, signal), signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new OpError('unreachable', `"${name}" could not be looked up: ${reasonOf(error)}.`);
  });
  if (answers.length === 0) throw new OpError('unreachable', `"${name}" resolves to no address.`);
  return answers;
}

/** What failed, in one phrase, safe to show. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return visible(String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const message = visible(error.message).replace(/\s+/g, ' ').slice(0, 300);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** What `promise` comes to, or the signal's reason if that is first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
