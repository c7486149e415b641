import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, Readable, Transform } from 'node:stream';
import { OpError } from '../../op-error.ts';
import { MCP_BOUNDS } from './bounds.ts';
import type { Violated } from './wire.ts';

/**
 * A response as `fetch` gives it, its body bounded: all of it, or each event of an event stream, which may otherwise
 * stay open for as long as the server likes.
 */
export function boundedResponse(response: IncomingMessage, violated: Violated): Response {
  const status = response.statusCode ?? 0;
  const isEvents = (response.headers['content-type'] ?? '').startsWith('text/event-stream');
  const init = { status: status < 200 || status > 599 ? 502 : status, headers: plainHeaders(response.headers) };
  if ([204, 205, 304].includes(init.status)) {
    response.destroy();
    return new Response(null, init);
  }
  const bounded = bound(isEvents ? eventEnds() : () => -1, violated);
  pipeline(response, bounded, () => undefined); // an error comes out of what is read
  return new Response(Readable.toWeb(bounded) as ReadableStream<Uint8Array>, init);
}

/** Passes bytes on, up to a bound that begins anew where `endOf` finds an end in a chunk. */
function bound(endOf: (chunk: Buffer) => number, violated: Violated): Transform {
  const max = MCP_BOUNDS.messageBytes;
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = endOf(chunk);
      const longest = Math.max(size + (end === -1 ? chunk.length : end), chunk.length - Math.max(end, 0));
      size = end === -1 ? size + chunk.length : chunk.length - end;
      if (longest <= max) return done(null, chunk);
      const error = new OpError('too_large', `it sent a message of more than ${max} bytes`);
      violated(error);
      done(error);
    },
  });
}

/** Finds where the last event in a chunk ends: after an empty line (WHATWG HTML, event stream). */
function eventEnds(): (chunk: Buffer) => number {
  let isLineEmpty = true;
  return (chunk) => {
    let end = -1;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === 0x0a) {
        if (isLineEmpty) end = at + 1;
        isLineEmpty = true;
      } else if (byte !== 0x0d) isLineEmpty = false;
    }
    return end;
  };
}

function plainHeaders(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  );
}
