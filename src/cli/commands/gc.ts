import type { GcReport } from '../../api.ts';
import { ERRORS, type ErrorCode, EXIT, worstExit } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, moment, paint, plural, showBytes, table } from '../output.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Removes runs by `retention` of the configuration, with their sub-runs, their work folders and the values nothing else names. The project log says first what is removed; `reyn audit verify` then says removed, not missing. A run that has not ended stays, and one whose log is damaged.',
    )
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .addHelpText(
      'after',
      examples(
        ['reyn config set retention.days 90', 'the rule'],
        ['reyn gc --dry-run', 'what it takes'],
        ['reyn gc', 'remove it'],
      ),
    )
    .action(
      act(async (cli, flags: { dryRun?: boolean }) => {
        const reyn = await cli.open();
        const report = await reyn.gc({ dryRun: flags.dryRun === true });
        result(cli, report, () => removedRuns(report, cli.io.stdout.columns));
        const { red, dim } = paint(cli.screen.color.err);
        for (const { message } of report.refused) tell(cli, red(`kept: ${clean(message)}`));
        for (const line of summary(report)) tell(cli, line);
        if (report.rule === undefined) {
          tell(cli, dim('Set one: reyn config set retention.days 90'));
        }
        return worstExit(report.refused.map(({ code }) => ERRORS[code as ErrorCode]?.exit ?? EXIT.denied));
      }),
    );
};

function removedRuns({ removed }: GcReport, width: number | undefined): string {
  const rows = removed.map(({ run, skill, ended, bytes, root }) => [
    run,
    moment(ended),
    showBytes(bytes),
    root === undefined ? skill : `${skill} (of ${root})`,
  ]);
  return rows.length === 0 ? '' : table(rows, width);
}

/** `1 run stays`, `3 runs stay`. */
function staying(runs: number): string {
  return `${plural(runs, 'run')} ${runs === 1 ? 'stays' : 'stay'}`;
}

function summary({ rule, dryRun, removed, finished, kept, unfinished, blobs, evaluations = [] }: GcReport): string[] {
  const stays = `${staying(kept)} by the rule, ${unfinished} because they have not ended`;
  if (rule === undefined) {
    return [`Nothing is removed: the configuration has no rule of retention. ${staying(kept + unfinished)}.`];
  }
  const verb = dryRun ? 'would be removed' : 'removed';
  const values = `${plural(blobs.blobs, 'value')} that nothing else names (${showBytes(blobs.bytes)})`;
  return [
    `${plural(removed.length, 'run')} ${verb}: ${rule}; ${stays}.`,
    ...(finished.length === 0
      ? []
      : [`${plural(finished.length, 'removal')} that broke off ${dryRun ? 'would be ' : ''}finished.`]),
    ...(evaluations.length === 0 ? [] : [`${plural(evaluations.length, 'evaluation')} ${verb}.`]),
    ...(blobs.blobs === 0 ? [] : [`${values} ${blobs.left === undefined ? verb : `stay for now: ${blobs.left}`}.`]),
  ];
}
