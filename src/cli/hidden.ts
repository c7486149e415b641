import { UserError } from '../os/errors.ts';
import type { Io } from './io.ts';

type Terminal = NodeJS.ReadableStream & { setRawMode?: (on: boolean) => unknown };

const ENDS = new Set(['\r', '\n', '\u0004']);
const STOP = '\u0003';
const ERASES = new Set(['\b', '\u007f']);

/**
 * Asks for a line at a terminal without showing what is typed.
 * @throws UserError `usage` when it is broken off.
 */
export async function readHidden(io: Io, prompt: string): Promise<string> {
  const terminal: Terminal = io.stdin.open();
  io.stderr.write(`${prompt} (is not shown): `);
  terminal.setRawMode?.(true);
  try {
    let typed = '';
    for await (const chunk of terminal) {
      for (const sign of chunk.toString()) {
        if (ENDS.has(sign)) return typed;
        if (sign === STOP) throw stopped();
        typed = ERASES.has(sign) ? typed.slice(0, -1) : typed + sign;
      }
    }
    return typed;
  } finally {
    terminal.setRawMode?.(false);
    io.stderr.write('\n');
  }
}

function stopped(): UserError {
  return new UserError('usage', 'Nothing was stored: the input was broken off.', { hint: 'Run the command again.' });
}
