import { Option } from 'commander';
import type { DriveOptions } from '../../api.ts';
import type { Limits } from '../../os/config/limits.ts';
import { UserError } from '../../os/errors.ts';
import type { RunInput } from '../../os/runs/input.ts';
import type { Cli, Define } from '../cli.ts';
import { type DriveFlags, driveRun, ON_ASK } from '../drive.ts';
import { inputFileOf, readInput } from '../input.ts';
import { isMessage, openFor, runRouted } from '../route.ts';
import { openToRun } from '../trust.ts';
import { examples } from './examples.ts';
import { amount, whole } from './numbers.ts';

type RunFlags = DriveFlags & {
  model?: string;
  route?: boolean;
  maxVisits?: number;
  maxTurns?: number;
  maxOps?: number;
  maxTokens?: number;
  maxUsd?: number;
  maxSeconds?: number;
  watch?: boolean;
};

export const define: Define = (command, act) => {
  command
    .description(
      'Runs a skill on an input; the skill for a message alone is found by another skill, and exit 1 means that none fits. The result goes to stdout, what happens to stderr. Exits 3 when it waits for a person, 4 when something was denied, 5 at a limit, 130 after Ctrl-C; `reyn resume` goes on.',
    )
    .argument('<skill>', 'name of the skill; or a message alone, whose skill is found')
    .argument('[input]', 'text, JSON, @file, or - for stdin')
    .option('--route', 'take one word for a message, too, and find its skill')
    .option('--events', 'write the events on stdout, one JSON per line, instead of the result')
    .option('--watch', 'run again when the skill or the input file changes, until Ctrl-C')
    .option('--model <name>', 'a model of the configuration, or `scripted`, for every class')
    .option('--max-visits <n>', 'entries into any one phase', whole)
    .option('--max-turns <n>', 'turns of the model', whole)
    .option('--max-ops <n>', 'ops', whole)
    .option('--max-tokens <n>', 'tokens in and out', whole)
    .option('--max-usd <amount>', 'cost in USD', amount)
    .option('--max-seconds <n>', 'running time; waiting does not count', amount)
    .addOption(
      new Option('--on-ask <what>', 'what a question does (default: prompt at a terminal)').choices([...ON_ASK]),
    )
    .addHelpText(
      'after',
      examples(
        ['reyn run summarize "Long text …"', 'text becomes a user_message'],
        ['reyn run summarize @notes.md --model scripted', 'a file, without a model'],
        ['git diff | reyn run summarize - --json', 'from stdin, result as JSON'],
        ['reyn run "Count the words: one two"', 'finds the skill and runs it'],
        ['reyn run essay \'{"text": "Tea"}\' --max-usd 0.50', 'JSON, at most 50 cents'],
        ['reyn run essay @question.md --watch', 'while you write the skill'],
      ),
    )
    .action(
      act(async (cli, skill: string, argument: string | undefined, flags: RunFlags) => {
        if ((argument ?? skill) === '-' && flags.onAsk === 'prompt') {
          throw new UserError('usage', 'stdin cannot hold both the input and the answers.', {
            hint: 'Give the input as @file, or leave --on-ask prompt out.',
          });
        }
        const given = { ...(flags.model === undefined ? {} : { model: flags.model }), limits: limitsOf(flags) };
        if (argument === undefined && (flags.route === true || isMessage(skill))) {
          if (flags.watch === true) {
            throw new UserError('usage', '--watch wants the name of a skill.', {
              hint: 'Write it before the input: reyn run my_skill "…" --watch',
            });
          }
          const message = await readInput(skill, cli.io);
          return runRouted(cli, await openToRun(cli), flags, message, given);
        }
        if (flags.route === true) {
          throw new UserError('usage', '--route takes a message alone.', {
            hint: `Leave "${skill}" out, or --route.`,
          });
        }
        if (flags.watch === true) checkWatchable(cli, argument, flags);
        const reyn = await openToRun(cli, () => (argument === undefined ? openFor(cli, skill) : cli.open()));
        const input = await readInput(argument, cli.io);
        const start = (message: RunInput) => (options: DriveOptions) =>
          reyn.run(skill, message, { ...options, ...given });
        if (flags.watch !== true) return driveRun(cli, reyn, flags, [], start(input));
        const { watchRun } = await import('../watch.ts');
        return watchRun(cli, reyn, {
          skill,
          inputFile: inputFileOf(argument, cli.io),
          run: async (show) => driveRun(cli, reyn, flags, [], start(await readInput(argument, cli.io)), show),
        });
      }),
    );
};

/** @throws UserError `usage` where there is nobody to watch, or nothing to run again. */
function checkWatchable(cli: Cli, argument: string | undefined, flags: RunFlags): void {
  const against = cli.screen.json
    ? '--json'
    : flags.events === true
      ? '--events'
      : argument === '-'
        ? 'stdin'
        : undefined;
  if (against === undefined) return;
  throw new UserError('usage', `--watch is for a person; it does not go with ${against}.`, {
    hint: 'Give the input as text or @file, and leave --json and --events out.',
  });
}

function limitsOf(flags: RunFlags): Partial<Limits> {
  const given = {
    max_phase_visits: flags.maxVisits,
    max_turns: flags.maxTurns,
    max_ops: flags.maxOps,
    tokens: flags.maxTokens,
    usd: flags.maxUsd,
    seconds: flags.maxSeconds,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
