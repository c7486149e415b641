import { EXIT } from '../../os/errors.ts';
import { redactorDespite } from '../../secrets.ts';
import { type Define, result } from '../cli.ts';
import { diagnose } from '../doctor/diagnose.ts';
import type { Diagnosis } from '../doctor/diagnosis.ts';
import { type Paint, paint } from '../output.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Checks everything a run needs of this machine: Node, the disk, the settings, whether the model server answers. Exits 7 when something is missing.',
    )
    .option('--offline', 'do not ask the model server whether it answers')
    .addHelpText('after', examples(['reyn doctor', 'everything a run needs of this machine']))
    .action(
      act(async (cli, flags: { offline?: boolean }) => {
        const said = await diagnose(cli.root, cli.io.env, flags.offline === true);
        const redact = redactorDespite({ root: cli.root, env: cli.io.env });
        const found = said.map((one) => redact.value(one));
        result(cli, found, () => show(found, paint(cli.screen.color.out)));
        return found.some(({ state }) => state === 'fail') ? EXIT.infrastructure : EXIT.done;
      }),
    );
};

function show(found: readonly Diagnosis[], { green, yellow, red, dim, bold }: Paint): string {
  const marks = { ok: green('ok  '), warn: yellow('warn'), fail: red('FAIL') };
  return found
    .map(({ name, state, says, next }) => {
      const todo = next === undefined ? '' : `\n      ${dim('next:')} ${next}`;
      return `${marks[state]}  ${bold(name)}: ${says}${todo}\n`;
    })
    .join('');
}
