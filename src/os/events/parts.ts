import type { Clock } from '../clock.ts';
import type { Disk, OpenFile } from '../disk.ts';
import { UserError } from '../errors.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Signer } from '../signing.ts';
import type { OwnBlobs } from './blobs.ts';
import type { Link } from './chain.ts';
import { type RunEventType, TERMINAL } from './event.ts';
import { signStatement } from './heads.ts';
import type { Home } from './home.ts';
import type { Layout } from './layout.ts';
import type { Locks } from './locks.ts';
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
  readonly blobs: OwnBlobs;
  readonly redact: Redactor;
  readonly home: Home;
  readonly project: ProjectLog;
  readonly owner: { readonly id: string; readonly pid: number };
  /** Signs heads of logs; `undefined` where nobody vouches for them. */
  readonly signer: Signer | undefined;
  /** Runs this process has open; `undefined` while one is being created. */
  readonly open: Map<string, OpenRunLog | undefined>;
  readonly listing: Listing;
};

/**
 * Which runs the project log says were opened and closed: all, or only those below another run, where whoever keeps the
 * store records by itself how each of the others ended.
 */
export type Listing = 'all' | 'below';

/** @param first the first event of the run. */
export function isListed({ listing }: Pick<StoreParts, 'listing'>, first: { readonly data: object }): boolean {
  return listing === 'all' || 'parent' in first.data;
}

/** A run as the project log knows it. */
export type Opened = {
  readonly run: string;
  /** Hash of its `run_opened` event; absent = the project log does not list it. */
  readonly opened: string | undefined;
};

/** Body of the event that closes a run in the project log. */
export function closingOf({ signer, clock }: StoreParts, { run, opened = '' }: Opened, type: string, head: Link) {
  const data = { outcome: type.slice('run_'.length), seq: head.seq, head: head.hash };
  return signStatement(signer, { type: 'run_closed', run, data } as const, opened, clock.now());
}

/** Says where a run that was given up stands. Only a signature makes that worth an event, and no failure is: H2. */
async function signEnd({ signer, clock, reserve, project }: StoreParts, { run, opened = '' }: Opened, head: Link) {
  const data = { seq: head.seq, head: head.hash };
  const body = signStatement(signer, { type: 'head_signed', run, data } as const, opened, clock.now());
  if (!('signed' in body.data) || reserve.spent) return;
  try {
    await project.append(body);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** A run's file, open at its end. */
export function openAtEnd({ disk, layout }: StoreParts, run: string): OpenFile {
  const path = layout.runFile(run);
  const file = disk.open(path, 'append');
  if (file === undefined) throw new UserError('disk', `cannot open ${layout.show(path)}`);
  return file;
}

/** A run's log for this process, on its file open at its end. */
export function openLog(parts: StoreParts, of: Opened, epoch: number, after: Link, file: OpenFile): OpenRunLog {
  const { run } = of;
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
    async closed(left: { type: RunEventType; link: Link } | undefined) {
      try {
        if (left === undefined || of.opened === undefined) return;
        if (TERMINAL.includes(left.type)) await project.append(closingOf(parts, of, left.type, left.link));
        else await signEnd(parts, of, left.link);
      } finally {
        open.delete(run);
      }
    },
  });
  open.set(run, log);
  return log;
}
