import { Argument } from 'commander';
import { EXIT } from '../../os/errors.ts';
import { type Define, result } from '../cli.ts';
import { SCRIPTS, SHELLS, type Shell } from '../complete/scripts.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      "Writes a script that lets your shell complete commands, options, skills, runs and models. Load it in every new shell:\n  bash  echo 'source <(reyn completion bash)' >> ~/.bashrc\n  zsh   echo 'source <(reyn completion zsh)' >> ~/.zshrc\n  fish  reyn completion fish > ~/.config/fish/completions/reyn.fish",
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('after', examples(['source <(reyn completion bash)', 'in this shell only']))
    .action(
      act(async (cli, shell: Shell) => {
        result(cli, { shell, script: SCRIPTS[shell] }, () => SCRIPTS[shell]);
        return EXIT.done;
      }),
    );
};
