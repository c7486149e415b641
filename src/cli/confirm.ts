import { UserError } from '../os/errors.ts';
import type { Cli } from './cli.ts';
import { paint } from './output.ts';

/** Whether the person at the terminal says yes; no is the answer when nobody says anything. */
export async function confirm(cli: Cli, question: string): Promise<boolean> {
  const { bold, dim } = paint(cli.screen.color.err);
  cli.io.stderr.write(`${bold(question)} ${dim('[y/N]')} `);
  return /^y(es)?$/i.test(await lineFrom(cli));
}

/** Whether somebody can be asked. */
export function canAsk({ io, screen }: Cli): boolean {
  return io.stdin.isTTY && io.stderr.isTTY && !screen.quiet;
}

/**
 * Asks whether something may be done that was not asked for by `--yes`.
 * @param yes that it was said on the command line. @throws UserError `usage` where nobody can be asked.
 */
export async function confirmed(cli: Cli, yes: boolean | undefined, question: string): Promise<boolean> {
  if (yes === true) return true;
  if (canAsk(cli)) return confirm(cli, question);
  throw new UserError('usage', 'This is not done unasked, and nobody is here to be asked.', {
    hint: 'Say --yes, or call it at a terminal.',
  });
}

async function lineFrom({ io }: Cli): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: io.stdin.open(), terminal: false });
  try {
    for await (const line of lines) return line.trim();
    return '';
  } finally {
    lines.close();
  }
}
