import { resolve } from 'node:path';
import { EXIT } from '../../os/errors.ts';
import type { ReplayReport } from '../../os/runs/replay-run.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, type Paint, paint, plural } from '../output.ts';
import { summary } from '../render/outcome.ts';
import { interruptible } from '../signals.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Plays a run again from its log, without a model and without effects, and compares every step. Exits 1 where it differs. With --against the log is held against another version of the skill.',
    )
    .argument('<run>', 'id, a unique beginning of one, or `latest`')
    .option('--against <folder>', 'another version of the skill')
    .option('--model <name>', 'after the first difference go on with this model, in a new run')
    .addHelpText(
      'after',
      examples(
        ['reyn replay latest', 'same result, no model called'],
        ['reyn replay 4k2m --against drafts/plan', 'where a changed skill differs'],
      ),
    )
    .action(
      act(async (cli, reference: string, flags: { against?: string; model?: string }) => {
        const reyn = await cli.open();
        const interruption = interruptible(() => {});
        try {
          const replayed = await reyn.replay(reyn.runs.idOf(reference), {
            signal: interruption.signal,
            ...(flags.against === undefined ? {} : { against: resolve(cli.io.cwd, flags.against) }),
            ...(flags.model === undefined ? {} : { model: flags.model }),
          });
          result(cli, replayed, () => showReplay(replayed, paint(cli.screen.color.out)));
          if (replayed.continued === undefined) return replayed.identical ? EXIT.done : EXIT.no;
          tell(cli, summary(replayed.continued, paint(cli.screen.color.err)));
          return replayed.continued.exit;
        } finally {
          interruption.stop();
        }
      }),
    );
};

function showReplay(replayed: ReplayReport, { bold, green, red, dim }: Paint): string {
  const { identical, difference, run, events, turns, modelCalls } = replayed;
  const counts = dim(`${plural(events, 'event')} · ${plural(turns, 'turn')} · ${plural(modelCalls, 'model call')}`);
  if (identical || difference === undefined) return `${green(bold('identical'))} ${run} · ${counts}\n`;
  const side = (label: string, text: string) => `  ${dim(label)} ${clean(text).split('\n').join('\n         ')}\n`;
  return [
    `${red(bold('differs'))} ${run} at step ${difference.step}: ${clean(difference.what)} · ${counts}\n`,
    side('before', difference.before),
    side('after ', difference.after),
  ].join('');
}
