import { EXIT, type ExitCode, showWhere, UserError } from '../os/errors.ts';
import type { Redactor } from '../secrets.ts';
import type { Io } from './io.ts';
import { paint, type Screen, clean as withoutControls } from './output.ts';

/**
 * Says what happened, where, and what to do next, without the secrets that a server or a file may have put into it.
 * @returns the exit code.
 */
export function report(error: unknown, io: Io, screen: Screen, redact: Redactor): ExitCode {
  const { red, dim, bold } = paint(screen.color.err);
  const clean = (text: string) => withoutControls(redact.text(text));
  const say = (label: string, text: string) => io.stderr.write(`  ${dim(label.padEnd(5))}  ${clean(text)}\n`);
  if (error instanceof UserError) {
    io.stderr.write(`${red(bold('error:'))} ${clean(error.message)}\n`);
    const where = showWhere(error.where);
    if (where !== '') say('where', where);
    if (error.hint !== undefined) say('next', error.hint);
    if (screen.debug) for (const cause of causesOf(error)) say('cause', cause);
    return error.exit;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  io.stderr.write(`${red(bold('internal error:'))} ${clean(message)}\n`);
  if (screen.debug) io.stderr.write(`${dim(clean(stackOf(error)))}\n`);
  else say('next', 'This is a fault of Reyn. Run the command again with --debug and report what it prints.');
  return EXIT.internal;
}

/** What lies below an error that people can mend: no stack, since the fault is not in the program. */
function causesOf(error: Error): string[] {
  const { cause } = error;
  if (cause === undefined) return [];
  return cause instanceof Error ? [`${cause.name}: ${cause.message}`, ...causesOf(cause)] : [String(cause)];
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
