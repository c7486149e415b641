import { Option } from 'commander';
import type { Define } from '../cli.ts';
import { type DriveFlags, driveRun, eventsOf, ON_ASK } from '../drive.ts';
import { openToRun } from '../trust.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Goes on with a run that was interrupted, crashed or waits: nothing that was recorded is done again. Exits like `reyn run`.',
    )
    .argument('<run>', 'id, a unique beginning of one, or `latest`')
    .option('--events', 'write the new events on stdout, one JSON per line, instead of the result')
    .addOption(
      new Option('--on-ask <what>', 'what a question does (default: prompt at a terminal)').choices([...ON_ASK]),
    )
    .addHelpText(
      'after',
      examples(['reyn resume latest', 'after Ctrl-C or a crash'], ['reyn resume 4k2m --json', 'result as JSON']),
    )
    .action(
      act(async (cli, reference: string, flags: DriveFlags) => {
        const reyn = await openToRun(cli);
        const run = reyn.runs.idOf(reference);
        return driveRun(cli, reyn, flags, eventsOf(reyn, run), (options) => reyn.resume(run, options));
      }),
    );
};
