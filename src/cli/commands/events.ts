import type { Command } from 'commander';
import type { EventFilter, Reyn } from '../../api.ts';
import { EXIT, UserError } from '../../os/errors.ts';
import type { ProjectEvent, RunEvent } from '../../os/events/event.ts';
import { nearest } from '../../os/suggest.ts';
import { type Cli, type Define, result } from '../cli.ts';
import { oneLine, type Paint, paint, moment as shown } from '../output.ts';
import { interruptible } from '../signals.ts';
import { examples } from './examples.ts';
import { moment, whole } from './numbers.ts';

type AnyEvent = RunEvent | ProjectEvent;
type Filters = { run?: string; type?: string; skill?: string; since?: string; until?: string; limit?: number };

export const define: Define = (command, act) => {
  withFilters(
    command
      .command('query')
      .summary('events of the log, oldest first')
      .description('Events of the log, oldest first, of one run or of all.'),
  )
    .option('--until <when>', 'not after: a date, or 10m, 2h, 3d ago', moment)
    .option('--limit <n>', 'at most so many, the newest', whole, 100)
    .addHelpText(
      'after',
      examples(
        ['reyn events query --type permission_denied --since 1d', 'denied in one day'],
        ['reyn events query --run latest --json', 'the newest 100'],
      ),
    )
    .action(
      act(async (cli, flags: Filters) => {
        await checkType(flags.type);
        const reyn = await cli.open();
        const events = reyn.events.query(filterOf(reyn, flags));
        const style = paint(cli.screen.color.out);
        result(cli, events, () => events.map((event) => line(event, cli, style)).join(''));
        return EXIT.done;
      }),
    );
  withFilters(
    command
      .command('tail')
      .summary('events as they are written, until Ctrl-C')
      .description('Events as they are written, until Ctrl-C.'),
  )
    .addHelpText(
      'after',
      examples(['reyn events tail --run latest', 'of one run'], ['reyn events tail --json', 'one JSON per line']),
    )
    .action(
      act(async (cli, flags: Filters) => {
        await checkType(flags.type);
        const reyn = await cli.open();
        const interruption = interruptible(() => {});
        const style = paint(cli.screen.color.out);
        const signal = AbortSignal.any([interruption.signal, cli.io.gone]);
        try {
          for await (const event of reyn.events.tail(filterOf(reyn, flags), signal)) {
            cli.io.stdout.write(cli.screen.json ? `${JSON.stringify(event)}\n` : line(event, cli, style));
          }
        } finally {
          interruption.stop();
        }
        return interruption.signal.aborted ? EXIT.interrupted : EXIT.done;
      }),
    );
};

function withFilters(command: Command): Command {
  return command
    .option('--run <run>', 'only of this run: id, a unique beginning of one, or `latest`')
    .option('--type <type>', 'only of this type')
    .option('--skill <name>', 'only of runs of this skill')
    .option('--since <when>', 'not before: a date, or 10m, 2h, 3d ago', moment);
}

/** @throws UserError `usage` for a type that no event has: its absence would look like an answer. */
async function checkType(type: string | undefined): Promise<void> {
  if (type === undefined) return;
  const { PROJECT_EVENTS, RUN_EVENTS } = await import('../../index.ts'); // what `--help` need not load
  const types = [...new Set([...Object.keys(RUN_EVENTS), ...Object.keys(PROJECT_EVENTS)])];
  if (types.includes(type)) return;
  const near = nearest(type, types);
  throw new UserError('usage', `There is no type of event "${type}".`, {
    hint: near === undefined ? `There are: ${types.join(', ')}.` : `Did you mean "${near}"?`,
  });
}

function filterOf(reyn: Reyn, { run, ...flags }: Filters): EventFilter {
  return run === undefined ? flags : { ...flags, run: reyn.runs.idOf(run) };
}

function line(event: AnyEvent, cli: Cli, { dim, cyan }: Paint): string {
  const head = `${dim(`${shown(event.ts)} ${event.run ?? 'project'} ${String(event.seq).padStart(4)}`)} ${cyan(event.type)}`;
  const plain = `${shown(event.ts)} ${event.run ?? 'project'} ${String(event.seq).padStart(4)} ${event.type}`;
  const { columns } = cli.io.stdout;
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, columns - plain.length - 2);
  const rest = oneLine(
    `${event.type !== undefined && 'step' in event ? `${event.step} ` : ''}${JSON.stringify(event.data)}`,
    room,
  );
  return `${head} ${rest}\n`;
}
