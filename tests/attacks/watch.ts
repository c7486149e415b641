import fs from 'node:fs';
import path from 'node:path';

/** What was seen while a row was played. */
export type Watched = {
  /** Wall clock of the play. */
  readonly ms: number;
  /** Longest time the event loop was held up by work of this thread, in milliseconds. */
  readonly blockedMs: number;
  /** Bytes by which this process grew at most. */
  readonly grew: number;
};

const EVERY = 10;

/** Plays, and watches the clock, the event loop and the memory meanwhile. */
export async function watching<T>(play: () => Promise<T>): Promise<{ readonly value: T; readonly watched: Watched }> {
  const began = performance.now();
  const size = process.memoryUsage.rss();
  const busy = () => Number(process.threadCpuUsage().user + process.threadCpuUsage().system) / 1000;
  let [lastAt, lastBusy, blockedMs, most] = [began, busy(), 0, size];
  const look = () => {
    const [now, work] = [performance.now(), busy()];
    // on a machine with others on it the clock alone would tell of them
    blockedMs = Math.max(blockedMs, Math.min(now - lastAt, work - lastBusy) - EVERY);
    most = Math.max(most, process.memoryUsage.rss());
    [lastAt, lastBusy] = [now, work];
  };
  const timer = setInterval(look, EVERY);
  try {
    const value = await play();
    look();
    return { value, watched: { ms: performance.now() - began, blockedMs, grew: most - size } };
  } finally {
    clearInterval(timer);
  }
}

/** Everything below a folder by path: kind, mode, time of change and bytes. Links are not followed. */
export type Snapshot = ReadonlyMap<string, string>;

export function snapshotOf(folder: string, skip: readonly string[] = []): Snapshot {
  const seen = new Map<string, string>();
  const walk = (at: Buffer): void => {
    const stat = fs.lstatSync(at);
    const below = path.relative(folder, at.toString('latin1'));
    if (skip.includes(below)) return;
    const what = stat.isFile() ? fs.readFileSync(at).toString('base64') : '';
    const kind = stat.isSymbolicLink() ? `link ${fs.readlinkSync(at)}` : stat.isDirectory() ? 'folder' : 'file';
    seen.set(below, `${kind} ${stat.mode.toString(8)} ${stat.mtimeMs} ${what}`);
    if (!stat.isDirectory()) return;
    for (const name of fs.readdirSync(at, 'buffer')) walk(Buffer.concat([at, Buffer.from('/'), name]));
  };
  walk(Buffer.from(folder));
  return seen;
}

/** Paths that are not as they were. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((each) => before.get(each) !== after.get(each));
}

/** The file below a folder that holds a text, in whatever form the store keeps it. */
export function fileWith(folder: string, text: string): string | undefined {
  if (!fs.existsSync(folder)) return undefined;
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const forms = [Buffer.from(text), Buffer.from(text).toString('base64').slice(0, -4)];
  return files
    .map((entry) => path.join(entry.parentPath, entry.name))
    .find((file) => forms.some((form) => fs.readFileSync(file).includes(form)));
}

/** Command lines of living processes that hold a text. */
export function processesWith(text: string): readonly string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(text) ? [`${pid} ${line}`] : [];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}
