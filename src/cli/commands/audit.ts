import { resolve } from 'node:path';
import { Option } from 'commander';
import type { ExportRequest, SealReport, SigningKey } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { writeNewFile } from '../new-file.ts';
import { clean, paint, plural } from '../output.ts';
import { showReport } from '../render/audit.ts';
import { showDecisions } from '../render/decisions.ts';
import { examples } from './examples.ts';

const REFERENCE = 'id, a unique beginning of one, or `latest`';

export const define: Define = (command, act) => {
  command
    .command('verify')
    .summary('check that the log is what was written')
    .description(
      'Checks that the log is what was written: every chain, signature and blob of a run, or of the whole project. Exits 6 where it is not. What is cut off the end of everything shows only with --against.',
    )
    .argument('[run]', REFERENCE)
    .option('--all', 'every run and the project log (as without a run)')
    .option('--against <file>', 'a seal made earlier: what it names must still be there')
    .option('--signed', 'that nobody signed where a log ends is a problem, not a note')
    .addHelpText(
      'after',
      examples(
        ['reyn audit verify', 'everything'],
        ['reyn audit verify latest', 'one run'],
        ['reyn audit verify --against ~/seals/march.json', 'compared with a seal'],
      ),
    )
    .action(
      act(async (cli, reference: string | undefined, flags: { all?: boolean; against?: string; signed?: boolean }) => {
        const reyn = await cli.open();
        const one = reference !== undefined && flags.all !== true;
        const against = flags.against === undefined ? {} : { against: resolve(cli.start, flags.against) };
        const report = reyn.verify(one ? idOf(reyn, reference) : undefined, {
          ...against,
          signed: flags.signed === true,
        });
        result(cli, report, () => showReport(report, paint(cli.screen.color.out)));
        return report.ok ? EXIT.done : EXIT.integrity;
      }),
    );
  command
    .command('seal')
    .summary('sign where every log ends')
    .description(
      'Signs where every log of the project ends now, and writes that as a small file to be kept on another machine: what is removed or written anew afterwards shows in `reyn audit verify --against` it. Exits 6 where a run is damaged and so not sealed.',
    )
    .option('--out <file>', 'write the seal there; to stdout if not given')
    .addHelpText(
      'after',
      examples(
        ['reyn audit seal --out seal.json', 'then take it elsewhere'],
        ['reyn audit seal | ssh vault …', 'at once'],
      ),
    )
    .action(
      act(async (cli, flags: { out?: string }) => {
        const report = await (await cli.open()).audit.seal();
        const { seal, damaged } = report;
        const text = `${JSON.stringify(seal, null, 2)}\n`;
        if (flags.out === undefined) cli.io.stdout.write(text);
        else {
          await writeNewFile(cli, flags.out, [text]);
          result(cli, { file: flags.out, ...report }, () => `${flags.out}\n`);
        }
        tellSealed(cli, report);
        return damaged.length === 0 ? EXIT.done : EXIT.integrity;
      }),
    );
  command
    .command('show')
    .summary('who allowed what in a run')
    .description(
      'Who allowed what in a run and its sub-runs: every op with the rule, grant or answer that decided, every question with who answered, what was denied, what was written, what reached outside.',
    )
    .argument('<run>', REFERENCE)
    .addHelpText(
      'after',
      examples(['reyn audit show latest', 'a table'], ['reyn audit show 4k2m --json', 'for programs']),
    )
    .action(
      act(async (cli, reference: string) => {
        const reyn = await cli.open();
        const runs = reyn.audit.decisions(reyn.runs.idOf(reference));
        result(cli, runs, () => showDecisions(runs, paint(cli.screen.color.out), cli.io.stdout.columns));
        return EXIT.done;
      }),
    );
  command
    .command('export')
    .summary('write the log as JSON lines or CSV')
    .description(
      'Writes the events of a run, or of the project and all its runs. `jsonl` is the log byte by byte, so that its chains can be verified elsewhere; `csv` has a column for every member, and no cell that a spreadsheet would calculate.',
    )
    .argument('[run]', `${REFERENCE}; everything if not given`)
    .option('--all', 'the project log and every run (as without a run)')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--out <file>', 'write there; to stdout if not given')
    .addHelpText(
      'after',
      examples(
        ['reyn audit export --out log.jsonl', 'all of it'],
        ['reyn audit export latest --format csv', 'one run'],
      ),
    )
    .action(
      act(async (cli, reference: string | undefined, flags: Exporting) => {
        const reyn = await cli.open();
        const one = reference !== undefined && flags.all !== true;
        const run = one ? { run: reyn.runs.idOf(reference) } : {};
        const pieces = reyn.audit.export({ format: flags.format, ...run });
        if (flags.out === undefined) {
          for (const piece of pieces) cli.io.stdout.write(piece);
          return EXIT.done;
        }
        const bytes = await writeNewFile(cli, flags.out, pieces);
        result(cli, { file: flags.out, bytes }, () => `${flags.out}\n`);
        return EXIT.done;
      }),
    );
  command
    .command('key')
    .summary('show or renew the key that signs')
    .description(
      "The key that ends of logs are signed with. It is yours, not the project's, and lies in your configuration folder. With --rotate another is made; what the old one signed still verifies.",
    )
    .option('--rotate', 'make another key')
    .addHelpText('after', examples(['reyn audit key', 'its id, its place, the public key']))
    .action(
      act(async (cli, flags: { rotate?: boolean }) => {
        const { audit } = await cli.open();
        const key = flags.rotate === true ? audit.rotateKey() : audit.key();
        result(cli, key, () => showKey(key));
        return EXIT.done;
      }),
    );
};

type Exporting = { format: ExportRequest['format']; all?: boolean; out?: string };

/** A run that was removed is in no list, but the project log knows it: then the id has to be whole. */
function idOf(reyn: Awaited<ReturnType<Cli['open']>>, reference: string): string {
  const listed = reyn.runs.list({ limit: Number.MAX_SAFE_INTEGER }).some(({ run }) => run.startsWith(reference));
  if (listed || reference === 'latest') return reyn.runs.idOf(reference);
  const known = reyn.events.query({ run: reference, type: 'run_removed' });
  return known.length > 0 ? reference : reyn.runs.idOf(reference);
}

function tellSealed(cli: Cli, { seal, signed, damaged }: SealReport): void {
  const { red, dim } = paint(cli.screen.color.err);
  for (const { message } of damaged) tell(cli, red(`not sealed: ${clean(message)}`));
  const runs = plural(seal.runs.length, 'run');
  tell(cli, `sealed ${runs} and the project log with the key ${seal.key.id}; ${signed} newly signed`);
  tell(cli, dim('Keep the seal on another machine. Compare with: reyn audit verify --against <file>'));
}

function showKey({ id, publicKey, dir }: SigningKey): string {
  return `key     ${id}\nfolder  ${dir}\n${publicKey}`;
}
