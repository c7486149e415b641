import { Option } from 'commander';
import { UserError } from '../../os/errors.ts';
import type { PendingIntervention } from '../../os/runs/outcome.ts';
import type { Define } from '../cli.ts';
import { type DriveFlags, driveRun, eventsOf, ON_ASK } from '../drive.ts';
import { openToRun } from '../trust.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Answers an open question and goes on with its run. An answer counts once and for exactly what was asked. Exits like `reyn run`.',
    )
    .argument('<id>', 'id of the question, a unique beginning of one, or `latest`')
    .argument('<text...>', 'the answer; for a question with choices, one of them')
    .option('--note <text>', 'something to keep with the answer')
    .option('--events', 'write the new events on stdout, one JSON per line, instead of the result')
    .addOption(
      new Option('--on-ask <what>', 'what a further question does (default: prompt at a terminal)').choices([
        ...ON_ASK,
      ]),
    )
    .addHelpText(
      'after',
      examples(
        ['reyn answer latest allow', 'the newest question'],
        ['reyn answer 7q2 Use the second draft', 'in words'],
      ),
    )
    .action(
      act(async (cli, reference: string, words: string[], flags: DriveFlags & { note?: string }) => {
        const reyn = await openToRun(cli);
        const asked = find(reyn.inbox(), reference);
        const earlier = asked === undefined ? [] : eventsOf(reyn, asked.run);
        return driveRun(cli, reyn, flags, earlier, (options) =>
          reyn.answer(asked?.id ?? reference, words.join(' '), {
            ...options,
            ...(flags.note === undefined ? {} : { words: flags.note }),
          }),
        );
      }),
    );
};

/** The open question meant; `undefined` when none is, which the project then says better. */
function find(open: readonly PendingIntervention[], reference: string): PendingIntervention | undefined {
  if (reference === 'latest') {
    const [newest] = open.toSorted((a, b) => b.opened.localeCompare(a.opened));
    if (newest !== undefined) return newest;
    throw new UserError('not_found', 'No question is open.', { hint: '`reyn inbox` lists what waits for a person.' });
  }
  const found = open.filter(({ id }) => id.startsWith(reference));
  if (found.length <= 1) return found[0];
  throw new UserError('ambiguous', `"${reference}" is the beginning of ${found.length} ids.`, {
    hint: `Write more of it: ${found.map(({ id }) => id).join(', ')}.`,
  });
}
