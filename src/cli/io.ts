import { fstatSync, statSync, writeSync } from 'node:fs';

/** Where a command reads and writes: the process in the product, texts in tests. */
export type Io = {
  /** The result, and nothing else. */
  readonly stdout: Out;
  /** What is said to a person. */
  readonly stderr: Out;
  readonly stdin: In;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when nobody reads stdout any more. */
  readonly gone: AbortSignal;
};

export type Out = {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width of the terminal; `undefined` where there is none. */
  readonly columns: number | undefined;
};

export type In = {
  readonly isTTY: boolean;
  /** The stream, opened when first asked for: one that nobody reads must not hold the process. */
  open(): NodeJS.ReadableStream;
};

/**
 * The streams of this process. Writing is synchronous, so what was said before an exit has been said, and Node's
 * streams are not loaded for it. A reader that went away ends the writing, never the program.
 */
export function processIo(): Io {
  const gone = new AbortController();
  return {
    stdout: outOf(
      1,
      () => process.stdout,
      () => gone.abort(),
    ),
    stderr: outOf(
      2,
      () => process.stderr,
      () => {},
    ),
    stdin: { isTTY: isTerminal(0), open: () => process.stdin },
    env: process.env,
    cwd: process.cwd(),
    gone: gone.signal,
  };
}

function outOf(descriptor: number, stream: () => NodeJS.WriteStream, onGone: () => void): Out {
  const isTTY = isTerminal(descriptor);
  let open = true;
  return {
    write: (text) => {
      if (!open || writeWhole(descriptor, text)) return;
      open = false;
      onGone();
    },
    isTTY,
    get columns() {
      return isTTY ? stream().columns || 80 : undefined; // a terminal may say 0
    },
  };
}

const PAUSE_MS = 2;

/** @returns whether somebody is still reading. */
function writeWhole(descriptor: number, text: string): boolean {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EIO' || code === 'EBADF') return false;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS); // the pipe is full
    }
  }
  return true;
}

function isTerminal(descriptor: number): boolean {
  try {
    // Only a device can be a terminal, and not /dev/null; for all else the terminal module is never loaded.
    const stat = fstatSync(descriptor);
    if (!stat.isCharacterDevice() || stat.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev) return false;
    return process.getBuiltinModule('node:tty').isatty(descriptor);
  } catch {
    return false; // closed
  }
}
