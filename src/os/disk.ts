import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from './errors.ts';

/**
 * The file system as a store of facts needs it: few calls, each doing one thing, so that another implementation can
 * drop, tear or reorder whatever was not synced. What is durable is only what `datasync` (content) and `syncDir`
 * (names) have confirmed.
 *
 * Every call throws UserError `disk` when the operating system refuses; that a file or folder is absent, or there
 * already, is an answer and not an error. After a failed `datasync` nothing is known of that file's unsynced bytes: the
 * caller must not use the descriptor again.
 */
export type Disk = {
  /**
   * Opens a file for appending; `new` refuses one that exists (`undefined`), `append` creates it when absent.
   * @param mode of a file that is made, less the umask; without it only the owner may read and write it.
   */
  open(path: string, how: 'append' | 'new', mode?: number): OpenFile | undefined;
  /** A new folder with one new file in it, open for appending, without holding up the caller. Neither may exist. */
  openInFolderLater(dir: string, name: string): Promise<OpenFile>;
  /** Appends and returns how many bytes were taken, which may be fewer than given. See {@link writeAll}. */
  write(file: OpenFile, bytes: Uint8Array): number;
  datasync(file: OpenFile): void;
  /** The same without holding up the caller; syncs of several files overlap. */
  datasyncLater(file: OpenFile): Promise<void>;
  /** Cuts the file to its first `size` bytes. */
  truncate(file: OpenFile, size: number): void;
  close(file: OpenFile): void;
  rename(from: string, to: string): void;
  /** Removes a file or an empty folder; an absent one is fine. */
  remove(path: string): void;
  /** Removes a file, or a folder with all that is in it, following no link; an absent one is fine. */
  removeTree(path: string): void;
  /** Whether the name itself is a symbolic link. */
  isLink(path: string): boolean;
  /** Makes one folder, with a mode as `open` has it. @returns whether it was absent. */
  makeDir(path: string, mode?: number): boolean;
  syncDir(path: string): void;
  syncDirLater(path: string): Promise<void>;
  /** Bytes from offset `from` to the end; `undefined` when there is no such file. */
  read(path: string, from?: number): Buffer | undefined;
  /** `undefined` when there is nothing of that name. `stamp` changes whenever the content does. */
  stat(path: string): { readonly bytes: number; readonly stamp: number } | undefined;
  /** Names in a folder, sorted; none when it is absent or no folder. */
  list(path: string): string[];
};

export type OpenFile = { readonly fd: number; readonly path: string };

/** Writes all of `bytes`. `onFull` may make room once and return true to have the rest tried again. */
export function writeAll(disk: Disk, file: OpenFile, bytes: Uint8Array, onFull?: () => boolean): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += disk.write(file, done === 0 ? bytes : bytes.subarray(done));
    } catch (error) {
      if (!isDiskFull(error) || onFull === undefined || !onFull()) throw error;
    }
  }
}

/**
 * Puts a whole file in place so that after a crash there is either what was there before or all of `bytes`: `temp` is
 * written and synced, renamed, and the folder synced.
 */
export function replaceFile(disk: Disk, path: string, bytes: Uint8Array, temp: string): void {
  disk.remove(temp);
  const file = disk.open(temp, 'new');
  if (file === undefined) throw new UserError('disk', `cannot create ${temp}: it is there again`);
  try {
    writeAll(disk, file, bytes);
    disk.datasync(file);
  } finally {
    disk.close(file);
  }
  disk.rename(temp, path);
  disk.syncDir(dirname(path));
}

/** Whether a disk error says that there is no room. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof UserError ? codeOf(error.cause) : codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function refusal(verb: string, path: string, error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  return new UserError('disk', `cannot ${verb} ${path}: ${message}`, { where: { file: path }, cause: error });
}

/** Runs `act`; errors whose code is in `answers` become `undefined`. */
function attempt<T>(verb: string, path: string, answers: readonly string[], act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (answers.includes(codeOf(error) ?? '')) return undefined;
    throw refusal(verb, path, error);
  }
}

function must<T>(verb: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw refusal(verb, path, error);
  }
}

function later(verb: string, path: string, act: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    act((error) => (error === null ? resolve() : reject(refusal(verb, path, error))));
  });
}

/**
 * The real one. Files are readable by their owner only, where nothing else is said: logs hold what people and programs
 * said.
 */
