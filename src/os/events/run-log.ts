import type { Clock } from '../clock.ts';
import { type Disk, type OpenFile, writeAll } from '../disk.ts';
import { Bug, UserError } from '../errors.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Link } from './chain.ts';
import { checkRunEvent, composeRunEvent } from './compose.ts';
import { type RunEvent, type RunEventBody, type RunEventType, TERMINAL } from './event.ts';
import type { Blobs, RunLog } from './port.ts';
import type { Reserve } from './reserve.ts';
import { sharing } from './sharing.ts';

/** Events by which a process gives a run up without ending it: whoever comes next may take it, at once. */
export const RELEASING: readonly RunEventType[] = ['run_suspended', 'run_interrupted'];

/** What may still be said when the disk is full. */
const LAST_WORDS: readonly RunEventType[] = [...TERMINAL, ...RELEASING];

/**
 * One run's log, open for appending.
 *
 * R1. Lines are chained when they are appended and reach the file in that order, each exactly once.
 * R2. `flush` resolves only when every line appended before it was called is durable.
 * R3. After a failed write or sync nothing more is appended or written, and the descriptor is only closed.
 * R4. Nothing follows an event that ends the run. Once an event that gives the run up has reached the file, nothing
 *     follows it either: another process may have taken the run by then.
 */
export type OpenRunLog = RunLog & {
  /** Makes everything appended so far durable before it returns. */
  flushNow(): void;
};

export type RunLogParts = {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly blobs: Blobs;
  readonly redact: Redactor;
  readonly reserve: Reserve;
  /** Open for appending, at its end. */
  readonly file: OpenFile;
  /** The file's path as a person is told it. */
  readonly shown: string;
  readonly run: string;
  readonly epoch: number;
  readonly after: Link;
  /** Whether no other run is open: then nothing could overlap with a sync, and waiting for it in place is faster. */
  readonly isAlone: () => boolean;
  /** Called once, when the file is closed. `left` is the durable event by which the run ended or was given up. */
  readonly closed: (left: { type: RunEventType; link: Link } | undefined) => Promise<void>;
};

export function openRunLog(parts: RunLogParts): OpenRunLog {
  const { disk, clock, blobs, redact, reserve, file, run, epoch } = parts;
  const where = { file: parts.shown, run };
  let link = parts.after;
  let last: RunEventType | undefined;
  let buffered: string[] = [];
  let durable = link.seq;
  let isReleased = false;
  let failure: unknown;
  let isClosed = false;
  let closing: Promise<void> | undefined;

  function refuseUnlessOpen(): void {
    if (failure !== undefined)
      throw new UserError('disk', `the log of run ${run} could not be written`, { where, cause: failure });
    if (isClosed) throw new Bug(`the log of run ${run} is closed`);
  }

  function failing<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  function write(): void {
    if (buffered.length === 0) return;
    refuseUnlessOpen();
    const lines = buffered;
    buffered = [];
    isReleased = last !== undefined && RELEASING.includes(last);
    failing(() => writeAll(disk, file, Buffer.from(lines.join('')), reserve.free));
  }

  function flushNow(): void {
    write();
    if (durable === link.seq) return;
    refuseUnlessOpen();
    failing(() => disk.datasync(file));
    durable = link.seq;
  }

  const flushShared = sharing(async () => {
    if (parts.isAlone()) return flushNow();
    write();
    if (durable === link.seq) return;
    refuseUnlessOpen();
    const { seq } = link;
    try {
      await disk.datasyncLater(file);
    } catch (error) {
      failure = error;
      throw error;
    }
    durable = Math.max(durable, seq);
  });

  function append(body: RunEventBody): RunEvent {
    refuseUnlessOpen();
    if (last !== undefined && (isReleased || TERMINAL.includes(last))) {
      throw new Bug(`event ${body.type} follows ${last} in run ${run}`);
    }
    if (reserve.spent && !LAST_WORDS.includes(body.type)) {
      throw new UserError('disk', 'the disk is full', { where, hint: 'Make room and resume the run.' });
    }
    const members = checkRunEvent(body, blobs, redact);
    const { line, event, link: next } = composeRunEvent(run, body, members, { after: link, epoch, clock });
    buffered.push(line);
    link = next;
    last = body.type;
    return event;
  }

  async function flush(): Promise<void> {
    if (durable !== link.seq) await flushShared();
  }

  async function closeOnce(): Promise<void> {
    let left: { type: RunEventType; link: Link } | undefined;
    try {
      if (failure !== undefined) return; // whoever flushed was told
      await flush();
      if (last !== undefined && LAST_WORDS.includes(last)) left = { type: last, link };
    } finally {
      isClosed = true;
      try {
        disk.close(file);
      } finally {
        await parts.closed(left);
      }
    }
  }

  return {
    run,
    epoch,
    get head() {
      return { seq: link.seq, hash: link.hash };
    },
    append,
    write,
    flush,
    flushNow,
    close() {
      closing ??= closeOnce();
      return closing;
    },
  };
}

/** The log of a run that has ended: it takes nothing. */
export function endedRunLog(run: string, { seq, epoch, hash }: Link): RunLog {
  return {
    run,
    epoch,
    head: { seq, hash },
    append(body) {
      throw new Bug(`event ${body.type} follows the end of run ${run}`);
    },
    write: () => undefined,
    flush: async () => undefined,
    close: async () => undefined,
  };
}
