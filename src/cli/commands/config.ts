import { EXIT, showWhere } from '../../os/errors.ts';
import type { Json } from '../../os/json.ts';
import { redactorDespite } from '../../secrets.ts';
import { changeSetting, changeTrust, checkConfig, getConfigKey, showConfig, type Trust } from '../../settings.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { clean, paint, table } from '../output.ts';
import { readable } from '../render/value.ts';
import { examples } from './examples.ts';

const sources = (cli: Cli) => ({ root: cli.root, env: cli.io.env });

export const define: Define = (command, act) => {
  command
    .command('show')
    .summary('every value in effect and the file it comes from')
    .description('Every value in effect and the file it comes from.')
    .addHelpText('after', examples(['reyn config show', 'what is in effect, and from where']))
    .action(
      act(async (cli) => {
        const redact = redactorDespite(sources(cli));
        const values = showConfig(sources(cli)).map((one) => redact.value(one));
        const { dim, bold } = paint(cli.screen.color.out);
        result(cli, values, () => {
          const rows = values.map(({ key, value, origin }) => {
            const set = origin !== 'default';
            return [set ? bold(key) : key, set ? origin : dim(origin), clean(text(value))];
          });
          return table(rows, cli.io.stdout.columns);
        });
        return EXIT.done;
      }),
    );
  command
    .command('get')
    .summary('one value, or a part of the configuration')
    .description('One value in effect, or a part of the configuration. Exits 1 when it is not set.')
    .argument('<key>', 'as in the file: limits.usd')
    .addHelpText('after', examples(['reyn config get limits.max_turns', 'as a number']))
    .action(
      act(async (cli, key: string) => {
        const found = getConfigKey(sources(cli), key);
        const value =
          found === undefined ? undefined : redactorDespite(sources(cli)).value({ key, value: found }).value;
        if (value === undefined) {
          result(cli, null, () => '');
          tell(cli, `${key} is not set.`);
          return EXIT.no;
        }
        result(cli, value, () => (typeof value === 'object' ? readable(value) : `${text(value)}\n`));
        return EXIT.done;
      }),
    );
  command
    .command('set')
    .summary('change one value in reyn.yaml; the rest of the file stays as it is')
    .description('Changes one value in reyn.yaml; comments and every other line stay as they are.')
    .argument('<key>', 'as in the file: limits.usd')
    .argument('<value>', 'as it would stand behind the key')
    .addHelpText(
      'after',
      examples(
        ['reyn config set limits.usd 2.50', 'a limit for every run'],
        ['reyn config set model scripted', 'no model needed'],
      ),
    )
    .action(
      act(async (cli, key: string, value: string) => {
        const edit = redactorDespite(sources(cli)).value(await changeSetting(sources(cli), key, value));
        result(cli, edit, () => '');
        const how = edit.changed ? 'is now' : 'is unchanged:';
        tell(cli, `${edit.key} ${how} ${clean(text(edit.value))} in ${edit.file}.`);
        return EXIT.done;
      }),
    );
  command
    .command('trust')
    .summary('let files of the project widen what runs may do')
    .description(
      'Trusts reyn.yaml and reyn.local.yaml of this project exactly as they stand: their allow rules, models, servers and search engine count from now on. Until then only what they deny or tighten does. Trust is kept in your own folder; a changed file is not trusted.',
    )
    .option('--revoke', 'take it back')
    .option('--dry-run', 'only say what would count')
    .addHelpText(
      'after',
      examples(['reyn config trust --dry-run', 'what it would allow'], ['reyn config trust', 'after you have read it']),
    )
    .action(
      act(async (cli, flags: { revoke?: boolean; dryRun?: boolean }) => {
        const how = flags.revoke === true ? 'revoke' : flags.dryRun === true ? 'look' : 'trust';
        const redact = redactorDespite(sources(cli));
        const trust = redact.value((await changeTrust(sources(cli), how)) as unknown as Json) as unknown as Trust;
        const { bold, dim } = paint(cli.screen.color.out);
        result(cli, trust, () =>
          trust.files
            .map(({ file, keys, trusted }) => {
              const rows = keys.map(({ key, value }) => `  ${key} ${dim(clean(text(value)))}\n`);
              return `${bold(file)} ${dim(trusted ? 'trusted' : 'not trusted')}\n${rows.join('')}`;
            })
            .join(''),
        );
        if (trust.files.length === 0) tell(cli, 'No file of this project widens anything; there is nothing to trust.');
        return EXIT.done;
      }),
    );
  command
    .command('check')
    .summary('every problem of the configuration')
    .description('Every problem of the configuration, with its place. Exits 2 when there is one.')
    .addHelpText('after', examples(['reyn config check --json', 'for programs']))
    .action(
      act(async (cli) => {
        const redact = redactorDespite(sources(cli));
        const problems = checkConfig(sources(cli)).map(
          (one) => redact.value(one as unknown as Json) as unknown as typeof one,
        );
        const { bold, dim } = paint(cli.screen.color.out);
        result(cli, problems, () =>
          problems
            .map(({ where, message, hint }) => {
              const next = hint === undefined ? '' : `\n  ${dim('next:')} ${clean(hint)}`;
              return `${bold(showWhere(where))} ${clean(message)}${next}\n`;
            })
            .join(''),
        );
        if (problems.length === 0) tell(cli, 'The configuration is valid.');
        return problems.length === 0 ? EXIT.done : EXIT.usage;
      }),
    );
};

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
