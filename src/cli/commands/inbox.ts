import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, moment, paint } from '../output.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Lists the questions that runs wait with: for words, for a permission, about an effect in doubt, at a limit.',
    )
    .addHelpText('after', examples(['reyn inbox', 'what waits'], ['reyn answer latest allow', 'answer the newest']))
    .action(
      act(async (cli) => {
        const reyn = await cli.open();
        const open = reyn.inbox();
        const { bold, dim } = paint(cli.screen.color.out);
        result(cli, open, () =>
          open
            .map(({ id, kind, skill, run, text, choices, opened, expires }) => {
              const until = expires === undefined ? '' : `, until ${moment(expires)}`;
              const offer = choices === undefined ? '' : `\n  ${dim('choices')} ${choices.map(clean).join(' | ')}`;
              const about = dim(`${kind} of ${skill}, run ${run}, since ${moment(opened)}${until}`);
              return `${bold(id)}  ${about}\n  ${clean(text).split('\n').join('\n  ')}${offer}\n`;
            })
            .join('\n'),
        );
        if (open.length === 0) tell(cli, 'Nothing waits for a person.');
        else tell(cli, dim('\nAnswer with: reyn answer <id> <text>'));
        return EXIT.done;
      }),
    );
};
