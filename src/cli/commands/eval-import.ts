import { resolve } from 'node:path';
import { Option } from 'commander';
import type { ImportedCases } from '../../import-cases.ts';
import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, paint, plural, table } from '../output.ts';
import { examples } from './examples.ts';

type Flags = { to: string; format?: 'promptfoo' | 'inspect'; scorer?: 'contains' | 'exact' | 'judge'; dryRun?: true };

/** Import: cases that another tool has. */
export const defineImport: Define = (command, act) => {
  command
    .command('import')
    .summary('take in cases of another tool')
    .description(
      'Takes cases of another tool into evals/ of a skill: tests of a promptfoo configuration, or samples of an Inspect data set (JSON lines). What could not be taken over is told, one by one. Exits 1 when there is not one case.',
    )
    .argument('<file>', 'the file with the cases')
    .requiredOption('--to <skill>', 'the skill they are for')
    .addOption(new Option('--format <format>', 'by the name of the file if absent').choices(['promptfoo', 'inspect']))
    .addOption(
      new Option('--scorer <scorer>', 'inspect: how an answer is compared with its target; contains if absent').choices(
        ['contains', 'exact', 'judge'],
      ),
    )
    .option('--dry-run', 'write nothing')
    .addHelpText(
      'after',
      examples(
        ['reyn eval import promptfooconfig.yaml --to summarize', 'tests with their assertions'],
        ['reyn eval import samples.jsonl --to essay --scorer judge', 'samples, judged by their targets'],
        ['reyn eval import promptfooconfig.yaml --to essay --dry-run', 'only what would come of it'],
      ),
    )
    .action(
      act(async (cli, file: string, { to, format, scorer, dryRun }: Flags) => {
        const { importCases } = await import('../../import-cases.ts');
        const made = importCases(await cli.open(), {
          from: resolve(cli.start, file),
          skill: to,
          dryRun: dryRun === true,
          ...(format === undefined ? {} : { format }),
          ...(scorer === undefined ? {} : { scorer }),
        });
        result(cli, made, () => made.files.map((one) => `${one}\n`).join(''));
        const { dim } = paint(cli.screen.color.err);
        if (!cli.screen.json && made.left.length > 0) {
          tell(cli, `Not taken over:\n${table(leftRows(made, dim), cli.io.stderr.columns).trimEnd()}`);
        }
        const counts = `${plural(made.cases, 'case')} with ${plural(made.checks, 'check')}`;
        tell(cli, dryRun === true ? `${counts} would be written.` : `${counts}. Run them: reyn eval run ${to}`);
        return made.cases === 0 ? EXIT.no : EXIT.done;
      }),
    );
};

function leftRows({ left }: ImportedCases, dim: (text: string) => string): string[][] {
  return left.map((one) => [clean(one.case ?? ''), `${one.what} ${clean(one.name)}`, dim(clean(one.why))]);
}
