import { Option } from 'commander';
import type { EvalSummary } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { writeNewFile } from '../new-file.ts';
import { clean, moment, type Paint, paint, table } from '../output.ts';
import { examples } from './examples.ts';

/** Names of the reporters; the modules are loaded with the first report. */
export const REPORTER_NAMES = ['text', 'json', 'junit', 'markdown', 'html'] as const;
export type ReporterFlag = (typeof REPORTER_NAMES)[number];

export function reporterOption(): Option {
  return new Option('--reporter <name>', 'how it is written').choices(REPORTER_NAMES);
}

type Flags = { reporter?: ReporterFlag; out?: string; list?: boolean; skill?: string };

/** `reyn eval report`. */
export const defineReport: Define = (command, act) => {
  command
    .command('report')
    .summary('show an evaluation, as text, JSON, JUnit, Markdown or a page')
    .description(
      'Shows an evaluation that was made: for people, as JSON, as JUnit XML for CI, as Markdown for a comment, or as one page with charts that needs no network. What verifications ran is sealed and in no report.',
    )
    .argument('[evaluation]', 'id, a unique beginning of one, or `latest`', 'latest')
    .addOption(reporterOption())
    .option('--out <file>', 'write there; to stdout if not given')
    .option('--skill <name>', 'only evaluations of this skill')
    .option('--list', 'which evaluations there are')
    .addHelpText(
      'after',
      examples(
        ['reyn eval report', 'the last one'],
        ['reyn eval report --list --skill essay', 'all of one skill'],
        ['reyn eval report --reporter html --out essay.html', 'a page with charts'],
        ['reyn eval report 4k2m --reporter junit --out junit.xml', 'for CI'],
      ),
    )
    .action(
      act(async (cli, reference: string, flags: Flags) => {
        const reyn = await cli.open();
        const all = reyn.evals.list(flags.skill);
        if (flags.list === true) {
          result(cli, all, () => table(listed(all, paint(cli.screen.color.out)), cli.io.stdout.columns));
          if (all.length === 0) tell(cli, 'There is no evaluation yet. Make one with `reyn eval run <skill>`.');
          return EXIT.done;
        }
        const { oneEvaluation } = await import('../../eval-reports.ts');
        const report = reyn.evals.get(oneEvaluation(all, reference).id);
        await writeReport(cli, report, flags);
        return EXIT.done;
      }),
    );
};

type Written = Parameters<typeof import('../../eval-reports.ts')['REPORTERS']['text']>[0];

/** Writes a report as the flags say; without a reporter as text, and as JSON with `--json`. @throws UserError. */
export async function writeReport(cli: Cli, report: Written, { reporter, out }: Flags): Promise<void> {
  const { REPORTERS } = await import('../../eval-reports.ts');
  const text = REPORTERS[reporter ?? (cli.screen.json ? 'json' : 'text')](report);
  if (out === undefined) {
    cli.io.stdout.write(text);
    return;
  }
  const bytes = await writeNewFile(cli, out, [text]);
  result(cli, { file: out, bytes }, () => `${out}\n`);
}

function listed(all: readonly EvalSummary[], { bold, dim, green, red }: Paint): string[][] {
  return all.map(({ id, skill, version, skill_version_hash, date, model, score, threshold, cases, repeats }) => {
    const mark = score >= threshold ? green : red;
    const which = version === undefined ? skill_version_hash.slice(0, 12) : `v${version}`;
    return [
      bold(id),
      clean(skill),
      which,
      mark(score.toFixed(2)),
      `${cases} × ${repeats}`,
      dim(moment(date)),
      clean(model),
    ];
  });
}
