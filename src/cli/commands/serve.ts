import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean } from '../output.ts';
import { interruptible } from '../signals.ts';
import { examples } from './examples.ts';
import { whole } from './numbers.ts';

const PORT = 7395;

export const define: Define = (command, act) => {
  command
    .description(
      'Serves the inbox and the runs to a browser, and the HTTP API, on this machine only, until Ctrl-C. The address it prints holds a token: whoever has it answers for you.',
    )
    .option('--port <n>', 'port to listen on; 0 takes any that is free', whole, PORT)
    .option('--host <address>', 'address of this machine to listen on', '127.0.0.1')
    .addHelpText(
      'after',
      examples(['reyn serve', 'then open the address it prints'], ['reyn serve --port 0 --json', 'for a program']),
    )
    .action(
      act(async (cli, { host, port }: { host: string; port: number }) => {
        const { serve } = await import('../../server/serve.ts');
        const reyn = await cli.open();
        const say = (text: string) => cli.io.stderr.write(`${clean(text)}\n`);
        const interruption = interruptible(() => {});
        try {
          const serving = await serve({ reyn, host, port, say });
          try {
            const { url, origin, token } = serving;
            result(cli, { url, origin, token }, () => `${url}\n`);
            tell(cli, 'Ctrl-C ends it.');
            await aborted(interruption.signal);
          } finally {
            await serving.close();
          }
        } finally {
          interruption.stop();
        }
        return EXIT.interrupted;
      }),
    );
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
