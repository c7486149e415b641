import { Option } from 'commander';
import type { OpOutcome } from '../../api.ts';
import { EXIT, UserError } from '../../os/errors.ts';
import { isObject, type JsonObject, parseJson } from '../../os/json.ts';
import { type Define, result, tell } from '../cli.ts';
import { type DriveFlags, drive, ON_ASK } from '../drive.ts';
import { clean, paint } from '../output.ts';
import { readable } from '../render/value.ts';
import { openToRun } from '../trust.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Sends one op through the gate and the log, to try a policy out. It is a run like any other. Exits 0 when it was done, 1 when it failed, 3 when it waits for a person, 4 when it was denied.',
    )
    .argument('<kind>', 'kind of op, e.g. write_file')
    .argument('[arguments]', 'its arguments as JSON', '{}')
    .option(
      '--as <skill>',
      'act as this skill: its permissions, rules and grants count (default: you, held to rules and zones)',
    )
    .addOption(
      new Option('--on-ask <what>', 'what a question does (default: prompt at a terminal)').choices([...ON_ASK]),
    )
    .addHelpText(
      'after',
      examples(
        ['reyn op read_file \'{"path": "README.md"}\'', 'an ordinary file'],
        ['reyn op write_file \'{"path": ".git/config", "content": ""}\'', 'closed: exits 4'],
        ['reyn op sandboxed_exec \'{"argv": ["git", "status"]}\' --as my_skill', 'as a skill would'],
      ),
    )
    .action(
      act(async (cli, kind: string, argument: string, flags: DriveFlags & { as?: string }) => {
        const args = readArguments(argument);
        const reyn = await openToRun(cli);
        let outcome: OpOutcome | undefined;
        await drive({ ...cli, screen: { ...cli.screen, quiet: true } }, { flags, earlier: [] }, async (options) => {
          outcome = await reyn.op(kind, args, { ...options, ...(flags.as === undefined ? {} : { as: flags.as }) });
          return outcome;
        });
        if (outcome === undefined) return EXIT.internal;
        const done = outcome;
        result(cli, done, () => (done.result === undefined ? '' : readable(done.result)));
        const style = paint(cli.screen.color.err);
        for (const line of said(done)) tell(cli, style.dim(clean(line)));
        return done.exit;
      }),
    );
};

function readArguments(text: string): JsonObject {
  const parsed = parseJson(text);
  if (parsed.ok && isObject(parsed.value)) return parsed.value as JsonObject;
  const why = parsed.ok ? 'they are no JSON object' : parsed.message;
  throw new UserError('usage', `The arguments cannot be read: ${why}.`, {
    hint: 'Write them like \'{"path": "README.md"}\', in single quotes.',
  });
}

function said({ verdict, denied, reason, waiting, run }: OpOutcome): readonly string[] {
  if (verdict === 'denied') return denied.map((denial) => `denied: ${denial.reason}`);
  // the one step there is, is the op
  if (verdict === 'failed') return [(reason?.message ?? 'failed').replace(/^step \S+ \(op\) failed: /, '')];
  if (verdict === 'asked') return [`waits for a person: reyn answer ${waiting[0]?.id ?? run}`];
  return [];
}
