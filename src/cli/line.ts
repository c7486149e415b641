import type { Cli } from './cli.ts';

/** One line that a person types; the empty string at the end of input. */
export async function lineFrom({ io }: Pick<Cli, 'io'>): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: io.stdin.open(), terminal: false });
  try {
    for await (const line of lines) return line.trim();
    return '';
  } finally {
    lines.close();
  }
}
