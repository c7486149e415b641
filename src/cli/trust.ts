import type { Reyn } from '../api.ts';
import type { RunOutcome } from '../os/runs/outcome.ts';
import { changeTrust } from '../settings.ts';
import { type Cli, tell } from './cli.ts';
import { canAsk, confirm } from './confirm.ts';
import { clean, paint } from './output.ts';

/**
 * At a terminal, before something runs: shows what files of the project would widen and asks whether they may. No is the
 * answer when nobody says anything; what is not trusted then does not count.
 */
async function offerTrust(cli: Cli): Promise<void> {
  const { io, screen } = cli;
  if (!canAsk(cli)) return;
  const sources = { root: cli.root, env: io.env };
  const { files } = await changeTrust(sources, 'look');
  const doubtful = files.filter(({ trusted }) => !trusted);
  if (doubtful.length === 0) return;
  const { bold, dim, yellow } = paint(screen.color.err);
  for (const { file, keys } of doubtful) {
    io.stderr.write(`${yellow('!')} ${bold(file)} is new here, or has changed. It says what runs may do or reach:\n`);
    for (const { key, value } of keys) io.stderr.write(`    ${clean(key)} ${dim(clean(JSON.stringify(value)))}\n`);
  }
  if (await confirm(cli, 'Let it count?')) await changeTrust(sources, 'trust');
  else tell(cli, dim('It does not count. `reyn config trust` lets it.'));
}

/** Opens the project for a run, after a person was asked about files that are new here. */
export async function openToRun(cli: Cli, open: () => Promise<Reyn> = cli.open): Promise<Reyn> {
  await offerTrust(cli);
  return open();
}

/** Says that something does not count, where that may be why a run waits or was denied something. */
export function tellUntrusted(cli: Cli, { config: { untrusted } }: Reyn, outcome: Held): void {
  const held = outcome.denied.length > 0 || outcome.waiting.some(({ kind }) => kind === 'permission');
  if (held && untrusted.length > 0) {
    tell(cli, `Not trusted here, so not counting: ${untrusted.join(', ')} (\`reyn config trust\`).`);
  }
}

type Held = Pick<RunOutcome, 'denied' | 'waiting'>;
