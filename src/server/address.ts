import { isIPv4 } from 'node:net';
import { UserError } from '../os/errors.ts';

/**
 * The address to listen on: `localhost`, an address of 127.0.0.0/8, or `::1`. Whoever can reach the server and has its
 * token answers for you, so nothing but this machine can reach it.
 * @throws UserError `refused` for every other host, names among them: what a name means is not decided here.
 */
export function loopback(host: string): string {
  if (host === 'localhost') return '127.0.0.1'; // not looked up: the hosts file may say otherwise
  if (host === '::1' || host === '[::1]') return '::1';
  if (isIPv4(host) && host.startsWith('127.')) return host;
  throw new UserError('refused', `Reyn serves this machine only, and "${host}" is not an address of its own.`, {
    hint: 'Leave --host out. From elsewhere, come through SSH: `ssh -L 7395:127.0.0.1:7395 <this machine>`.',
  });
}

/** Values of a `Host` header that mean the server at this address. */
export function hostsAt(address: string, port: number): readonly string[] {
  const names = [address === '::1' ? '[::1]' : address, 'localhost'];
  return names.flatMap((name) => (port === 80 ? [`${name}:80`, name] : [`${name}:${port}`]));
}
