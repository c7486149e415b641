import type { Transport } from '@modelcontextprotocol/client';
import { parseJson } from '../../json.ts';
import { OpError } from '../../op-error.ts';
import { visible } from '../../visible.ts';
import { MCP_BOUNDS } from './bounds.ts';
import { openIntake } from './intake.ts';
import { startTree } from './process-tree.ts';
import type { Violated, Wire } from './wire.ts';

/** Bytes of standard error that are kept, the last ones. */
const LAST_WORDS = 2_000;

export type StdioSpec = {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the server. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
};

/**
 * A server as a child process: one message of JSON-RPC per line on standard input and output (MCP, transports, stdio).
 * What it says is bounded before it is parsed; a line that is no message, or is too long, ends it.
 */
export function openStdio(spec: StdioSpec, violated: Violated): Wire {
  const tree = startTree(spec.command, spec.args, spec);
  const { stdin, stdout, stderr } = tree.child;
  const intake = openIntake();
  let words = Buffer.alloc(0);
  let isOver = false;

  const over = () => {
    if (isOver) return;
    isOver = true;
    transport.onclose?.();
  };
  const violate = (error: OpError) => {
    if (isOver) return;
    violated(error);
    void tree.kill();
    over();
  };
  const receive = (line: Buffer) => {
    if (isOver || line.length === 0) return;
    const parsed = parseJson(line.toString('utf8'));
    if (!parsed.ok) {
      const shown = visible(line.subarray(0, 80).toString('utf8'));
      throw new OpError('invalid', `it wrote a line to standard output that is not a message: "${shown}"`);
    }
    if (intake.take(parsed.value, line.length)) transport.onmessage?.(parsed.value);
  };
  const started = new Promise<void>((resolve, reject) => {
    tree.child.once('spawn', resolve);
    tree.child.once('error', reject);
  });
  started.catch(() => undefined); // it may fail before anybody waits for it
  const split = lineSplitter(MCP_BOUNDS.messageBytes, receive);

  const transport: Transport = {
    start: () => started,
    send: (message) =>
      new Promise((resolve, reject) => {
        if (isOver || stdin === null) return reject(new Error('the server has ended'));
        intake.sent(message);
        if (stdin.writableLength > MCP_BOUNDS.messageBytes) {
          violate(new OpError('invalid', 'it does not read what it is sent'));
        }
        stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => {
      await tree.close();
      over();
    },
  };

  stdout?.on('data', (chunk: Buffer) => {
    try {
      split(chunk);
    } catch (error) {
      violate(error instanceof OpError ? error : new OpError('invalid', 'it sent a message that cannot be read'));
    }
  });
  stderr?.on('data', (chunk: Buffer) => {
    words = Buffer.concat([words, chunk]).subarray(-LAST_WORDS);
  });
  for (const stream of [stdin, stdout, stderr]) stream?.on('error', () => undefined); // told by the end of the process
  tree.child.once('error', over);
  tree.child.once('close', over);
  tree.child.once('exit', () => setTimeout(over, 250).unref()); // a grandchild may hold the pipes open

  return { transport, lastWords: () => visible(words.toString('utf8')).trim(), kill: () => tree.kill() };
}

/** Cuts a stream into lines, without their ends. @throws OpError `too_large` when a line is longer than `max` bytes. */
function lineSplitter(max: number, receive: (line: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer[] = [];
  let size = 0;
  const hold = (piece: Buffer) => {
    size += piece.length;
    if (size > max) throw new OpError('too_large', `it sent a message of more than ${max} bytes`);
    held.push(piece);
  };
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      hold(chunk.subarray(from, at));
      const line = Buffer.concat(held, size);
      held = [];
      size = 0;
      from = at + 1;
      receive(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
    }
    if (from < chunk.length) hold(chunk.subarray(from));
  };
}
