import type { Command } from 'commander';
import { EXIT } from '../../os/errors.ts';
import { type Act, result, tell } from '../cli.ts';
import { paint } from '../output.ts';
import { showReshaped } from '../render/reshaped.ts';
import { examples } from './examples.ts';

const FORMS = {
  split: {
    about:
      'Writes a one-file skill as a folder: a file for every phase and every artifact type. Comments and wording stay; the skill is the same, or nothing is written.',
    example: ['reyn skill split summarize', 'a file for each part'],
  },
  join: {
    about:
      'Writes a skill as one file: its phases become sections of skill.md, its artifact types stand in the front matter. Shared ones stay shared.',
    example: ['reyn skill join essay', 'everything into skill.md'],
  },
} as const;

/** `reyn skill split` and `reyn skill join`. */
export function defineForms(command: Command, act: Act): void {
  for (const form of ['split', 'join'] as const) {
    const { about, example } = FORMS[form];
    command
      .command(form)
      .summary(form === 'split' ? 'one file → a file for every phase' : 'a file for every phase → one file')
      .description(about)
      .argument('<name>', 'name of the skill')
      .option('--dry-run', 'show the difference and write nothing')
      .addHelpText('after', examples(example, [`${example[0]} --dry-run`, 'what it would do']))
      .action(
        act(async (cli, name: string, flags: { dryRun?: boolean }) => {
          const reyn = await cli.open();
          const dryRun = flags.dryRun === true;
          const done = await reyn.skills.reshape(name, form, { dryRun });
          const text = cli.screen.json ? '' : await showReshaped(done, dryRun, paint(cli.screen.color.out));
          result(cli, done, () => text);
          tell(cli, dryRun ? 'Nothing was written.' : `Check it with \`reyn lint ${name}\`.`);
          return EXIT.done;
        }),
      );
  }
}
