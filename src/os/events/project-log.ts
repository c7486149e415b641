import { join } from 'node:path';
import { setImmediate as nextRound } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { type Disk, type OpenFile, writeAll } from '../disk.ts';
import { Bug, UserError } from '../errors.ts';
import type { Redactor } from '../secrets/port.ts';
import { checkProjectEvent, composeProjectEvent } from './compose.ts';
import type { ProjectEvent, ProjectEventBody } from './event.ts';
import { type Layout, monthsAmong } from './layout.ts';
import { type Locks, PROJECT_LOCK, withLock } from './locks.ts';
import type { Members } from './members.ts';
import type { Blobs } from './port.ts';
import { monthFile, type ProjectTail, projectTail } from './project-read.ts';
import type { Reserve } from './reserve.ts';
import { sharing } from './sharing.ts';
import { keepTorn, unrecorded } from './torn.ts';

/**
 * The project log for appending: one chain over files by month, written by many processes.
 *
 * J1. A process appends only under the project lock, after it has read what others appended since.
 * J2. One batch is one write and one sync; nothing is acknowledged before. While several runs are under way the sync
 *     comes after the lock and holds up neither them nor other processes: whoever appends next in between makes what
 *     precedes durable with its own (J4).
 * J3. The chain never goes back to an earlier month's file, whatever the clock says.
 * J4. Nothing is written before all that precedes it in the chain, also in an earlier file, is durable or in the same
 *     file and so becomes durable with it.
 * J5. After a failed write or sync this process appends no more.
 */
export type ProjectLog = {
  /** Appends durably; calls made at about the same time share one lock, one write and one sync. */
  append(body: ProjectEventBody): Promise<ProjectEvent>;
  /** The same at once. The caller holds the project lock. */
  appendLocked(bodies: readonly ProjectEventBody[]): readonly ProjectEvent[];
  /** Makes durable what others wrote and may have died before syncing. The caller holds the project lock. */
  syncLocked(): void;
  /** Waits for appends under way. */
  settled(): Promise<void>;
};

export type ProjectLogParts = {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly blobs: Blobs;
  readonly redact: Redactor;
  readonly reserve: Reserve;
  readonly temp: () => string;
  /** Makes the store's folders where they are absent. */
  readonly prepare: () => void;
  /** Whether several runs are under way, so that others are likely to append soon. */
  readonly isBusy: () => boolean;
};

type Checked = { readonly body: ProjectEventBody; readonly members: Members };
type Slot = Checked & { event?: ProjectEvent };

export function openProjectLog(parts: ProjectLogParts): ProjectLog {
  const { disk, layout, clock, locks, blobs, redact, reserve, temp, prepare, isBusy } = parts;
  let tail: ProjectTail | undefined;
  /** The month whose file this process knows to be in the synced folder: another may have died before syncing it. */
  let syncedMonth: string | undefined;
  let failure: unknown;
  let queue: Slot[] = [];

  function check(body: ProjectEventBody): Checked {
    return { body, members: checkProjectEvent(body, blobs, redact) };
  }

  /** Opens a month's file for `act`, after which its name is durable. The caller syncs and closes it. */
  function actOn(month: string, act: (file: OpenFile) => void): OpenFile {
    const file = disk.open(join(layout.log, monthFile(month)), 'append');
    if (file === undefined) throw new UserError('disk', `cannot open the project log of ${month}`);
    try {
      act(file);
      if (month !== syncedMonth) disk.syncDir(layout.log);
      syncedMonth = month;
      return file;
    } catch (error) {
      disk.close(file);
      throw error;
    }
  }

  function syncNow(file: OpenFile): void {
    try {
      disk.datasync(file);
    } finally {
      disk.close(file);
    }
  }

  async function syncLater(file: OpenFile): Promise<void> {
    try {
      await disk.datasyncLater(file);
    } finally {
      disk.close(file);
    }
  }

  /** Opens a month's file for `act`, after which it and its name are durable. */
  function withMonth(month: string, act: (file: OpenFile) => void): void {
    syncNow(actOn(month, act));
  }

  /** Cuts a torn end. What was cut, now or by one who died before recording it, stands where the next event will. */
  function mend({ month, end, link, torn }: ProjectTail): readonly Checked[] {
    const place = link.seq + 1;
    if (torn !== undefined) {
      keepTorn(disk, layout.log, place, torn, temp());
      withMonth(month, (file) => disk.truncate(file, end));
    }
    return unrecorded(disk, layout.log, new Set())
      .filter(({ kept }) => kept.startsWith(`torn-${place}-`))
      .map((data) => check({ type: 'log_torn', data }));
  }

  /** Appends under the lock. The file is as yet to be synced and closed. */
  function write(batch: readonly Checked[]): { events: readonly ProjectEvent[]; file: OpenFile } {
    refuseAfterFailure();
    const now = projectTail(disk, layout, tail);
    return failing(() => {
      const torn = mend(now);
      const today = new Date(clock.now()).toISOString().slice(0, 7);
      const month = [now.month, today].sort().at(-1) ?? today;
      let link = now.link;
      const composed = [...torn, ...batch].map(({ body, members }) => {
        const one = composeProjectEvent(body, members, { after: link, epoch: 1, clock });
        link = one.link;
        return one;
      });
      const bytes = Buffer.from(composed.map(({ line }) => line).join(''));
      if (month !== now.month && now.month !== '') withMonth(now.month, () => undefined);
      const file = actOn(month, (opened) => writeAll(disk, opened, bytes, reserve.free));
      tail = { month, end: (month === now.month ? now.end : 0) + bytes.length, link, torn: undefined };
      return { events: composed.slice(torn.length).map(({ event }) => event), file };
    });
  }

  function writeAndSync(batch: readonly Checked[]): readonly ProjectEvent[] {
    const { events, file } = write(batch);
    failing(() => syncNow(file));
    return events;
  }

  async function appendTogether(batch: readonly Checked[]): Promise<readonly ProjectEvent[]> {
    if (!isBusy()) return withLock(locks, PROJECT_LOCK, () => writeAndSync(batch));
    const { events, file } = await withLock(locks, PROJECT_LOCK, () => write(batch));
    try {
      await syncLater(file);
    } catch (error) {
      failure = error;
      throw error;
    }
    return events;
  }

  function failing<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  function refuseAfterFailure(): void {
    if (failure === undefined) return;
    const where = { file: layout.show(layout.log) };
    throw new UserError('disk', 'the project log could not be written', { where, cause: failure });
  }

  function syncLocked(): void {
    refuseAfterFailure();
    const newest = monthsAmong(disk.list(layout.log)).at(-1);
    if (newest === undefined) return;
    failing(() => withMonth(newest, () => undefined));
  }

  const appendQueued = sharing(async () => {
    if (isBusy()) await nextRound(); // what came in with the same turn of the event loop goes along
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    const events = await appendTogether(batch);
    for (const [i, slot] of batch.entries()) {
      const event = events[i];
      if (event !== undefined) slot.event = event;
    }
  });

  return {
    async append(body) {
      refuseAfterFailure();
      prepare();
      const slot: Slot = check(body);
      queue.push(slot);
      await appendQueued();
      if (slot.event === undefined) throw new Bug('an event of the project log was passed over');
      return slot.event;
    },
    syncLocked,
    appendLocked: (bodies) => writeAndSync(bodies.map(check)),
    settled: () => appendQueued().catch(() => undefined),
  };
}
