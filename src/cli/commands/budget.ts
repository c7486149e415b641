import { Option } from 'commander';
import type { SpendGroup } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { paint } from '../output.ts';
import { showSpending } from '../render/spending.ts';
import { examples } from './examples.ts';
import { moment } from './numbers.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'What runs used: turns, ops, tokens and dollars, by skill, by model or by day. What a sub-run used counts once, for its own skill. Runs that were removed are not in it.',
    )
    .addOption(new Option('--by <what>', 'one row for each').choices(['skill', 'model', 'day']).default('skill'))
    .option('--since <when>', 'the first day that counts, in UTC: a date, or 7d ago', moment)
    .addHelpText(
      'after',
      examples(
        ['reyn budget', 'by skill, since ever'],
        ['reyn budget --by day --since 7d', 'the last week, day by day'],
      ),
    )
    .action(
      act(async (cli, flags: { by: SpendGroup; since?: string }) => {
        const spending = (await cli.open()).spending(flags.by, flags.since);
        result(cli, spending, () => showSpending(spending, paint(cli.screen.color.out)));
        if (spending.rows.length === 0) tell(cli, 'Nothing was used.');
        return EXIT.done;
      }),
    );
};
