import type { OpenFile } from '../disk.ts';
import { CorruptLog, UserError } from '../errors.ts';
import type { Link } from './chain.ts';
import { openingOf } from './create.ts';
import type { RunEvent, RunEventBody } from './event.ts';
import { ownerLock } from './locks.ts';
import { closingOf, isListed, type Opened, openAtEnd, openLog, type StoreParts } from './parts.ts';
import type { RunLog } from './port.ts';
import { type Registration, registrationOf } from './project-read.ts';
import { endedRunLog, type OpenRunLog, RELEASING } from './run-log.ts';
import { eventsOf, ownerAmong, type RunFile, readRunFile } from './run-read.ts';
import { cut, keepTorn, unrecorded } from './torn.ts';

export type Why = 'resume' | 'answer' | 'parent';

/**
 * Takes a run up in a new epoch. The caller holds the project lock, so of two processes that want the same run the
 * second finds the first as its living owner. Everything is checked before anything is changed.
 */
export function takeLocked(parts: StoreParts, run: string, why: Why): { log: RunLog; events: RunEvent[] } {
  const { disk, layout, blobs, project } = parts;
  const file = readRunFile(disk, layout, run);
  const listed = isListed(parts, file.first);
  const registration = listed ? registrationOf(disk, layout, run) : {};
  if (listed) checkRegistration(layout.show(layout.runFile(run)), run, file, registration);
  const isFree = isFreeToTake(parts, run, file);
  if (!isFree && !file.hasEnded) throw ownedByOther(run, file);

  const events = eventsOf(file, blobs);
  let opened = registration.opened?.hash;
  if (isFree) {
    // What the dead wrote can be read and may yet not be durable: it is made so before anything is built on it.
    project.syncLocked();
    if (opened === undefined && listed) {
      disk.syncDir(layout.runs);
      opened = project.appendLocked([openingOf(run, events[0] as RunEvent)])[0]?.hash;
    }
  }
  const of: Opened = { run, opened };
  if (file.hasEnded) {
    if (isFree && listed && registration.closed === undefined) {
      withRunFile(parts, run, disk.datasync);
      project.appendLocked([closingOf(parts, of, file.last.type, file.chain.link)]);
    }
    return { log: endedRunLog(run, file.chain.link), events };
  }
  const log = goOn(parts, of, file, why, events);
  return { log, events };
}

/** Free: this process's own and not open here, its owner is dead, or its owner gave it up. */
function isFreeToTake({ open, owner, locks }: StoreParts, run: string, { chain, last }: RunFile): boolean {
  if (open.has(run)) return false;
  const current = ownerAmong(chain.lines);
  if (current === undefined || current.id === owner.id) return true;
  return (RELEASING as readonly string[]).includes(last.type) || !locks.held(ownerLock(current.id));
}

function ownedByOther(run: string, { chain }: RunFile): UserError {
  const pid = ownerAmong(chain.lines)?.pid;
  return new UserError('busy', `run ${run} is being run by process ${pid}`, {
    where: { run },
    hint: 'Wait until that process is done with it, or stop the process.',
  });
}

/** @throws CorruptLog when the project log says otherwise than the run's log. */
export function checkRegistration(file: string, run: string, read: RunFile, { opened, closed }: Registration): void {
  const where = { file, run };
  const { chain, first } = read;
  if (opened === undefined && chain.lines.length > 1) {
    throw new CorruptLog('unregistered', `the project log does not know run ${run}`, where);
  }
  if (opened !== undefined && opened.data.first !== first.hash) {
    throw new CorruptLog('head', 'the first event is not the one the run was opened with', { ...where, line: 1 });
  }
  if (closed === undefined) return;
  const line = chain.torn?.line ?? chain.lines.length;
  if (chain.torn !== undefined || closed.data.seq !== chain.link.seq || closed.data.head !== chain.link.hash) {
    throw new CorruptLog('head', 'the log does not end as it did when the run was closed', { ...where, line });
  }
}

/** Cuts a torn end and appends that this process took the run up; all of it durable on return. */
function goOn(parts: StoreParts, of: Opened, file: RunFile, why: Why, events: RunEvent[]): OpenRunLog {
  const { disk, layout, home, owner, reserve } = parts;
  const { run } = of;
  const { chain, bytes } = file;
  reserve.ensure();
  if (chain.torn !== undefined) {
    keepTorn(disk, layout.runDir(run), chain.link.seq + 1, bytes.subarray(chain.torn.at), home.temp());
    withRunFile(parts, run, (opened) => cut(disk, opened, chain.end));
  }
  const recorded = new Set(events.map(({ type, data }) => (type === 'log_torn' ? data.kept : '')));
  const torn = unrecorded(disk, layout.runDir(run), recorded).map((data) => ({ type: 'log_torn', data }) as const);
  const bodies: RunEventBody[] = [...torn, { type: 'run_resumed', data: { owner, why } }];

  const link: Link = chain.link;
  const log = openLog(parts, of, link.epoch + 1, link, openAtEnd(parts, run));
  try {
    for (const body of bodies) events.push(log.append(body));
    log.flushNow();
    return log;
  } catch (error) {
    log.close().catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

function withRunFile(parts: StoreParts, run: string, act: (file: OpenFile) => void): void {
  const file = openAtEnd(parts, run);
  try {
    act(file);
  } finally {
    parts.disk.close(file);
  }
}
