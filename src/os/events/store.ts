import type { Clock } from '../clock.ts';
import { type Disk, nodeDisk } from '../disk.ts';
import { Bug, CorruptLog } from '../errors.ts';
import type { Ids } from '../ids.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Signer } from '../signing.ts';
import { openBlobs } from './blobs.ts';
import { createRun } from './create.ts';
import type { ProjectEvent } from './event.ts';
import { openHome } from './home.ts';
import { isRunId, layoutOf } from './layout.ts';
import { type Locks, ownerLock, PROJECT_LOCK, sqliteLocks, withLock } from './locks.ts';
import { restoreMembers } from './members.ts';
import type { Listing, StoreParts } from './parts.ts';
import type { Store } from './port.ts';
import { type ProjectFacts, projectFacts } from './project-facts.ts';
import { openProjectLog } from './project-log.ts';
import { readMonths, registrationOf } from './project-read.ts';
import { removeLocked } from './remove.ts';
import { openReserve } from './reserve.ts';
import type { OpenRunLog } from './run-log.ts';
import { eventsOf, findOwner, readFirst, readRunFile } from './run-read.ts';
import { sharing } from './sharing.ts';
import { sweepBlobs } from './sweep.ts';
import { checkRegistration, takeLocked } from './takeover.ts';

export type StoreOptions = {
  /** The project root, absolute. */
  readonly root: string;
  readonly clock: Clock;
  /** Names this process; must not repeat among processes that live at the same time. */
  readonly ids: Ids;
  /** What takes secrets out of all that is appended. */
  readonly redact: Redactor;
  /** Signs heads of logs; `undefined` = they stay unsigned. */
  readonly signer: Signer | undefined;
  readonly disk?: Disk;
  readonly locks?: Locks;
  /** Default: all. */
  readonly listing?: Listing;
};

/**
 * Opens the store of a project. Nothing is written before the first thing there is to write, so a reader leaves no
 * trace.
 */
export function openStore(options: StoreOptions): Store {
  const { root, clock, ids, signer, redact, disk = nodeDisk, locks: given, listing = 'all' } = options;
  const layout = layoutOf(root);
  const locks = given ?? sqliteLocks(layout.locks);
  const owner = { id: ids.next(), pid: process.pid };
  const reserve = openReserve(disk, layout);
  const home = openHome(disk, layout, locks, reserve, owner.id);
  const blobs = openBlobs(disk, layout, home);
  const open = new Map<string, OpenRunLog | undefined>();
  const isBusy = () => open.size > 1;
  const { temp, enter: prepare } = home;
  const project = openProjectLog({ disk, layout, clock, locks, blobs, redact, reserve, temp, prepare, isBusy });
  const made = { disk, layout, clock, locks, reserve, blobs, redact, home, project, owner, signer, open };
  const parts: StoreParts = { ...made, listing };
  const known = new Map<string, ProjectFacts>();
  const facts = (prefix: string) => {
    const found = known.get(prefix) ?? projectFacts(disk, layout, blobs, prefix);
    known.set(prefix, found);
    return found();
  };
  let isClosed = false;

  const syncRuns = sharing(async () => {
    if (open.size <= 1) disk.syncDir(layout.runs);
    else await disk.syncDirLater(layout.runs);
  });

  function refuseIfClosed(): void {
    if (isClosed) throw new Bug('the store is closed');
  }

  return {
    root,
    blobs,
    owner,

    async createRun(run, first, intended) {
      refuseIfClosed();
      return createRun(parts, run, first, { intended, syncRuns });
    },

    async takeRun(run, why) {
      refuseIfClosed();
      if (!isRunId(run) || disk.stat(layout.runDir(run)) === undefined) readRunFile(disk, layout, run); // says so
      home.enter();
      return withLock(locks, PROJECT_LOCK, () => takeLocked(parts, run, why));
    },

    readRun(run) {
      const file = readRunFile(disk, layout, run);
      // What looks torn in a run that was closed was written whole.
      if (file.chain.torn !== undefined) {
        const { closed } = registrationOf(disk, layout, run);
        if (closed !== undefined) checkRegistration(layout.show(layout.runFile(run)), run, file, { closed });
      }
      return eventsOf(file, blobs);
    },

    readFirst: (run) => readFirst(disk, layout, run, blobs),

    hasRun: (run) => isRunId(run) && disk.stat(layout.runDir(run)) !== undefined,
    runIds: () => disk.list(layout.runs).filter(isRunId),

    openRuns: () => open.size,

    ownership(run) {
      const found = findOwner(disk, layout, run);
      return found === undefined ? undefined : { ...found, alive: locks.held(ownerLock(found.id)) };
    },

    async removeRun(run, removal) {
      refuseIfClosed();
      home.enter();
      const folders = await withLock(locks, PROJECT_LOCK, () => removeLocked(parts, run, removal));
      for (const dir of folders) disk.removeTree(dir);
    },

    async sweepBlobs() {
      refuseIfClosed();
      return sweepBlobs(parts);
    },

    async appendProject(body) {
      refuseIfClosed();
      return project.append(body);
    },

    readProject() {
      const months = readMonths(disk, layout, false);
      for (const { path, chain } of months) {
        const fault = chain.faults[0];
        if (fault === undefined) continue;
        throw new CorruptLog(fault.reason, fault.message, { file: layout.show(path), line: fault.line });
      }
      const lines = months.flatMap(({ chain }) => chain.lines);
      return lines.map((line) => restoreMembers(line, blobs) as unknown as ProjectEvent);
    },

    facts,

    temp() {
      refuseIfClosed();
      return home.temp();
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      try {
        for (const log of [...open.values()]) await log?.close();
      } finally {
        await project.settled();
        home.leave();
      }
    },
  };
}
