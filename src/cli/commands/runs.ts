import { Option } from 'commander';
import { EXIT } from '../../os/errors.ts';
import type { RunSummary } from '../../os/runs/summary.ts';
import { type Define, result, tell } from '../cli.ts';
import { type GraphForm, graphOption, wayOf, writeGraph } from '../graph.ts';
import { clean, dollars, duration, grouped, moment, type Paint, paint, plural, table } from '../output.ts';
import { resultText, summary } from '../render/outcome.ts';
import { showDamaged, showRun } from '../render/run.ts';
import { examples } from './examples.ts';
import { whole } from './numbers.ts';

const STATUSES = ['running', 'waiting', 'interrupted', 'finished', 'failed', 'aborted', 'damaged'];
const REFERENCE = 'id, a unique beginning of one, or `latest`';

export const define: Define = (command, act) => {
  command
    .command('list')
    .summary('runs, newest first')
    .description('Runs, newest first, with state, cost and what started them.')
    .option('--skill <name>', 'only of this skill')
    .addOption(new Option('--status <status>', 'only in this state').choices(STATUSES))
    .option('--limit <n>', 'at most so many', whole, 20)
    .addHelpText('after', examples(['reyn runs list --status waiting', 'what waits for a person']))
    .action(
      act(async (cli, flags: { skill?: string; status?: string; limit: number }) => {
        const reyn = await cli.open();
        const runs = reyn.runs.list(flags);
        result(cli, runs, () => table(rows(runs, paint(cli.screen.color.out)), cli.io.stdout.columns));
        for (const { run } of runs.filter(({ fault }) => fault !== undefined)) {
          tell(cli, `${run} is damaged; see what is wrong: reyn audit verify ${run}`);
        }
        if (runs.length === 0) {
          const among = wanted(flags);
          tell(cli, among === '' ? 'No runs. Start one with `reyn run <skill> "…"`.' : `No run matches ${among}.`);
        }
        return EXIT.done;
      }),
    );
  command
    .command('show')
    .summary('one run: its path, ops and verdicts, result')
    .description(
      'One run on a page: what it was given, the path it took with every op and verdict, what it cost, what it gave. With --graph the graph of its skill, and the way it took marked.',
    )
    .argument('<run>', REFERENCE)
    .addOption(graphOption('the graph with the way it took (default form: svg)', 'svg', ['mermaid', 'svg']))
    .addHelpText(
      'after',
      examples(
        ['reyn runs show latest', 'on a page'],
        ['reyn runs show 4k2m --json', 'for programs'],
        ['reyn runs show latest --graph svg > way.svg', 'the way it took'],
      ),
    )
    .action(
      act(async (cli, reference: string, flags: { graph?: GraphForm }) => {
        const reyn = await cli.open();
        const id = reyn.runs.idOf(reference);
        const style = paint(cli.screen.color.out);
        const damaged = reyn.runs.list({ status: 'damaged', limit: Number.MAX_SAFE_INTEGER }).find(isRun(id));
        if (damaged !== undefined) {
          result(cli, damaged, () => showDamaged(damaged, style));
          return EXIT.integrity;
        }
        const run = reyn.runs.show(id);
        if (flags.graph === undefined) result(cli, run, () => showRun(run, style, cli.io.stdout.columns));
        else await writeGraph(cli, flags.graph, reyn.runs.skillOf(id), wayOf(run));
        return EXIT.done;
      }),
    );
  command
    .command('cancel')
    .summary('end a run for good')
    .description('Ends a run for good. One that a process drives is asked to stop; there is no way back.')
    .argument('<run>', REFERENCE)
    .option('--reason <text>', 'why, for the log', 'cancelled by a person')
    .addHelpText('after', examples(['reyn runs cancel latest --reason "wrong input"', 'no way back']))
    .action(
      act(async (cli, reference: string, flags: { reason: string }) => {
        const reyn = await cli.open();
        const outcome = await reyn.cancel(reyn.runs.idOf(reference), flags.reason);
        result(cli, outcome, () => resultText(outcome));
        tell(cli, summary(outcome, paint(cli.screen.color.err)));
        return EXIT.done;
      }),
    );
  command
    .command('fork')
    .summary('begin a new run with the events of another')
    .description(
      'Begins a new run with the events of another, up to one of them; `reyn resume` goes on from there. The other run stays as it is.',
    )
    .argument('<run>', REFERENCE)
    .option('--at <seq>', 'up to this event; to its end if not given', whole)
    .addHelpText('after', examples(['reyn runs fork latest --at 3', 'then: reyn resume <new id>']))
    .action(
      act(async (cli, reference: string, flags: { at?: number }) => {
        const reyn = await cli.open();
        const run = await reyn.fork(reyn.runs.idOf(reference), flags.at);
        result(cli, { run }, () => `${run}\n`);
        tell(cli, `Go on with: reyn resume ${run}`);
        return EXIT.done;
      }),
    );
};

const COLORS = {
  running: 'cyan',
  waiting: 'yellow',
  interrupted: 'yellow',
  finished: 'green',
  failed: 'red',
  aborted: 'red',
  damaged: 'red',
} as const;

const isRun =
  (id: string) =>
  ({ run }: RunSummary) =>
    run === id;

/** What a list was narrowed to, as it was written; the empty string when it was not. */
function wanted({ skill, status }: { skill?: string; status?: string }): string {
  return [
    ...(skill === undefined ? [] : [`--skill ${clean(skill)}`]),
    ...(status === undefined ? [] : [`--status ${status}`]),
  ].join(' ');
}

function rows(runs: readonly RunSummary[], paint: Paint): string[][] {
  return runs.map(({ run, skill, status, started, spent, parent, fault }) => {
    const tokens = spent.inputTokens + spent.outputTokens;
    const cost = [plural(spent.turns, 'turn'), ...(tokens === 0 ? [] : [`${grouped(tokens)} tokens`])];
    if (spent.usd > 0) cost.push(dollars(spent.usd));
    const child = parent === undefined ? '' : ` (of ${parent})`;
    return [
      run,
      paint[COLORS[status]](status),
      moment(started),
      duration(spent.ms),
      `${skill}${paint.dim(child)}`,
      fault === undefined ? cost.join(' · ') : clean(fault),
    ];
  });
}
