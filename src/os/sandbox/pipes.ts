import type { Readable, Writable } from 'node:stream';

/** One end of a pipe of a child, as `child.stdio` has it. */
export type Pipe = Readable | Writable | null | undefined;

export type Kept = {
  readonly chunks: readonly Buffer[];
  /** Settles when nobody can write any more. */
  readonly closed: Promise<void>;
};

/** Keeps the first `most` bytes, and says once when there were more. */
export function keep(stream: Pipe, most: number, tooMuch: () => void): Kept {
  const chunks: Buffer[] = [];
  let room = most;
  if (!isReadable(stream)) return { chunks, closed: Promise.resolve() };
  stream.on('data', (chunk: Buffer) => {
    if (room > 0) chunks.push(chunk.subarray(0, room));
    if (chunk.length > room) tooMuch();
    room = Math.max(0, room - chunk.length);
  });
  stream.on('error', () => undefined); // it is at its end, which `close` says
  return { chunks, closed: new Promise((resolve) => stream.once('close', resolve)) };
}

/** Tells what comes, as text, until the end. */
export function listen(stream: Pipe, tell: (text: string) => void): void {
  if (!isReadable(stream)) return;
  stream.on('data', (chunk: Buffer) => tell(chunk.toString('latin1')));
  stream.on('error', () => undefined);
}

/** Writes, and then closes unless told otherwise. A reader that is gone is no error. */
export function feed(stream: Pipe, content: string | Uint8Array | undefined, close = true): void {
  if (!isWritable(stream) || content === undefined) return;
  stream.on('error', () => undefined);
  if (close) stream.end(content);
  else stream.write(content);
}

const isReadable = (stream: Pipe): stream is Readable => stream !== null && stream !== undefined && 'read' in stream;
const isWritable = (stream: Pipe): stream is Writable => stream !== null && stream !== undefined && 'write' in stream;
