import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { isDeeperThan, isObject, MAX_DEPTH } from '../../json.ts';
import { OpError } from '../../op-error.ts';
import { MCP_BOUNDS } from './bounds.ts';

/**
 * What of a server's messages is let through to the protocol. A server that breaks the rules is done with: it is told
 * from one that is slow, and nothing it says afterwards counts.
 *
 *  - M1 An answer is to a question that was asked and not answered yet. A late answer, to a question that was given up,
 *    is dropped; an answer to anything else ends the connection.
 *  - M2 What a server says unasked is bounded between two answers, in bytes and in requests.
 */
export type Intake = {
  /** Notes a message on its way out. */
  sent(message: JSONRPCMessage): void;
  /** A message from the server, `bytes` long; whether it is let through. @throws OpError `invalid`, `too_large`. */
  take(message: unknown, bytes: number): message is JSONRPCMessage;
  /** Whether a question that was sent still waits for its answer. */
  isOpen(id: number): boolean;
};

export function openIntake(): Intake {
  const open = new Set<number>();
  let asked = -1;
  let chatter = 0;
  let requests = 0;

  const count = (bytes: number, isRequest: boolean) => {
    chatter += bytes;
    if (isRequest) requests++;
    if (chatter <= MCP_BOUNDS.chatterBytes && requests <= MCP_BOUNDS.serverRequests) return;
    throw new OpError('too_large', 'it floods the connection with messages that nobody asked for');
  };

  return {
    sent: (message) => {
      if (!('method' in message) || !('id' in message) || typeof message.id !== 'number') return;
      open.add(message.id);
      asked = Math.max(asked, message.id);
    },
    isOpen: (id) => open.has(id),
    take: (message, bytes): message is JSONRPCMessage => {
      if (!isMessage(message)) throw new OpError('invalid', 'it sent something that is not a JSON-RPC message');
      if (isDeeperThan(message, MAX_DEPTH)) throw new OpError('invalid', 'it sent a message that is nested too deep');
      if ('method' in message) {
        count(bytes, 'id' in message);
        return true;
      }
      if (typeof message.id === 'number' && open.delete(message.id)) {
        chatter = 0;
        requests = 0;
        return true;
      }
      const isLate =
        typeof message.id === 'number' && Number.isInteger(message.id) && message.id >= 0 && message.id <= asked;
      if (!isLate) throw new OpError('invalid', 'it answered a question that was never asked');
      count(bytes, false);
      return false;
    },
  };
}

/** Whether a value has the shape of a request, a notification or an answer (JSON-RPC 2.0, sections 4 and 5). */
function isMessage(value: unknown): value is { id?: unknown } & Record<string, unknown> {
  if (!isObject(value) || value.jsonrpc !== '2.0') return false;
  if ('method' in value) {
    return typeof value.method === 'string' && (!('id' in value) || ['string', 'number'].includes(typeof value.id));
  }
  return 'result' in value ? isObject(value.result) && !('error' in value) : isObject(value.error);
}
