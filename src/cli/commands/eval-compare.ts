import type { EvalSummary, Reyn } from '../../api.ts';
import { EXIT, UserError } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { paint, plural } from '../output.ts';
import { showComparison } from '../render/comparison.ts';
import { examples } from './examples.ts';

const REFERENCE = 'v2, the beginning of a fingerprint, or of the id of an evaluation';

type Flags = { baseline?: string; candidate?: string };

/** `reyn eval compare`. */
export const defineCompare: Define = (command, act) => {
  command
    .command('compare')
    .summary('compare two versions of a skill, case by case')
    .description(
      'Compares what was evaluated of two versions of a skill, case by case: fixed, broken, flaky, and the gain with its 95 % interval. Runs nothing. Exits 1 where a regression is confirmed, by at least five runs of each version.',
    )
    .argument('<skill>', 'name of the skill')
    .option('--baseline <which>', `${REFERENCE}; the version evaluated before if not given`)
    .option('--candidate <which>', `${REFERENCE}; the version evaluated last if not given`)
    .addHelpText(
      'after',
      examples(
        ['reyn eval compare essay', 'the last version with the one before'],
        ['reyn eval compare essay --baseline v2 --candidate v3', 'two versions'],
        ['reyn eval compare essay --json', 'for programs'],
      ),
    )
    .action(
      act(async (cli, skill: string, flags: Flags) => {
        const reyn = await cli.open();
        const { chooseSides, compare } = await import('../../eval-reports.ts');
        const kept = await versionsOf(reyn, skill);
        const sides = chooseSides(reyn.evals.list(skill), flags, (number) => kept.get(number));
        const numbers = new Map([...kept].map(([number, hash]) => [hash, number]));
        const reports = (side: readonly EvalSummary[]) =>
          side.map(({ id }) => {
            const report = reyn.evals.get(id);
            const version = numbers.get(report.skill_version_hash) ?? report.version;
            return version === undefined ? report : { ...report, version };
          });
        const compared = compare(reports(sides.baseline), reports(sides.candidate));
        result(cli, compared, () => showComparison(compared, paint(cli.screen.color.out)));
        const suspected = compared.cases.filter(({ change, confirmed }) => change === 'broken' && !confirmed).length;
        if (suspected > 0) {
          const what = plural(suspected, 'case looks', 'cases look');
          tell(
            cli,
            `${what} broken, which too few runs show: \`reyn eval run ${skill} --repeats 5\` for both versions.`,
          );
        }
        return compared.regressed ? EXIT.no : EXIT.done;
      }),
    );
};

/** Fingerprints of the versions that are kept, by number; none of a skill that is there no more. */
async function versionsOf(reyn: Reyn, skill: string): Promise<ReadonlyMap<number, string>> {
  try {
    const { versions } = await reyn.versions.list(skill);
    return new Map(versions.map(({ version, skill_version_hash }) => [version, skill_version_hash]));
  } catch (error) {
    if (error instanceof UserError) return new Map();
    throw error;
  }
}
