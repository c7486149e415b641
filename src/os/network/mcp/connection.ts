import type { CallToolResult, Client, RequestOptions } from '@modelcontextprotocol/client';
import type { JsonObject } from '../../json.ts';
import { OpError } from '../../op-error.ts';
import { visible } from '../../visible.ts';
import { reasonOf } from '../reach.ts';
import type { ToolPage } from './tools.ts';
import type { Violated, Wire } from './wire.ts';

/** A conversation with one server. Once it has ended it stays ended; another one is opened instead. */
export type Connection = {
  hasEnded(): boolean;
  listTools(cursor: string | undefined, limits: Limits): Promise<ToolPage>;
  callTool(name: string, args: JsonObject, limits: Limits): Promise<CallToolResult>;
  /** Lets the server end, then makes it. */
  close(): Promise<void>;
};

/** Milliseconds to wait for an answer. */
export type Limits = { readonly ms: number; readonly signal: AbortSignal };

/**
 * Opens a conversation: nothing is offered to the server, neither files nor a model nor a person to ask.
 *
 *  - C1 What breaks a rule ends the conversation, and every question in it fails with that reason.
 *  - C2 A question that is given up, by its caller or by time, ends the conversation unless others are waiting in it: a
 *    tool that is still at work is stopped, not left alone.
 *
 * @throws OpError `unreachable`, `timeout`, `invalid`, `too_large`, `refused`; the signal's reason when aborted.
 */
export async function openConnection(
  open: (violated: Violated) => Wire | Promise<Wire>,
  version: string,
  handshake: Limits,
): Promise<Connection> {
  const { Client } = await import('@modelcontextprotocol/client');
  let broken: OpError | undefined;
  let ended = false;
  let waiting = 0;
  const wire = await open((error) => {
    broken ??= error;
  });
  const client = new Client({ name: 'reyn', version }, { capabilities: {} });
  client.onclose = () => {
    ended = true;
  };

  const end = async (): Promise<void> => {
    ended = true;
    await wire.kill();
  };
  const ask = async <T>(limits: Limits, question: (options: RequestOptions) => Promise<T>): Promise<T> => {
    limits.signal.throwIfAborted();
    waiting++;
    try {
      return await question({ timeout: limits.ms, maxTotalTimeout: limits.ms, signal: limits.signal });
    } catch (error) {
      const failure = broken ?? failureOf(error, limits);
      const isGivenUp = limits.signal.aborted || failure.code === 'timeout';
      if (isGivenUp && waiting === 1) await end();
      limits.signal.throwIfAborted();
      if (failure.code !== 'unreachable' || wire.lastWords() === '') throw failure;
      throw new OpError(failure.code, `${failure.message}; the last it said was: ${wire.lastWords()}`);
    } finally {
      waiting--;
    }
  };

  try {
    await ask(handshake, (options) => client.connect(wire.transport, options));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    hasEnded: () => ended,
    listTools: (cursor, limits) =>
      ask(limits, (options) =>
        client.request({ method: 'tools/list', ...(cursor === undefined ? {} : { params: { cursor } }) }, options),
      ),
    // not callTool(): that would check results by a schema of the server, with patterns V8 may take for ever over
    callTool: (name, args, limits) =>
      ask(limits, (options) => client.request({ method: 'tools/call', params: { name, arguments: args } }, options)),
    close: () => closeGently(client, end),
  };
}

async function closeGently(client: Client, end: () => Promise<void>): Promise<void> {
  await client.close().catch(() => undefined);
  await end();
}

/** What the SDK rejects with, in Reyn's words. */
function failureOf(error: unknown, { ms }: Limits): OpError {
  if (error instanceof OpError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'REQUEST_TIMEOUT':
      return new OpError('timeout', `it gave no answer within ${ms} ms`);
    case 'CONNECTION_CLOSED':
    case 'NOT_CONNECTED':
      return new OpError('unreachable', 'it ended');
    case 'INVALID_RESULT':
      return new OpError('invalid', `its answer is not what the protocol says: ${reasonOf(error)}`);
    case 'ENOENT':
    case 'EACCES':
      return new OpError('unreachable', `it could not be started: ${reasonOf(error)}`);
  }
  if (/^-?\d+$/.test(code)) return new OpError('failed', `it refused: ${reasonOf(error)}`);
  return new OpError('unreachable', visible(reasonOf(error)));
}