export const nodeDisk: Disk = {
  open(path, how, mode = 0o600) {
    const flags = how === 'new' ? 'ax' : 'a';
    const fd = attempt('open', path, how === 'new' ? ['EEXIST'] : [], () => fs.openSync(path, flags, mode));
    return fd === undefined ? undefined : { fd, path };
  },
  async openInFolderLater(dir, name) {
    const path = join(dir, name);
    await later('create', dir, (done) => fs.mkdir(dir, 0o700, done));
    const fd = await new Promise<number>((resolve, reject) => {
      fs.open(path, 'ax', 0o600, (error, opened) =>
        error === null ? resolve(opened) : reject(refusal('open', path, error)),
      );
    });
    return { fd, path };
  },
  write: (file, bytes) => must('write', file.path, () => fs.writeSync(file.fd, bytes)),
  datasync: (file) => must('sync', file.path, () => fs.fdatasyncSync(file.fd)),
  datasyncLater: (file) => later('sync', file.path, (done) => fs.fdatasync(file.fd, done)),
  truncate: (file, size) => must('cut', file.path, () => fs.ftruncateSync(file.fd, size)),
  close: (file) => must('close', file.path, () => fs.closeSync(file.fd)),
  rename: (from, to) => must('rename', from, () => fs.renameSync(from, to)),
  remove(path) {
    attempt('remove', path, ['ENOENT'], () => {
      const entry = fs.lstatSync(path);
      if (entry.isDirectory()) fs.rmdirSync(path);
      else fs.unlinkSync(path);
    });
  },
  removeTree: (path) => must('remove', path, () => removeTree(path)),
  isLink: (path) => must('read', path, () => fs.lstatSync(path, { throwIfNoEntry: false }))?.isSymbolicLink() === true,
  makeDir(path, mode = 0o700) {
    const made = attempt('create', path, ['EEXIST'], () => {
      fs.mkdirSync(path, mode);
      return true;
    });
    return made ?? false;
  },
  syncDir(path) {
    must('sync', path, () => {
      const fd = fs.openSync(path, 'r');
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    });
  },
  async syncDirLater(path) {
    const fd = must('sync', path, () => fs.openSync(path, 'r'));
    try {
      await later('sync', path, (done) => fs.fsync(fd, done));
    } finally {
      fs.closeSync(fd);
    }
  },
  read(path, from = 0) {
    return attempt('read', path, ['ENOENT', 'ENOTDIR'], () =>
      from === 0 ? fs.readFileSync(path) : readEnd(path, from),
    );
  },
  stat(path) {
    const found = must('read', path, () => fs.statSync(path, { throwIfNoEntry: false }));
    return found === undefined ? undefined : { bytes: found.size, stamp: found.ctimeMs };
  },
  list: (path) => attempt('list', path, ['ENOENT', 'ENOTDIR'], () => fs.readdirSync(path).sort()) ?? [],
};

function readEnd(path: string, from: number): Buffer {
  const fd = fs.openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fs.fstatSync(fd).size - from));
    let done = 0;
    while (done < bytes.length) {
      const got = fs.readSync(fd, bytes, done, bytes.length - done, from + done);
      if (got === 0) break;
      done += got;
    }
    return bytes.subarray(0, done);
  } finally {
    fs.closeSync(fd);
  }
}

/** What passed through a counting disk. `syncs` counts files and folders alike. */
export type DiskCounts = { writes: number; bytes: number; syncs: number };

/** A disk that counts exactly. The counts are live; set them to 0 to begin again. */
export function countingDisk(disk: Disk): Disk & { readonly counts: DiskCounts } {
  const counts: DiskCounts = { writes: 0, bytes: 0, syncs: 0 };
  const counted =
    <A extends readonly unknown[], R>(act: (...rest: A) => R) =>
    (...rest: A): R => {
      counts.syncs++;
      return act(...rest);
    };
  return {
    ...disk,
    counts,
    write(file, bytes) {
      const taken = disk.write(file, bytes);
      counts.writes++;
      counts.bytes += taken;
      return taken;
    },
    datasync: counted(disk.datasync),
    datasyncLater: counted(disk.datasyncLater),
    syncDir: counted(disk.syncDir),
    syncDirLater: counted(disk.syncDirLater),
  };
}

/** Removes a file, or a folder with all that is in it, also where a program took away its own leave to look into it. */
export function removeTree(path: string): void {
  try {
    fs.rmSync(path, { recursive: true, force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    openFolders(path);
    fs.rmSync(path, { recursive: true, force: true });
  }
}

function openFolders(path: string): void {
  if (fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  fs.chmodSync(path, 0o700);
  for (const name of fs.readdirSync(path)) openFolders(join(path, name));
}
