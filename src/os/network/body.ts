import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { OpError } from '../op-error.ts';
import { visible } from '../visible.ts';
import { reasonOf } from './reach.ts';

/** What is offered as `accept-encoding`. */
export const ENCODINGS = 'gzip, deflate, br, zstd';

/** Encodings one body may have over another; more only serve to hide a bomb. */
const MAX_LAYERS = 2;

/** Memory a zstd frame may ask for: 2^23 bytes, what RFC 9659 allows on the web. */
const ZSTD_LIMITS = { [zlib.constants.ZSTD_d_windowLogMax]: 23 };

/**
 * The body of a response, decompressed, at most `maxBytes` of it: decompression stops where the cap is reached.
 * @throws OpError `too_large`, `unreadable` (an encoding that is unknown or broken), `unreachable` (it broke off); the
 * signal's reason when aborted.
 */
export async function readBody(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const layers = layersOf(response);
  if (layers.length === 0 && Number(response.headers['content-length']) > maxBytes) throw tooLarge(response, maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  let source: AsyncIterable<Buffer> = response;
  for (const layer of layers) source = layer(source);
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(response, maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OpError) throw error;
    if (isOfZlib(error)) throw new OpError('unreadable', `The body cannot be decompressed: ${reasonOf(error)}.`);
    throw new OpError('unreachable', `The answer broke off: ${reasonOf(error)}.`);
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(response: IncomingMessage, maxBytes: number): OpError {
  response.destroy();
  return new OpError('too_large', `The body is larger than ${maxBytes} bytes.`);
}

function isOfZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR__|ERR_BROTLI|ERR_ZSTD)/.test(String(error.code));
}

type Layer = (source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/** Decoders in the order in which they undo what the server did, the last encoding first (RFC 9110, 8.4). */
function layersOf(response: IncomingMessage): Layer[] {
  const names = (response.headers['content-encoding'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  const layers = names.flatMap((name) => DECODERS.get(name) ?? []);
  if (names.length > MAX_LAYERS || layers.length < names.length) {
    response.destroy();
    const shown = visible(names.join(', ').slice(0, 100));
    throw new OpError('unreadable', `The body is encoded as "${shown}", which is not read here.`);
  }
  return layers.reverse();
}

const DECODERS: ReadonlyMap<string, Layer> = new Map([
  ['gzip', decoder(() => zlib.createGunzip())],
  ['x-gzip', decoder(() => zlib.createGunzip())],
  ['deflate', decoder((first) => (((first[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()))],
  ['br', decoder(() => zlib.createBrotliDecompress())],
  ['zstd', decoder(() => zlib.createZstdDecompress({ params: ZSTD_LIMITS }))],
]);

/** `make` sees the first bytes: some servers send `deflate` with its header, some without. */
function decoder(make: (first: Buffer) => Duplex): Layer {
  return async function* (source) {
    const chunks = source[Symbol.asyncIterator]();
    const first = await chunks.next();
    if (first.done === true) return;
    const made = make(first.value);
    const whole = async function* () {
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    };
    const fed = pipeline(whole, made);
    fed.catch(() => undefined); // reading `made` fails with the same error
    yield* made;
    await fed;
  };
}
