import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { EXIT, type ExitCode, UserError } from '../../os/errors.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { clean, paint, table } from '../output.ts';
import { crontab } from '../schedule/crontab.ts';
import { systemd } from '../schedule/systemd.ts';
import { commandOf, type Timer } from '../schedule/timer.ts';
import { examples } from './examples.ts';

type By = 'crontab' | 'systemd';
type Flags = { by?: By; yes?: boolean };
type InstallFlags = Flags & { at: { hour: number; minute: number } };

const by = () =>
  new Option('--by <what>', 'which timer (default: what is here, crontab first)').choices(['crontab', 'systemd']);

export const define: Define = (command, act) => {
  command.description(
    'Has the skills of this project improved every night, by your crontab or your systemd. What is written is shown first, and you are asked.',
  );
  command
    .command('install')
    .summary('improve skills every night')
    .description(
      'Adds one entry for this project, or changes the one that is there; all other entries stay as they are. A proposal then waits in `reyn inbox`.',
    )
    .argument('[improve...]', 'arguments of `reyn improve`, after --; --all-failing if absent')
    .option('--at <time>', 'when, in local time', clockOf, { hour: 3, minute: 30 })
    .addOption(by())
    .option('--yes', 'write it without asking')
    .addHelpText(
      'after',
      examples(
        ['reyn schedule install', 'every skill below its threshold, at 03:30'],
        ['reyn schedule install --at 02:15 -- essay --max-usd 2', 'one skill, for at most 2 dollars'],
      ),
    )
    .action(
      act(async (cli, given: string[], flags: InstallFlags) => {
        const timer = timerOf(cli, flags);
        const improve = given.length === 0 ? ['--all-failing'] : given;
        const entry = {
          root: cli.root,
          ...flags.at,
          argv: commandOf(['-C', cli.root, 'improve', ...improve]),
          log: join(cli.root, '.reyn', 'improve.log'),
        };
        const text = timer.preview(entry);
        if (!cli.screen.json) tell(cli, `${paint(cli.screen.color.err).bold(timer.name)}\n${clean(text)}`);
        if (!(await confirmed(cli, flags.yes, 'Write this?'))) return declined(cli);
        const changed = timer.install(entry);
        result(cli, { by: timer.name, changed, text }, () => '');
        tell(cli, changed ? 'It is written. `reyn schedule remove` takes it out again.' : 'It was there already.');
        return EXIT.done;
      }),
    );
  command
    .command('list')
    .summary('what is scheduled')
    .description('Lists what `reyn schedule` has written, of every project.')
    .addHelpText('after', examples(['reyn schedule list', 'of crontab and systemd']))
    .action(
      act(async (cli) => {
        const rows = timers(cli).flatMap((timer) => timer.list().map((each) => ({ by: timer.name, ...each })));
        const shown = () =>
          table(
            rows.map(({ at, by: name, root, command: what }) => [at, name, clean(root), clean(what)]),
            cli.io.stdout.columns,
          );
        result(cli, rows, shown);
        if (rows.length === 0) tell(cli, 'Nothing is scheduled.');
        return EXIT.done;
      }),
    );
  command
    .command('remove')
    .summary('improve no more')
    .description('Takes the entry of this project out, and nothing else.')
    .addOption(by())
    .option('--yes', 'take it out without asking')
    .addHelpText('after', examples(['reyn schedule remove', 'of this project']))
    .action(
      act(async (cli, flags: Flags) => {
        const found = timers(cli)
          .filter(({ name }) => flags.by === undefined || flags.by === name)
          .filter((timer) => timer.list().some(({ root }) => root === cli.root));
        if (found.length === 0) {
          result(cli, { removed: [] }, () => '');
          tell(cli, 'Nothing of this project is scheduled.');
          return EXIT.done;
        }
        const names = found.map(({ name }) => name);
        if (!(await confirmed(cli, flags.yes, `Take it out of ${names.join(' and ')}?`))) return declined(cli);
        for (const timer of found) timer.remove(cli.root);
        result(cli, { removed: names }, () => '');
        tell(cli, `Taken out of ${names.join(' and ')}.`);
        return EXIT.done;
      }),
    );
};

function declined(cli: Cli): ExitCode {
  tell(cli, 'Nothing was written.');
  return EXIT.no;
}

function timers({ io }: Cli): readonly Timer[] {
  return [crontab(io), systemd(io)].filter((timer) => timer.there());
}

/** @throws UserError `usage` when this machine has no such timer. */
function timerOf(cli: Cli, flags: Flags): Timer {
  const [first] = timers(cli).filter(({ name }) => flags.by === undefined || flags.by === name);
  if (first !== undefined) return first;
  throw new UserError('usage', `There is no ${flags.by ?? 'crontab and no systemd'} here to schedule by.`, {
    hint: 'Have whatever starts programs here call `reyn improve --all-failing` in the project.',
  });
}

function clockOf(text: string): { hour: number; minute: number } {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59) {
    throw new InvalidArgumentError('It must be a time of the day, as 03:30.');
  }
  return { hour: Number(hour), minute: Number(minute) };
}
