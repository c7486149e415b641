import type { Clock } from '../clock.ts';
import type { Disk, OpenFile } from '../disk.ts';
import { UserError } from '../errors.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Link } from './chain.ts';
import type { RunEventType } from './event.ts';
import type { Home } from './home.ts';
import type { Layout } from './layout.ts';
import type { Locks } from './locks.ts';
import type { Blobs } from './port.ts';
import type { ProjectLog } from './project-log.ts';
import type { Reserve } from './reserve.ts';
import { type OpenRunLog, openRunLog } from './run-log.ts';

/** What a store is made of. */
export type StoreParts = {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly reserve: Reserve;
  readonly blobs: Blobs;
  readonly redact: Redactor;
  readonly home: Home;
  readonly project: ProjectLog;
  readonly owner: { readonly id: string; readonly pid: number };
  /** Runs this process has open; `undefined` while one is being created. */
  readonly open: Map<string, OpenRunLog | undefined>;
};

/** Body of the event that closes a run in the project log. */
export function closingOf(run: string, type: string, head: Link) {
  const data = { outcome: type.slice('run_'.length), seq: head.seq, head: head.hash };
  return { type: 'run_closed', run, data } as const;
}

/** A run's file, open at its end. */
export function openAtEnd({ disk, layout }: StoreParts, run: string): OpenFile {
  const path = layout.runFile(run);
  const file = disk.open(path, 'append');
  if (file === undefined) throw new UserError('disk', `cannot open ${layout.show(path)}`);
  return file;
}

/** A run's log for this process, on its file open at its end. */
export function openLog(parts: StoreParts, run: string, epoch: number, after: Link, file: OpenFile): OpenRunLog {
  const { disk, layout, clock, blobs, redact, reserve, open, project } = parts;
  const log = openRunLog({
    disk,
    clock,
    blobs,
    redact,
    reserve,
    file,
    shown: layout.show(file.path),
    run,
    epoch,
    after,
    isAlone: () => open.size <= 1,
    async closed(ended: { type: RunEventType; link: Link } | undefined) {
      try {
        if (ended !== undefined) await project.append(closingOf(run, ended.type, ended.link));
      } finally {
        open.delete(run);
      }
    },
  });
  open.set(run, log);
  return log;
}
