/** Where a command reads and writes: the process in the product, arrays in tests. */
export type Io = {
  /** The result, and nothing else. */
  readonly stdout: Out;
  /** What is said to a person. */
  readonly stderr: Out;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
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

/** The streams of this process. A reader that went away ends the writing, never the program. */
export function processIo(): Io {
  const gone = new AbortController();
  const out = (stream: NodeJS.WriteStream, onGone: () => void): Out => {
    let open = true;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      open = false;
      onGone();
    });
    return {
      write: (text) => {
        if (open) stream.write(text);
      },
      isTTY: stream.isTTY === true,
      get columns() {
        return stream.isTTY === true ? stream.columns : undefined;
      },
    };
  };
  return {
    stdout: out(process.stdout, () => gone.abort()),
    stderr: out(process.stderr, () => {}),
    get stdin() {
      return process.stdin; // opened when first asked for: a pipe nobody reads must not hold the process
    },
    env: process.env,
    cwd: process.cwd(),
    gone: gone.signal,
  };
}
