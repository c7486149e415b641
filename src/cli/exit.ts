import type { ExitCode } from '../os/errors.ts';

/**
 * Ends the process with a code once everything written has left it. Open connections of a provider would otherwise
 * keep it alive for seconds.
 */
export async function leave(exit: ExitCode): Promise<never> {
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(exit);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}
