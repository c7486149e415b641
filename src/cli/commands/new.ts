import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Writes a new skill into reyn/project: free of lint findings, with answers for the scripted model and a first eval case.',
    )
    .argument('<name>', 'small letters, digits, - and _')
    .argument('[wish]', 'what it should do, in a sentence')
    .addHelpText('after', examples(['reyn new release_notes "Write release notes from changes"', 'from a template']))
    .action(
      act(async (cli, name: string, wish: string | undefined) => {
        const reyn = await cli.open();
        const files = await reyn.skills.create(name, wish);
        result(cli, { name, files }, () => files.map((file) => `${file}\n`).join(''));
        tell(cli, `Edit it, check it with \`reyn lint ${name}\`, run it with \`reyn run ${name} "…"\`.`);
        return EXIT.done;
      }),
    );
};
