import type { SkillEntry } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { type GraphForm, graphOption, writeGraph } from '../graph.ts';
import { clean, type Paint, paint, table } from '../output.ts';
import { showSkill } from '../render/skill.ts';
import { examples } from './examples.ts';
import { defineExchange } from './skill-exchange.ts';
import { defineForms } from './skill-forms.ts';
import { defineVersions } from './skill-versions.ts';

export const define: Define = (command, act) => {
  command
    .command('list')
    .summary('every skill that resolves, and what it hides')
    .description('Every skill that resolves, what it is for, and which other of its name it hides.')
    .addHelpText('after', examples(['reyn skill list', 'for people'], ['reyn skill list --json', 'for programs']))
    .action(
      act(async (cli) => {
        const reyn = await cli.open();
        const skills = reyn.skills.list();
        result(cli, skills, () => table(rows(skills, paint(cli.screen.color.out)), cli.io.stdout.columns));
        if (skills.length === 0) tell(cli, 'No skills yet. Write one with `reyn new <name> "what it should do"`.');
        return EXIT.done;
      }),
    );
  command
    .command('show')
    .summary('what a skill is made of; its graph')
    .description(
      'What a skill is made of: its graph, phases, artifact types and permissions, or the graph alone: as text, as Mermaid for Markdown, as an SVG that opens in a browser.',
    )
    .argument('<name>', 'name of the skill')
    .argument('[version]', 'a version that is kept: v2, or the beginning of its hash; the skill as it is if absent')
    .addOption(graphOption('the graph only (default form: text)'))
    .addHelpText(
      'after',
      examples(
        ['reyn skill show essay', 'phases, ops, permissions'],
        ['reyn skill show essay --graph', 'the graph, in the terminal'],
        ['reyn skill show essay --graph svg > essay.svg', 'for a browser'],
        ['reyn skill show essay --graph mermaid', 'for a Markdown file'],
        ['reyn skill show essay v2', 'as it was'],
      ),
    )
    .action(
      act(async (cli, name: string, version: string | undefined, flags: { graph?: GraphForm }) => {
        const reyn = await cli.open();
        const skill = version === undefined ? reyn.skills.load(name) : (await reyn.versions.show(name, version)).skill;
        const style = paint(cli.screen.color.out);
        if (flags.graph === undefined) result(cli, skill, () => showSkill(skill, style));
        else await writeGraph(cli, flags.graph, skill);
        return EXIT.done;
      }),
    );
  command
    .command('copy')
    .summary('copy a skill into reyn/project, where it may be changed')
    .description(
      'Copies a skill into reyn/project, where it may be changed. Under its own name the copy hides the original.',
    )
    .argument('<name>', 'name of the skill')
    .option('--as <name>', 'name of the copy')
    .addHelpText('after', examples(['reyn skill copy essay --as my_essay', 'under another name']))
    .action(
      act(async (cli, name: string, flags: { as?: string }) => {
        const reyn = await cli.open();
        const folder = await reyn.skills.copy(name, flags.as);
        result(cli, { folder }, () => `${folder}\n`);
        if (flags.as === undefined) tell(cli, `From now on ${name} is this copy; the original is hidden by it.`);
        return EXIT.done;
      }),
    );
  defineExchange(command, act);
  defineForms(command, act);
  defineVersions(command, act);
};

function rows(skills: readonly SkillEntry[], { bold, dim, red }: Paint): string[][] {
  return skills.map(({ name, origin, kind, description, shadowedBy, error }) => {
    const hidden = shadowedBy === undefined ? '' : `hidden by ${shadowedBy}: `;
    const about = error === undefined ? `${hidden}${clean(description)}` : `does not load: ${clean(error)}`;
    const mark = shadowedBy === undefined ? (error === undefined ? bold(name) : red(name)) : dim(name);
    return [mark, origin, kind === 'graph' ? '' : kind, about];
  });
}
