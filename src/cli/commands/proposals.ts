import type { Command } from 'commander';
import { EXIT } from '../../os/errors.ts';
import type { Proposal } from '../../proposing.ts';
import { type Act, type Define, result, tell } from '../cli.ts';
import { clean, moment, oneLine, paint } from '../output.ts';
import { readable } from '../render/value.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command.description('What runs proposed that only a person may do, e.g. a change of what a skill is judged by.');
  defineList(command.command('list'), act);
  defineShow(command.command('show'), act);
};

function defineList(command: Command, act: Act): void {
  command
    .summary('the newest first')
    .description('Lists proposals, the newest first.')
    .argument('[skill]', 'only those about this skill')
    .addHelpText(
      'after',
      examples(['reyn proposals list', 'all of them'], ['reyn proposals list essay', 'those about essay']),
    )
    .action(
      act(async (cli, skill: string | undefined) => {
        const found = (await cli.open()).proposals.list(skill);
        result(cli, found, () => found.map((each) => lineOf(each, paint(cli.screen.color.out))).join(''));
        if (found.length === 0) tell(cli, 'Nothing was proposed.');
        return EXIT.done;
      }),
    );
}

function defineShow(command: Command, act: Act): void {
  command
    .summary('one of them, whole')
    .description('Shows one proposal, whole.')
    .argument('<id>', 'its id, or the beginning of it')
    .addHelpText('after', examples(['reyn proposals show 3f', 'the one whose id begins so']))
    .action(
      act(async (cli, id: string) => {
        const found = (await cli.open()).proposals.get(id);
        result(cli, found, () => `${lineOf(found, paint(cli.screen.color.out))}\n${readable(found.body)}\n`);
        return EXIT.done;
      }),
    );
}

const WIDTH = 100;

function lineOf({ id, kind, subject, title, by, at }: Proposal, { bold, dim }: ReturnType<typeof paint>): string {
  return `${bold(id)}  ${clean(kind)} of ${clean(subject)}: ${oneLine(title, WIDTH)}\n  ${dim(`by ${clean(by)}, ${moment(at)}`)}\n`;
}
