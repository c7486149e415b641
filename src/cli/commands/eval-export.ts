import { Option } from 'commander';
import { EXIT } from '../../os/errors.ts';
import { type Define, result } from '../cli.ts';
import { writeNewFile } from '../new-file.ts';
import { examples } from './examples.ts';

type Flags = { to: 'csv' | 'jsonl'; out?: string; skill?: string };

/** `reyn eval export`. */
export const defineExport: Define = (command, act) => {
  command
    .command('export')
    .summary('write the rows of an evaluation as CSV or JSON lines')
    .description(
      'Writes every run of every case of an evaluation as a row. `csv` has no cell that a spreadsheet would calculate; `jsonl` has all there is of a row.',
    )
    .argument('[evaluation]', 'id, a unique beginning of one, or `latest`', 'latest')
    .addOption(new Option('--to <format>', 'how').choices(['csv', 'jsonl']).default('csv'))
    .option('--out <file>', 'write there; to stdout if not given')
    .option('--skill <name>', 'only evaluations of this skill')
    .addHelpText(
      'after',
      examples(
        ['reyn eval export --out rows.csv', 'the last evaluation'],
        ['reyn eval export 4k2m --to jsonl > rows.jsonl', 'for programs'],
      ),
    )
    .action(
      act(async (cli, reference: string, { to, out, skill }: Flags) => {
        const reyn = await cli.open();
        const { EXPORTS, oneEvaluation } = await import('../../eval-reports.ts');
        const pieces = EXPORTS[to](reyn.evals.get(oneEvaluation(reyn.evals.list(skill), reference).id));
        if (out === undefined) {
          for (const piece of pieces) cli.io.stdout.write(piece);
          return EXIT.done;
        }
        const bytes = await writeNewFile(cli, out, pieces);
        result(cli, { file: out, bytes }, () => `${out}\n`);
        return EXIT.done;
      }),
    );
};
