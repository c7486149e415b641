import { jsonRequest } from './json-encoding.ts';
import type { Encoding, Frame } from './port.ts';
import { toolsRequest } from './tools-encoding.ts';
import type { WireRequest } from './wire-request.ts';

const made = new WeakMap<Frame, Map<Encoding, WireRequest>>();

/**
 * What a provider is sent for a frame. Schemas go without `$ref` and not as strict: servers differ in what they take,
 * and the contract checks all. The same frame gives the same request.
 */
export function frameRequest(frame: Frame, encoding: Encoding): WireRequest {
  const byEncoding = made.get(frame) ?? new Map<Encoding, WireRequest>();
  made.set(frame, byEncoding);
  const request =
    byEncoding.get(encoding) ?? (encoding === 'tools' ? toolsRequest(frame, 'inline_refs') : jsonRequest(frame));
  byEncoding.set(encoding, request);
  return request;
}

/** What a server's own words around messages and tools may come to. */
const ENVELOPE = 1024;

/** Upper bound of the tokens a request can cost, as bytes of UTF-8: a token is at least one byte. */
export function requestBytes(frame: Frame, encoding: Encoding): number {
  const { system, user, tools } = frameRequest(frame, encoding);
  const sent = tools.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters }));
  return [system, user, ...sent].reduce((sum, text) => sum + Buffer.byteLength(text) + 64, ENVELOPE);
}
