import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Two ports of this machine that hear whoever gets through. */
export type Ears = {
  readonly tcp: number;
  readonly udp: number;
  /** Whether a connection or a datagram arrived. */
  heard(): boolean;
  close(): void;
};

/** @throws Error of the system when no port can be had */
export async function listen(): Promise<Ears> {
  let isHeard = false;
  const server = createServer((socket) => {
    isHeard = true;
    socket.destroy();
  });
  const socket = createSocket('udp4', () => {
    isHeard = true;
  });
  await Promise.all([once(server.listen(0, '127.0.0.1'), 'listening'), once(socket.bind(0, '127.0.0.1'), 'listening')]);
  return {
    tcp: (server.address() as AddressInfo).port,
    udp: socket.address().port,
    heard: () => isHeard,
    close: () => {
      server.close();
      socket.close();
    },
  };
}
