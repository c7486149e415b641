import { dirname } from 'node:path';
import { UserError } from '../errors.ts';
import { signatureOf, signStatement } from './heads.ts';
import { isRunId } from './layout.ts';
import type { Line } from './line.ts';
import { closingOf, type StoreParts } from './parts.ts';
import type { Removal } from './port.ts';
import { registrationOf } from './project-read.ts';
import { type RunFile, readRunFile } from './run-read.ts';
import { checkRegistration } from './takeover.ts';

/**
 * Removing a run.
 *
 * G1. `run_removed` is durable before anything of the run goes. Whoever finds it, with something of the run still
 *     there, may and should finish.
 * G2. A run's folder goes in one step, by a rename into the temporary folder, where the next process clears up after a
 *     dead one. So a run's folder is there whole or not at all.
 * G3. Only what ended is removed, and only when its log is what was written: a damaged log is evidence.
 * G4. Nothing is removed through a link: where a folder of the store is one, nothing is removed at all.
 * G5. What was signed is removed with a signature, or not at all.
 *
 * The caller holds the project lock. @returns folders in the temporary folder that are to be deleted.
 * @throws UserError `refused` (G3, G4, G5), `not_found`, `disk`; CorruptLog.
 */
export function removeLocked(parts: StoreParts, run: string, { rule, by }: Removal): readonly string[] {
  const { disk, layout, project, signer, clock, open } = parts;
  if (!isRunId(run)) throw refusal(run, 'is none');
  refuseLinks(parts);
  const registration = registrationOf(disk, layout, run);
  if (registration.removed !== undefined) {
    checkRemoved(parts, run, registration.removed);
    return takeAway(parts, run);
  }
  const file = readRunFile(disk, layout, run);
  checkRegistration(layout.show(layout.runFile(run)), run, file, registration);
  const { opened, closed } = registration;
  if (opened === undefined || !file.hasEnded || open.has(run)) throw refusal(run, 'has not ended');
  const { seq, hash: head } = file.chain.link;
  const body = { type: 'run_removed', run, data: { seq, head, rule, by } } as const;
  const removed = signStatement(signer, body, opened.hash, clock.now());
  if (!('signed' in removed.data) && closed !== undefined && signatureOf(closed) !== undefined) {
    throw refusal(run, 'was signed when it ended, and there is no key to sign its removal with');
  }
  project.syncLocked();
  project.appendLocked([...(closed === undefined ? [closing(parts, run, opened.hash, file)] : []), removed]);
  return takeAway(parts, run);
}

function closing(parts: StoreParts, run: string, opened: string, { last, chain }: RunFile) {
  return closingOf(parts, { run, opened }, last.type, chain.link);
}

/** What is still there of a removed run must be what the record speaks of (G3). */
function checkRemoved({ disk, layout, open }: StoreParts, run: string, { data }: Line): void {
  if (disk.stat(layout.runDir(run)) === undefined) return;
  const { seq, hash } = readRunFile(disk, layout, run).chain.link;
  if (open.has(run) || data.seq !== seq || data.head !== hash) {
    throw refusal(run, 'does not end as the record of its removal says');
  }
}

/** Moves what is left of a run out of its place (G2). */
function takeAway({ disk, layout, home }: StoreParts, run: string): readonly string[] {
  return [layout.runDir(run), layout.workDir(run)].flatMap((dir) => {
    if (disk.stat(dir) === undefined && !disk.isLink(dir)) return [];
    const temp = home.temp();
    disk.rename(dir, temp);
    disk.syncDir(dirname(dir));
    return [temp];
  });
}

/** @throws UserError `refused` (G4). */
export function refuseLinks({ disk, layout }: Pick<StoreParts, 'disk' | 'layout'>): void {
  const { home, runs, work, blobs, temp, log } = layout;
  const link = [home, runs, work, blobs, temp, log].find((dir) => disk.isLink(dir));
  if (link === undefined) return;
  const file = layout.show(link);
  throw new UserError('refused', `nothing is removed: ${file} is a link, and what it leads to may belong to others`, {
    where: { file },
    hint: 'Put the folder itself in its place.',
  });
}

function refusal(run: string, why: string): UserError {
  return new UserError('refused', `run ${run} is not removed: it ${why}`, { where: { run } });
}
