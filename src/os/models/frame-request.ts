import { jsonRequest } from './json-encoding.ts';
import type { Encoding, Frame } from './port.ts';
import { DEGRADATIONS, type Degradation } from './schema-codec.ts';
import { toolsRequest } from './tools-encoding.ts';
import type { WireRequest } from './wire-request.ts';

const made = new WeakMap<Frame, Map<string, WireRequest>>();

/**
 * What a provider is sent for a frame, the schemas of tools degraded up to a step. Schemas that stand in text are not:
 * no server reads them. The same frame and step give the same request.
 */
export function frameRequest(frame: Frame, encoding: Encoding, upTo: Degradation): WireRequest {
  const known = made.get(frame) ?? new Map<string, WireRequest>();
  made.set(frame, known);
  const form = encoding === 'tools' ? upTo : encoding;
  const request = known.get(form) ?? (encoding === 'tools' ? toolsRequest(frame, upTo) : jsonRequest(frame));
  known.set(form, request);
  return request;
}

/** What a server's own words around messages and tools may come to. */
const ENVELOPE = 1024;

const bounds = new WeakMap<Frame, Map<Encoding, number>>();

/**
 * Upper bound of the tokens a request can cost, as bytes of UTF-8: a token is at least one byte. It holds for every
 * degradation, so that limits do not depend on what a server has refused.
 */
export function requestBytes(frame: Frame, encoding: Encoding): number {
  const known = bounds.get(frame) ?? new Map<Encoding, number>();
  bounds.set(frame, known);
  const steps = encoding === 'tools' ? DEGRADATIONS : DEGRADATIONS.slice(0, 1);
  const most = known.get(encoding) ?? Math.max(...steps.map((step) => sizeOf(frameRequest(frame, encoding, step))));
  known.set(encoding, most);
  return most;
}

function sizeOf({ system, user, tools }: WireRequest): number {
  const sent = tools.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters }));
  return [system, user, ...sent].reduce((sum, text) => sum + Buffer.byteLength(text) + 64, ENVELOPE);
}
