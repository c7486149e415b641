import { openNetwork } from './fetch.ts';
import type { Network } from './port.ts';
import type { WaysOptions } from './reach.ts';

export type TestNetworkOptions = {
  /** Loopback port of the server that stands for an origin: `{ 'http://ok.test': 8123 }`. */
  readonly origins: Readonly<Record<string, number>>;
  /** Certificate authorities (PEM) that are trusted instead of the usual ones. */
  readonly ca?: string;
};

/**
 * A small internet of servers on loopback, for tests: each origin is dialled at its port on 127.0.0.1 and taken for
 * public; the names of origins resolve, no other name does. Everything else is as in the real network: the same guard,
 * the same wire.
 */
export function testNetwork(options: TestNetworkOptions): Network {
  return openNetwork(testWays(options));
}

/** What {@link testNetwork} is made of, for other clients of the network. */
export function testWays({ origins, ca }: TestNetworkOptions): WaysOptions {
  const ports = new Map(Object.entries(origins).map(([origin, port]) => [new URL(origin).origin, port]));
  const names = new Set(Object.keys(origins).map((origin) => new URL(origin).hostname));
  return {
    resolver: async (hostname) => (names.has(hostname) ? ['127.0.0.1'] : []),
    standIn: ({ origin }, address) => {
      const port = ports.get(origin);
      return port === undefined || address !== '127.0.0.1' ? undefined : { address, port };
    },
    ...(ca === undefined ? {} : { ca }),
  };
}
