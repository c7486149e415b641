import type { AuditReport } from '../../api.ts';
import { EXIT, showWhere } from '../../os/errors.ts';
import { type Define, result } from '../cli.ts';
import { clean, type Paint, paint, plural } from '../output.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .command('verify')
    .summary('check that the log is what was written')
    .description(
      'Checks that the log is what was written: every chain, blob and file of a run, or of the whole project. Exits 6 where it is not.',
    )
    .argument('[run]', 'id, a unique beginning of one, or `latest`')
    .option('--all', 'every run and the project log (as without a run)')
    .addHelpText('after', examples(['reyn audit verify', 'everything'], ['reyn audit verify latest', 'one run']))
    .action(
      act(async (cli, reference: string | undefined, flags: { all?: boolean }) => {
        const reyn = await cli.open();
        const one = reference !== undefined && flags.all !== true;
        const report = reyn.verify(one ? reyn.runs.idOf(reference) : undefined);
        result(cli, report, () => showReport(report, paint(cli.screen.color.out)));
        return report.ok ? EXIT.done : EXIT.integrity;
      }),
    );
};

function showReport({ ok, runs, events, blobs, problems }: AuditReport, { bold, green, red, dim }: Paint): string {
  const counts = `${plural(runs, 'run')}, ${plural(events, 'event')}, ${plural(blobs, 'blob')}`;
  const head = ok
    ? `${green(bold('intact'))} ${counts}\n`
    : `${red(bold(plural(problems.length, 'problem')))} in ${counts}\n`;
  const lines = problems.map(({ reason, file, line, run, message }) => {
    const place = showWhere({ file, ...(line === undefined ? {} : { line }), ...(run === undefined ? {} : { run }) });
    return `${bold(place)} ${red(reason)}\n  ${dim(clean(message))}\n`;
  });
  return head + lines.join('');
}
