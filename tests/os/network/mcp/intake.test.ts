import { describe, expect, it } from 'vitest';
import { MCP_BOUNDS } from '../../../../src/os/network/mcp/bounds.ts';
import { openIntake } from '../../../../src/os/network/mcp/intake.ts';
import { OpError } from '../../../../src/os/op-error.ts';

/** An intake of a conversation in which questions 0 and 1 were asked and 0 was answered. */
function intake() {
  const opened = openIntake();
  opened.sent({ jsonrpc: '2.0', id: 0, method: 'initialize' });
  opened.take({ jsonrpc: '2.0', id: 0, result: {} }, 1);
  opened.sent({ jsonrpc: '2.0', method: 'notifications/initialized' });
  opened.sent({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  return opened;
}

function verdict(message: unknown, bytes = 1): string | boolean {
  try {
    return intake().take(message, bytes);
  } catch (error) {
    if (error instanceof OpError) return error.code;
    throw error;
  }
}

let deep: unknown = [];
for (let n = 0; n < 10_000; n++) deep = [deep];

describe('a message of a server', () => {
  it.each([
    ['the answer', { jsonrpc: '2.0', id: 1, result: {} }],
    ['an error as the answer', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/progress', params: {} }],
    ['a request', { jsonrpc: '2.0', id: 'a', method: 'ping' }],
  ])('is let through: %s', (_what, message) => {
    expect(verdict(message)).toBe(true);
  });

  it('is dropped when it answers what was answered before', () => {
    expect(verdict({ jsonrpc: '2.0', id: 0, result: {} })).toBe(false);
  });

  it.each([
    ['an answer to a question nobody asked', { jsonrpc: '2.0', id: 2, result: {} }],
    ['an answer to a number below all', { jsonrpc: '2.0', id: -1, result: {} }],
    ['an answer to half a number', { jsonrpc: '2.0', id: 0.5, result: {} }],
    ['an answer to the number as text', { jsonrpc: '2.0', id: '1', result: {} }],
    ['an answer to nothing', { jsonrpc: '2.0', id: null, result: {} }],
    ['an answer without an id', { jsonrpc: '2.0', result: {} }],
    ['an answer that is no object', { jsonrpc: '2.0', id: 1, result: 7 }],
    ['an answer that is a list', { jsonrpc: '2.0', id: 1, result: [] }],
    ['an error that is a text', { jsonrpc: '2.0', id: 1, error: 'x' }],
    ['result and error', { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: 'x' } }],
    ['another version', { jsonrpc: '1.0', id: 1, result: {} }],
    ['no version', { id: 1, result: {} }],
    ['a method that is no text', { jsonrpc: '2.0', method: 7 }],
    ['a request whose id is an object', { jsonrpc: '2.0', id: {}, method: 'ping' }],
    ['a batch', [{ jsonrpc: '2.0', id: 1, result: {} }]],
    ['null', null],
    ['a text', 'x'],
    ['nothing', {}],
    ['an answer nested too deep', { jsonrpc: '2.0', id: 1, result: { deep } }],
  ])('ends the conversation: %s', (_what, message) => {
    expect(verdict(message)).toBe('invalid');
  });

  it('ends the conversation when unasked ones add up, and not when answers come between', () => {
    const notice = { jsonrpc: '2.0', method: 'notifications/message' };
    const half = MCP_BOUNDS.chatterBytes / 2;
    const patient = intake();
    patient.take(notice, half);
    patient.take({ jsonrpc: '2.0', id: 1, result: {} }, 1);
    expect(patient.take(notice, half + 1)).toBe(true);
    expect(() => patient.take(notice, half)).toThrow('floods');
    const late = intake();
    late.take({ jsonrpc: '2.0', id: 0, result: {} }, half);
    expect(() => late.take({ jsonrpc: '2.0', id: 0, result: {} }, half + 1)).toThrow('floods');
    const requests = intake();
    for (let n = 0; n < MCP_BOUNDS.serverRequests; n++) requests.take({ jsonrpc: '2.0', id: n, method: 'ping' }, 1);
    expect(() => requests.take({ jsonrpc: '2.0', id: 'last', method: 'ping' }, 1)).toThrow('floods');
  });
});
