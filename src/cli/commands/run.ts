import { Option } from 'commander';
import type { Limits } from '../../os/config/limits.ts';
import { UserError } from '../../os/errors.ts';
import type { Define } from '../cli.ts';
import { type DriveFlags, driveRun, ON_ASK } from '../drive.ts';
import { readInput } from '../input.ts';
import { isMessage, openFor, runRouted } from '../route.ts';
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
};

export const define: Define = (command, act) => {
  command
    .argument('<skill>', 'name of the skill; or a message alone, whose skill is found')
    .argument('[input]', 'text, JSON, @file, or - for stdin')
    .option('--route', 'take one word for a message, too, and find its skill')
    .option('--events', 'write the events on stdout, one JSON per line, instead of the result')
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
          const message = await readInput(skill, cli.io);
          return runRouted(cli, await cli.open(), flags, message, given);
        }
        if (flags.route === true) {
          throw new UserError('usage', '--route takes a message alone.', {
            hint: `Leave "${skill}" out, or --route.`,
          });
        }
        const reyn = argument === undefined ? await openFor(cli, skill) : await cli.open();
        const input = await readInput(argument, cli.io);
        return driveRun(cli, reyn, flags, [], (options) => reyn.run(skill, input, { ...options, ...given }));
      }),
    );
};

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
