import { join, resolve } from 'node:path';
import type { Night, NightReport, Reyn, SkillNight } from '../api.ts';
import { UserError } from '../os/errors.ts';
import type { RunEvent } from '../os/events/event.ts';
import type { JsonObject } from '../os/json.ts';
import type { Cli } from './cli.ts';
import { type DriveFlags, drive, tellEnd } from './drive.ts';
import { paint } from './output.ts';
import { improveStatus, NOTHING_IMPROVED, seeImproving } from './render/improve-view.ts';
import type { Aside } from './render/live.ts';

/** The skill that improves others where the configuration names none. */
const IMPROVER = 'skill_improver';

export type Improving = {
  readonly flags: DriveFlags;
  readonly ci: boolean;
  readonly model: string | undefined;
  /** What every run is asked besides the name of its skill. */
  readonly request: JsonObject;
};

/**
 * Has one skill after the other improved. What each found is in the state before the next one begins; whoever stops one
 * stops all.
 */
export async function improveAll(
  cli: Cli,
  reyn: Reyn,
  night: Night,
  skills: readonly string[],
  how: Improving,
): Promise<NightReport> {
  const date = new Date();
  const done: SkillNight[] = [];
  let state: NightReport['state'];
  try {
    for (const skill of night.selfTest.ok ? skills : []) {
      done.push(await improveOne(cli, reyn, night, skill, how));
      if (done.at(-1)?.outcome === 'interrupted') break;
      state = await night.save();
    }
  } finally {
    state = await night.save(); // what was spent is spent, also where a fault ends it
  }
  return {
    form: 1,
    date: date.toISOString(),
    ci: how.ci,
    ...(how.model === undefined ? {} : { model: how.model }),
    self_test: night.selfTest,
    adopted: [...night.adopted],
    skills: done,
    interrupted: done.some(({ outcome }) => outcome === 'interrupted'),
    ...(state === undefined ? {} : { state }),
    ms: Date.now() - date.getTime(),
  };
}

async function improveOne(cli: Cli, reyn: Reyn, night: Night, skill: string, how: Improving): Promise<SkillNight> {
  const { flags, ci, model, request } = how;
  const events: RunEvent[] = [];
  const input = { value: { skill, ...request } };
  const given = { ...(model === undefined ? {} : { model }), ...(ci ? { applies: false } : {}) };
  try {
    const outcome = await drive(
      cli,
      { flags, earlier: [], onEvent: (event) => events.push(event), aside: asideOf(cli) },
      (options) => reyn.run(reyn.config.improver ?? IMPROVER, input, { ...options, ...given }),
    );
    tellEnd(cli, outcome);
    return await night.resultOf({ skill, outcome, events });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const usage = { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0 };
    return { skill, outcome: 'failed', exit: error.exit, reason: error.message, denied: [], usage };
  }
}

function asideOf({ screen }: Cli): Aside {
  let seen = NOTHING_IMPROVED;
  const style = paint(screen.color.err);
  return {
    see: (event) => {
      const next = seeImproving(seen, event, style);
      seen = next.seen;
      return next.lines;
    },
    status: (ms) => improveStatus(seen, ms),
  };
}

/** Writes a report directory; receipts of an earlier night that was told of there go. @throws UserError `disk`. */
export async function writeReport(cli: Cli, night: Night, report: NightReport, dir: string): Promise<string> {
  const { isReceiptFile, reportFiles } = await import('../nightly.ts');
  const { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } = await import('node:fs');
  const folder = resolve(cli.start, dir);
  const receipts = report.skills.flatMap(({ skill, receipt }) => {
    const text = receipt === undefined ? undefined : night.receipt(receipt);
    return text === undefined ? [] : [[skill, text] as const];
  });
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder).filter(isReceiptFile)) rmSync(join(folder, name));
    for (const [name, text] of reportFiles(report, new Map(receipts))) {
      const file = join(folder, name);
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    }
    return folder;
  } catch (error) {
    throw new UserError('disk', `the report cannot be written: ${(error as Error).message}`, {
      where: { file: folder },
      cause: error,
    });
  }
}

/** Names that were asked for, each once; @throws UserError `not_found`, `skill` for one that is none, before anything is spent. */
export function checkNames(reyn: Reyn, names: readonly string[]): readonly string[] {
  for (const name of names) reyn.skills.load(name);
  return [...new Set(names)];
}
