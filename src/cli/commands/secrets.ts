import { EXIT, UserError } from '../../os/errors.ts';
import { checkSecrets, isSecretName, lengthClass, openSecrets, type SecretCheck, secretUses } from '../../secrets.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { readHidden } from '../hidden.ts';
import { readText } from '../input.ts';
import { clean, type Paint, paint, plural, table } from '../output.ts';
import { examples } from './examples.ts';

const sources = (cli: Cli) => ({ root: cli.root, env: cli.io.env });

export const define: Define = (command, act) => {
  command
    .command('set')
    .summary('store a secret; it is asked for, or read from stdin')
    .description(
      'Stores a secret under a name, for arguments of ops that refer to it. The value is asked for without being shown, or read from stdin where that is no terminal; it is never an argument.',
    )
    .argument('<name>', 'letters, digits and _: GITHUB_TOKEN')
    .argument('[value...]', 'refused: every user of this machine can read arguments')
    .addHelpText(
      'after',
      examples(
        ['reyn secrets set GITHUB_TOKEN', 'asks for it'],
        ['pass show github | reyn secrets set GITHUB_TOKEN', 'takes it from another program'],
      ),
    )
    .action(
      act(async (cli, name: string, given: readonly string[]) => {
        if (given.length > 0) throw inArguments(name);
        const store = openSecrets(sources(cli));
        if (!isSecretName(name)) store.set(name, ''); // says what is wrong with it
        const { stdin } = cli.io;
        const value = stdin.isTTY ? await readHidden(cli.io, `Value of ${name}`) : await readText(cli.io);
        const isNew = store.get(name) === undefined;
        store.set(name, value.replace(/\r?\n$/, ''));
        result(cli, { name, file: store.file, new: isNew }, () => '');
        tell(cli, `${name} is ${isNew ? 'stored' : 'replaced'} in ${store.file}. Use it as \${secret:${name}}.`);
        return EXIT.done;
      }),
    );
  command
    .command('list')
    .summary('names of stored secrets and where they are used')
    .description('Names of stored secrets, how long they are, and which files of the project refer to them.')
    .addHelpText('after', examples(['reyn secrets list', 'never shows a value']))
    .action(
      act(async (cli) => {
        const store = openSecrets(sources(cli));
        const uses = secretUses(cli.root);
        const secrets = store.names().map((name) => {
          return { name, length: lengthClass(store.get(name) ?? ''), used: uses.get(name) ?? [] };
        });
        const { bold, dim } = paint(cli.screen.color.out);
        result(cli, secrets, () => {
          const rows = secrets.map(({ name, length, used }) => [bold(name), dim(length), clean(used.join(', '))]);
          return rows.length === 0 ? '' : table(rows, cli.io.stdout.columns);
        });
        if (secrets.length === 0) tell(cli, 'No secret is stored. Store one with: reyn secrets set NAME');
        return EXIT.done;
      }),
    );
  command
    .command('rm')
    .summary('forget a secret')
    .description('Forgets a stored secret. Exits 1 when there is none of that name.')
    .argument('<name>', 'as `reyn secrets list` shows it')
    .addHelpText('after', examples(['reyn secrets rm GITHUB_TOKEN', 'removes it from the store']))
    .action(
      act(async (cli, name: string) => {
        const removed = openSecrets(sources(cli)).remove(name);
        result(cli, { name, removed }, () => '');
        tell(cli, removed ? `${clean(name)} is forgotten.` : `There is no secret ${clean(name)}.`);
        return removed ? EXIT.done : EXIT.no;
      }),
    );
  command
    .command('check')
    .summary('whether secrets are stored well and have got into the project')
    .description(
      'Checks that secrets are stored, that only their owner may read them, that they are long enough to be found where they do not belong, and that they stand nowhere below .reyn/ of this project. Exits 1 when something is wrong.',
    )
    .argument('[name]', 'one secret; all of them if absent')
    .addHelpText('after', examples(['reyn secrets check', 'all'], ['reyn secrets check GITHUB_TOKEN', 'one']))
    .action(
      act(async (cli, name: string | undefined) => {
        const names = name === undefined ? openSecrets(sources(cli)).names() : [name];
        const checks = checkSecrets(sources(cli), names);
        result(cli, checks, () => checks.map((check) => showCheck(check, paint(cli.screen.color.out))).join(''));
        if (checks.length === 0) tell(cli, 'No secret is stored.');
        return checks.every(isWell) ? EXIT.done : EXIT.no;
      }),
    );
};

function inArguments(name: string): UserError {
  return new UserError('usage', `The value of ${clean(name)} must not be an argument: every user can read it there.`, {
    hint: `Run \`reyn secrets set ${clean(name)}\` and type it, or pipe it in. Replace a secret that was an argument.`,
  });
}

const isWell = ({ stored, searched, leaks }: SecretCheck) => stored && searched && leaks.length === 0;

function showCheck({ name, stored, searched, leaks }: SecretCheck, { bold, dim, green, red, yellow }: Paint): string {
  const head = (verdict: string) => `${bold(clean(name))}  ${verdict}\n`;
  if (!stored) return head(red('is not stored'));
  if (!searched) {
    const why =
      'Too short or too common to be looked for: it is not taken out of texts. Choose one of 8 characters or more.';
    return `${head(yellow('is not searched for'))}  ${dim(why)}\n`;
  }
  if (leaks.length === 0) return head(green('is well'));
  const places = leaks.map((place) => `  ${clean(place)}\n`).join('');
  const next = dim('  Replace the secret where it is valid: what was kept may have been copied.\n');
  return `${head(red(`stands in ${plural(leaks.length, 'place')} of the project`))}${places}${next}`;
}
