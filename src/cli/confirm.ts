import { UserError } from '../os/errors.ts';
import type { Cli } from './cli.ts';
import { lineFrom } from './line.ts';
import { paint } from './output.ts';

/**
 * Asks a person whether something may be done; no is the answer when they say nothing.
 * @param yes that it was said on the command line. @throws UserError `usage` where nobody can be asked.
 */
export async function confirmed(cli: Cli, yes: boolean | undefined, question: string): Promise<boolean> {
  if (yes === true) return true;
  const { io, screen } = cli;
  if (!io.stdin.isTTY || !io.stderr.isTTY) {
    throw new UserError('usage', 'This is not done unasked, and nobody is here to be asked.', {
      hint: 'Say --yes, or call it at a terminal.',
    });
  }
  const { bold, dim } = paint(screen.color.err);
  io.stderr.write(`${bold(question)} ${dim('[y/N]')} `);
  return /^y(es)?$/i.test(await lineFrom(cli));
}
