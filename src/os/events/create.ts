import { join } from 'node:path';
import { type Disk, type OpenFile, writeAll } from '../disk.ts';
import { Bug } from '../errors.ts';
import { START } from './chain.ts';
import { type Composed, checkRunEvent, composeRunEvent } from './compose.ts';
import type { ProjectEventBody, RunEvent, RunEventBody } from './event.ts';
import { isRunId, RUN_FILE } from './layout.ts';
import { isListed, openLog, type StoreParts } from './parts.ts';
import type { RunLog } from './port.ts';

type Birth = {
  /** What must have resolved before the run is there. */
  readonly intended: Promise<void> | undefined;
  readonly syncRuns: () => Promise<void>;
};

/**
 * A run is born whole: its folder with the durable first event is made aside and renamed into place, so a run's folder
 * never lacks its first event. Then the project log is told, where it lists such runs; a crash between the two leaves a run that was never
 * opened, which `takeRun` mends.
 */
export async function createRun(
  parts: StoreParts,
  run: string,
  first: RunEventBody,
  how: Birth,
): Promise<{ log: RunLog; event: RunEvent }> {
  const { disk, layout, clock, blobs, redact, home, open, owner, project, reserve } = parts;
  if (!isRunId(run)) throw new Bug(`${run} is no id of a run`);
  if (first.type !== 'run_skill_started') throw new Bug(`run ${run} would begin with ${first.type}`);
  if (first.data.owner.id !== owner.id) throw new Bug(`run ${run} would begin with another owner`);
  if (open.has(run) || disk.stat(layout.runDir(run)) !== undefined) throw new Bug(`run ${run} exists`);

  how.intended?.catch(() => undefined); // it may reject while what precedes it is still being synced
  home.enter();
  reserve.ensure();
  open.set(run, undefined);
  try {
    const members = checkRunEvent(first, blobs, redact);
    const made = composeRunEvent(run, first, members, { after: START, epoch: 1, clock });
    const file = await makeFolder(parts, run, made, how);
    const opened = isListed(parts, first) ? await opening(project, run, made.event, () => disk.close(file)) : undefined;
    return { log: openLog(parts, { run, opened }, 1, made.link, file), event: made.event };
  } catch (error) {
    open.delete(run);
    throw error;
  }
}

/** Tells the project log. @returns the hash of the event that says so. */
async function opening(project: StoreParts['project'], run: string, first: RunEvent, close: () => void) {
  try {
    return (await project.append(openingOf(run, first))).hash;
  } catch (error) {
    close();
    throw error;
  }
}

/** @returns the log, open at its end. */
async function makeFolder(
  { disk, layout, home, open, reserve }: StoreParts,
  run: string,
  { line }: Composed<RunEvent>,
  { intended, syncRuns }: Birth,
): Promise<OpenFile> {
  const isAlone = open.size <= 1;
  const dir = home.temp();
  const file = isAlone ? openInFolder(disk, dir) : await disk.openInFolderLater(dir, RUN_FILE);
  try {
    writeAll(disk, file, Buffer.from(line), reserve.free);
    if (isAlone) disk.datasync(file);
    else await Promise.all([disk.datasyncLater(file), disk.syncDirLater(dir)]);
    if (isAlone) disk.syncDir(dir);
    await intended;
    disk.rename(dir, layout.runDir(run));
    await syncRuns();
    return { ...file, path: layout.runFile(run) };
  } catch (error) {
    disk.close(file);
    throw error;
  }
}

function openInFolder(disk: Disk, dir: string): OpenFile {
  disk.makeDir(dir);
  const file = disk.open(join(dir, RUN_FILE), 'new');
  if (file === undefined) throw new Bug(`${dir} is in use`);
  return file;
}

/** Body of the event that opens a run in the project log. */
export function openingOf(run: string, first: Pick<RunEvent, 'hash' | 'data'>): ProjectEventBody {
  const { skill, skill_version_hash, parent } = first.data as {
    skill: string;
    skill_version_hash: string;
    parent?: { run: string };
  };
  const from = parent === undefined ? {} : { parent: parent.run };
  return { type: 'run_opened', run, data: { skill, skill_version_hash, first: first.hash, ...from } };
}
