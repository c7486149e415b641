import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { initProject } from '../init-project.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Makes a folder a project: reyn.yaml, lines for .gitignore, a place for skills. What is there stays as it is.',
    )
    .addHelpText(
      'after',
      examples(['reyn init', 'in the folder that is to be a project'], ['reyn -C app init', 'in another']),
    )
    .action(
      act(async (cli) => {
        const changes = initProject(cli.start);
        result(cli, changes, () =>
          changes.map(({ path, done }) => `${done === 'kept' ? 'kept   ' : 'written'} ${path}\n`).join(''),
        );
        tell(cli, 'Next: reyn new my_skill "what it should do", then reyn run my_skill "…"');
        return EXIT.done;
      }),
    );
};
