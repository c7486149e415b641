import { Option } from 'commander';
import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { examples } from './examples.ts';

/** Export and import: skills that go to other projects and other agents, and that come from there. */
export const defineExchange: Define = (command, act) => {
  command
    .command('export')
    .summary('write a skill for other projects or other agents')
    .description(
      'Writes a skill for others: as a folder by the Agent Skills specification, or as a bundle, one file with the hash of each file in it, which `reyn skill import` takes.',
    )
    .argument('<name>', 'name or folder of the skill')
    .addOption(new Option('--to <format>', 'which format').choices(['agent-skill', 'bundle']).default('agent-skill'))
    .option('--out <dir>', 'where it goes; agent-skills or bundles if absent')
    .addHelpText(
      'after',
      examples(
        ['reyn skill export essay --to agent-skill --out dist', 'as dist/essay'],
        ['reyn skill export essay --to bundle', 'as bundles/essay.tar.gz'],
      ),
    )
    .action(
      act(async (cli, name: string, flags: { to: 'agent-skill' | 'bundle'; out?: string }) => {
        const { skills } = await cli.open();
        if (flags.to === 'bundle') {
          const file = await skills.bundleTo(name, flags.out);
          result(cli, { file }, () => `${file}\n`);
          return EXIT.done;
        }
        const folder = await skills.exportTo(name, flags.out);
        result(cli, { folder }, () => `${folder}\n`);
        return EXIT.done;
      }),
    );
  command
    .command('import')
    .summary('take in a skill from a folder, a bundle or a repository')
    .description(
      'Takes a skill into reyn/project and notes where it comes from: a folder of Reyn or of Agent Skills, a bundle, or one commit of a repository. What comes from elsewhere is checked as a whole before anything is written.',
    )
    .argument('<source>', 'a folder or bundle on this machine, or https://host/path#<commit>[:<folder>]')
    .option('--as <name>', 'name of the skill; its own if absent')
    .option('--commit <hash>', 'the commit, when the address does not name it')
    .addHelpText(
      'after',
      examples(
        ['reyn skill import ~/skills/pdf-forms', 'a folder'],
        ['reyn skill import essay.tar.gz --as other_essay', 'a bundle, renamed'],
        ['reyn skill import https://host/skills --commit <hash>', 'from a repository'],
      ),
    )
    .action(
      act(async (cli, from: string, flags: { as?: string; commit?: string }) => {
        const reyn = await cli.open();
        const folder = await reyn.skills.importFrom(from, flags.as, flags.commit);
        result(cli, { folder }, () => `${folder}\n`);
        tell(cli, `See what it needs with \`reyn lint ${folder.slice(folder.lastIndexOf('/') + 1)}\`.`);
        return EXIT.done;
      }),
    );
};
