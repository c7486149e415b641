import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { type Disk, type OpenFile, writeAll } from '../disk.ts';
import { Bug, UserError } from '../errors.ts';
import { checkProjectEvent, composeProjectEvent } from './compose.ts';
import type { ProjectEvent, ProjectEventBody } from './event.ts';
import type { Layout } from './layout.ts';
import { type Locks, PROJECT_LOCK, withLock } from './locks.ts';
import type { Members } from './members.ts';
import type { Blobs } from './port.ts';
import { monthFile, type ProjectTail, projectTail } from './project-read.ts';
import type { Reserve } from './reserve.ts';
import { sharing } from './sharing.ts';
import { cut, keepTorn, unrecorded } from './torn.ts';

/**
 * The project log for appending: one chain over files by month, written by many processes.
 *
 * J1. A process appends only under the project lock, after it has read what others appended since.
 * J2. One batch is one write and one sync; nothing is acknowledged before.
 * J3. The chain never goes back to an earlier month's file, whatever the clock says.
 * J4. After a failed write or sync this process appends no more.
 */
export type ProjectLog = {
  /** Appends durably; calls made at about the same time share one lock, one write and one sync. */
  append(body: ProjectEventBody): Promise<ProjectEvent>;
  /** The same at once. The caller holds the project lock. */
  appendLocked(bodies: readonly ProjectEventBody[]): readonly ProjectEvent[];
  /** Waits for appends under way. */
  settled(): Promise<void>;
};

export type ProjectLogParts = {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly blobs: Blobs;
  readonly reserve: Reserve;
  readonly temp: () => string;
  /** Makes the store's folders where they are absent. */
  readonly prepare: () => void;
};

type Checked = { readonly body: ProjectEventBody; readonly members: Members };
type Slot = Checked & { event?: ProjectEvent };

export function openProjectLog(parts: ProjectLogParts): ProjectLog {
  const { disk, layout, clock, locks, blobs, reserve, temp, prepare } = parts;
  let tail: ProjectTail | undefined;
  let failure: unknown;
  let queue: Slot[] = [];

  function check(body: ProjectEventBody): Checked {
    return { body, members: checkProjectEvent(body, blobs) };
  }

  function openMonth(month: string): OpenFile {
    const file = disk.open(join(layout.log, monthFile(month)), 'append');
    if (file === undefined) throw new UserError('disk', `cannot open the project log of ${month}`);
    return file;
  }

  /** Cuts a torn end. What was cut, now or by one who died before recording it, stands where the next event will. */
  function mend({ month, end, link, torn }: ProjectTail): readonly Checked[] {
    const place = link.seq + 1;
    if (torn !== undefined) {
      keepTorn(disk, layout.log, place, torn, temp());
      const file = openMonth(month);
      try {
        cut(disk, file, end);
      } finally {
        disk.close(file);
      }
    }
    return unrecorded(disk, layout.log, new Set())
      .filter(({ kept }) => kept.startsWith(`torn-${place}-`))
      .map((data) => check({ type: 'log_torn', data }));
  }

  function write(month: string, bytes: Buffer): void {
    const isNew = disk.stat(join(layout.log, monthFile(month))) === undefined;
    const file = openMonth(month);
    try {
      writeAll(disk, file, bytes, reserve.free);
      disk.datasync(file);
      if (isNew) disk.syncDir(layout.log);
    } finally {
      disk.close(file);
    }
  }

  function appendChecked(batch: readonly Checked[]): readonly ProjectEvent[] {
    refuseAfterFailure();
    const now = projectTail(disk, layout, tail);
    try {
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
      write(month, bytes);
      tail = { month, end: (month === now.month ? now.end : 0) + bytes.length, link, torn: undefined };
      return composed.slice(torn.length).map(({ event }) => event);
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

  const appendQueued = sharing(async () => {
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    const events = await withLock(locks, PROJECT_LOCK, () => appendChecked(batch));
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
    appendLocked: (bodies) => appendChecked(bodies.map(check)),
    settled: () => appendQueued().catch(() => undefined),
  };
}
