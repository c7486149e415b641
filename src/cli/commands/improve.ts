import { resolve } from 'node:path';
import { Option } from 'commander';
import { UserError } from '../../os/errors.ts';
import type { JsonObject } from '../../os/json.ts';
import { type Define, result, tell } from '../cli.ts';
import { type DriveFlags, ON_ASK } from '../drive.ts';
import { checkNames, improveAll, writeReport } from '../improver.ts';
import { paint } from '../output.ts';
import { nightText } from '../render/night.ts';
import { openToRun } from '../trust.ts';
import { examples } from './examples.ts';
import { amount, whole } from './numbers.ts';

type Flags = DriveFlags & {
  allFailing?: boolean;
  ci?: boolean;
  state?: string;
  firstNight?: boolean;
  report?: string;
  engine?: string;
  wish?: string;
  budgetCalls?: number;
  maxTokens?: number;
  maxUsd?: number;
  maxSeconds?: number;
  maxIterations?: number;
  seed?: number;
  model?: string;
};

export const define: Define = (command, act) => {
  command
    .description(
      'Searches for a better text of skills, and proves it on cases that neither the search nor the model was shown. What is proved is put in place once you agree, as `self_improvement.on_propose` says. Exits 0 for a PASS, applied or proposed, 1 where nothing better was proved, 3 where it is not decided, 4 to 7 as every command, 130 after Ctrl-C; `reyn resume` goes on.',
    )
    .argument('[skills...]', 'names of skills with cases')
    .option('--all-failing', 'every skill of the project whose cases score below its threshold')
    .option('--ci', 'on a machine that is thrown away: nobody is asked, nothing is put in place, a state is needed')
    .option('--state <dir>', 'folder that carries what nights found, and spent, from machine to machine')
    .option('--first-night', 'there is no state yet; begin one')
    .option('--report <dir>', 'write report.json, report.md, junit.xml, candidate.diff and receipts there')
    .option('--engine <name>', 'how to search: race, gepa, best_of_n')
    .option('--wish <text>', 'what you want of it besides')
    .option('--budget-calls <n>', 'runs of cases, search and verification together', whole)
    .option('--max-tokens <n>', 'tokens that these may use', whole)
    .option('--max-usd <amount>', 'USD that these may use', amount)
    .option('--max-seconds <n>', 'seconds that these may take', amount)
    .option('--max-iterations <n>', 'proposals of the model', whole)
    .option('--seed <n>', 'of all chance', whole)
    .option('--model <name>', 'a model of the configuration, `scripted` or `world`, for every class')
    .option('--events', 'write the events on stdout, one JSON per line, instead of the result')
    .addOption(
      new Option('--on-ask <what>', 'what a question does (default: prompt at a terminal)').choices([...ON_ASK]),
    )
    .addHelpText(
      'after',
      examples(
        ['reyn improve support_reply --model world', 'the shipped example, without a model'],
        ['reyn improve --all-failing --max-usd 5', 'all that is not good enough'],
        ['reyn improve --all-failing --ci --state state --report out', 'every night, in CI'],
        ['reyn improve essay --ci --state state --first-night', 'the very first night'],
      ),
    )
    .action(
      act(async (cli, skills: string[], flags: Flags) => {
        if (skills.length > 0 === (flags.allFailing === true)) {
          throw new UserError('usage', 'Which skills are to be improved must be said in one way.', {
            hint: 'Name them, or give --all-failing.',
          });
        }
        const reyn = await openToRun(cli);
        const names = checkNames(reyn, skills);
        const { exitOf } = await import('../../nightly.ts');
        const night = await reyn.nights.begin({
          ci: flags.ci === true,
          firstNight: flags.firstNight === true,
          ...(flags.state === undefined ? {} : { state: resolve(cli.start, flags.state) }),
        });
        try {
          const { onAsk = flags.ci === true ? ('fail' as const) : undefined, events } = flags;
          const report = await improveAll(cli, reyn, night, flags.allFailing === true ? night.failing() : names, {
            flags: { ...(onAsk === undefined ? {} : { onAsk }), ...(events === undefined ? {} : { events }) },
            ci: flags.ci === true,
            model: flags.model,
            request: requestOf(flags),
          });
          if (flags.report !== undefined) {
            tell(cli, `The report is in ${await writeReport(cli, night, report, flags.report)}.`);
          }
          if (events !== true) result(cli, report, () => nightText(report, paint(cli.screen.color.out)));
          return exitOf(report);
        } finally {
          night.end();
        }
      }),
    );
};

/** What the improver is asked; what nobody said is left to the configuration. */
function requestOf(flags: Flags): JsonObject {
  const budget = given({
    calls: flags.budgetCalls,
    tokens: flags.maxTokens,
    usd: flags.maxUsd,
    seconds: flags.maxSeconds,
  });
  return given({
    engine: flags.engine,
    wish: flags.wish,
    seed: flags.seed,
    max_iterations: flags.maxIterations,
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
  });
}

function given(members: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}
