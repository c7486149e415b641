import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, UserError } from '../../os/errors.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { clean, paint, plural } from '../output.ts';
import { showCases, showReceipt, showReceipts } from '../render/receipt.ts';
import { examples } from './examples.ts';

/** A receipt of ten thousand cases at five repeats has a third of it. */
const MAX_BYTES = 64_000_000;
const REFERENCE = 'id, a unique beginning of one, or `latest`';

export const define: Define = (command, act) => {
  command
    .command('list')
    .summary('every verdict of the project')
    .description('Lists the verdicts that were reached, each with the id of its receipt, the oldest first.')
    .argument('[skill]', 'verdicts on this skill alone')
    .addHelpText(
      'after',
      examples(['reyn receipt list', 'all of them'], ['reyn receipt list summarize', 'of one skill']),
    )
    .action(
      act(async (cli, skill: string | undefined) => {
        const lines = (await cli.open()).receipts.list(skill);
        result(cli, lines, () => showReceipts(lines, paint(cli.screen.color.out)));
        if (lines.length === 0) tell(cli, 'No verdict was reached yet.');
        return EXIT.done;
      }),
    );
  command
    .command('show')
    .summary('what a verdict was reached by')
    .description(
      'Shows a verdict: gain and interval, p, what it spent of alpha, pass rates, cases fixed and broken by their number, cost. With --cases how every sealed case went, which is for people alone: whoever changes the skill by it has seen what must stay unseen.',
    )
    .argument('<receipt>', REFERENCE)
    .option('--cases', 'every sealed case, where the verification ran on this machine')
    .addHelpText(
      'after',
      examples(['reyn receipt show latest', 'the newest'], ['reyn receipt show latest --cases', 'case by case']),
    )
    .action(
      act(async (cli, reference: string, flags: { cases?: boolean }) => {
        const { receipts } = await cli.open();
        const shown = receipts.show(reference);
        const colors = paint(cli.screen.color.out);
        if (flags.cases !== true) result(cli, shown, () => showReceipt(shown, colors));
        else {
          const cases = receipts.cases(reference);
          result(cli, { ...shown, cases }, () => `${showReceipt(shown, colors)}\n${showCases(cases, colors)}`);
        }
        return EXIT.done;
      }),
    );
  command
    .command('verify')
    .summary('compute a verdict anew')
    .description(
      'Computes a verdict anew from its receipt: that nothing in it was changed, that its runs are those the rule wanted, that they come to the verdict it states, and that the log of this project says the same. Exits 6 where one of it does not hold. A file is checked by itself, without a log.',
    )
    .argument('<receipt>', `${REFERENCE}; or a file`)
    .addHelpText(
      'after',
      examples(
        ['reyn receipt verify latest', 'the newest'],
        ['reyn receipt verify receipt.json', 'one from elsewhere'],
      ),
    )
    .action(
      act(async (cli, reference: string) => {
        const checked = (await cli.open()).receipts.verify(referenceOf(cli, reference));
        const { problems, verdict, id } = checked;
        const { green, red, bold } = paint(cli.screen.color.out);
        result(cli, { ...(id === undefined ? {} : { id }), ok: problems.length === 0, problems, verdict }, () => {
          if (problems.length > 0) return problems.map((each) => `${red('✗')} ${clean(each)}\n`).join('');
          const runs = plural(verdict?.runs ?? 0, 'run');
          return `${green('✓')} ${bold(verdict?.verdict ?? '')} (${verdict?.code}) follows from its ${runs}\n`;
        });
        return problems.length === 0 ? EXIT.done : EXIT.integrity;
      }),
    );
};

function referenceOf(cli: Cli, reference: string): { readonly id: string } | { readonly text: string } {
  const file = resolve(cli.start, reference);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return { id: reference };
  if (stats.size <= MAX_BYTES) return { text: readFileSync(file, 'utf8') };
  throw new UserError('input', `a receipt has at most ${MAX_BYTES / 1_000_000} MB, and this file has more`, {
    where: { file },
  });
}
