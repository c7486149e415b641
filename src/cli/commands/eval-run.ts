import { InvalidArgumentError, Option } from 'commander';
import type { EvalReport, Reyn } from '../../api.ts';
import { EXIT, type ExitCode, UserError, worstExit } from '../../os/errors.ts';
import { type Cli, type Define, tell } from '../cli.ts';
import { clean, plural } from '../output.ts';
import { evalProgress } from '../render/eval-progress.ts';
import { interruptible } from '../signals.ts';
import { type ReporterFlag, reporterOption, writeReport } from './eval-report.ts';
import { examples } from './examples.ts';
import { amount, whole } from './numbers.ts';

type Flags = {
  dataset?: string;
  repeats?: number;
  concurrency?: number;
  tags?: string;
  threshold?: number;
  model?: string;
  fresh?: boolean;
  version?: number;
  all?: boolean;
  reporter?: ReporterFlag;
  out?: string;
};

/** `reyn eval run`. */
export const defineRun: Define = (command, act) => {
  command
    .command('run')
    .summary('run a skill on its cases, and score what comes out')
    .description(
      'Runs a skill on the cases of its eval files, each in a copy of the project of its own, and scores what comes out. What was scored is kept: called again it goes on where it was, and computes nothing twice that depends on nothing that has changed. Cases that are set aside for verifications are left out. Exits 1 below the threshold, 7 when a provider or the machine failed.',
    )
    .argument('<skill>', 'name of the skill')
    .option('--dataset <file>', 'a JSONL file of cases instead of those of the skill')
    .option('--repeats <k>', 'runs of each case', positive, 1)
    .option('--concurrency <n>', 'runs at once; as configured if not given', positive)
    .option('--tags <tags>', 'only cases with one of these tags, separated by commas')
    .option('--threshold <score>', 'the score that is good enough, 0 to 1; as the eval files say if not given', amount)
    .option('--model <name>', 'a model of the configuration instead of those of its classes')
    .option('--fresh', 'run everything anew, whatever is known')
    .option('--version <vN>', 'a version that is kept instead of the skill as it is', versionNumber)
    .addOption(new Option('--all', 'sealed cases, too: refused').hideHelp())
    .addOption(reporterOption())
    .option('--out <file>', 'write the report there; to stdout if not given')
    .addHelpText(
      'after',
      examples(
        ['reyn eval run essay', 'all cases that are not sealed'],
        ['reyn eval run essay --repeats 3 --concurrency 20', 'each three times, 20 at once'],
        ['reyn eval run essay --tags short --threshold 0.9', 'some of them, held to more'],
        ['reyn eval run essay --reporter junit --out evals.xml', 'for CI'],
      ),
    )
    .action(
      act(async (cli, skill: string, flags: Flags) => {
        if (flags.all === true) throw sealed(skill);
        if (flags.threshold !== undefined && flags.threshold > 1) {
          throw new UserError('usage', `the threshold ${flags.threshold} is no score: it must be from 0 to 1`);
        }
        const report = await evaluated(cli, skill, flags);
        if (report === undefined) return EXIT.interrupted;
        await writeReport(cli, report, flags);
        return tellEnd(cli, report);
      }),
    );
};

function positive(text: string): number {
  const value = whole(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be 1 or more.');
}

function versionNumber(text: string): number {
  return positive(text.replace(/^v/, ''));
}

function sealed(skill: string): UserError {
  return new UserError('refused', `sealed cases of ${skill} are run by verifications alone`, {
    hint: 'Whoever looks at them before could fit a skill to them, and no verdict on it would mean anything. Run without --all.',
  });
}

/** @returns `undefined` when a person stopped it. */
async function evaluated(cli: Cli, skill: string, flags: Flags): Promise<EvalReport | undefined> {
  const { tags, dataset, repeats, concurrency, threshold, model, fresh, version } = flags;
  const reyn = await opened(cli);
  const progress = evalProgress(cli.io, cli.screen);
  const interruption = interruptible((signal) => {
    progress.pause();
    tell(cli, `${signal}: stopping; \`reyn eval run ${skill}\` goes on where it was`);
  });
  const given = { dataset, repeats, concurrency, threshold, model, fresh, version };
  try {
    return await reyn.evals.run(skill, {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...(tags === undefined ? {} : { tags: tags.split(',').map((tag) => tag.trim()) }),
      signal: interruption.signal,
      onStart: progress.start,
      onRow: progress.row,
    });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    return undefined;
  } finally {
    progress.end();
    interruption.stop();
  }
}

/** Who evaluates runs skills: files of the project that nobody has trusted are asked about first. */
async function opened(cli: Cli): Promise<Reyn> {
  const reyn = await cli.open();
  return reyn.config.untrusted.length === 0 ? reyn : (await import('../trust.ts')).openToRun(cli);
}

function tellEnd(cli: Cli, { score, threshold, sealed: left = 0, infra = 0, skill }: EvalReport): ExitCode {
  if (left > 0) tell(cli, `${plural(left, 'case')} of ${clean(skill)} are sealed and were left out.`);
  if (infra > 0) tell(cli, `${plural(infra, 'run')} failed for nobody's fault, e.g. a provider that did not answer.`);
  return worstExit([infra > 0 ? EXIT.infrastructure : EXIT.done, score < threshold ? EXIT.no : EXIT.done]);
}
