import path from 'node:path';
import type { Disk } from '../../../src/os/disk.ts';
import type { Locks } from '../../../src/os/events/locks.ts';

type File = { bytes: Buffer; durable: Buffer; stamp: number };
type Dir = { entries: Map<string, Node>; durable: Map<string, Node> };
type Node = File | Dir;

/** A disk in memory that knows what is durable, so that the power can be cut. */
export type MemoryDisk = Disk & {
  /** What was not synced is lost; of bytes appended since a file's last sync, `share` (0 to 1) survive. */
  cutPower(share: number): void;
};

const isDir = (node: Node | undefined): node is Dir => node !== undefined && 'entries' in node;
const emptyDir = (): Dir => ({ entries: new Map(), durable: new Map() });

/** @param root a folder that is there from the start. */
export function memoryDisk(root: string): MemoryDisk {
  let top = emptyDir();
  let clock = 0;
  let fds = 0;
  const open = new Map<number, File>();

  const parts = (file: string) => file.split(path.sep).filter((part) => part !== '');
  function find(file: string): Node | undefined {
    let node: Node | undefined = top;
    for (const part of parts(file)) node = isDir(node) ? node.entries.get(part) : undefined;
    return node;
  }
  function dirOf(file: string): Dir {
    const dir = find(path.dirname(file));
    if (!isDir(dir)) throw new Error(`no folder for ${file}`);
    return dir;
  }
  function fileOf({ fd }: { fd: number }): File {
    const file = open.get(fd);
    if (file === undefined) throw new Error('bad descriptor');
    return file;
  }
  const name = (file: string) => path.basename(file);

  function survive(node: Node, share: number): Node {
    if (isDir(node)) {
      const entries = new Map([...node.durable].map(([key, child]) => [key, survive(child, share)]));
      return { entries, durable: new Map(entries) };
    }
    const { bytes, durable } = node;
    const isAppended = bytes.length > durable.length && bytes.subarray(0, durable.length).equals(durable);
    const kept = isAppended ? durable.length + Math.floor((bytes.length - durable.length) * share) : 0;
    const content = isAppended ? bytes.subarray(0, kept) : durable;
    return { bytes: content, durable: content, stamp: ++clock };
  }

  const disk: MemoryDisk = {
    open(file, how) {
      const dir = dirOf(file);
      let node = dir.entries.get(name(file));
      if (node !== undefined && how === 'new') return undefined;
      if (node === undefined) {
        node = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0), stamp: ++clock };
        dir.entries.set(name(file), node);
      }
      if (isDir(node)) throw new Error(`${file} is a folder`);
      open.set(++fds, node);
      return { fd: fds, path: file };
    },
    async openInFolderLater(dir, file) {
      const made = disk.makeDir(dir) ? disk.open(path.join(dir, file), 'new') : undefined;
      if (made === undefined) throw new Error(`${dir} is in use`);
      return made;
    },
    write(file, bytes) {
      const node = fileOf(file);
      node.bytes = Buffer.concat([node.bytes, bytes]);
      node.stamp = ++clock;
      return bytes.length;
    },
    datasync(file) {
      const node = fileOf(file);
      node.durable = node.bytes;
    },
    datasyncLater: async (file) => disk.datasync(file),
    truncate(file, size) {
      const node = fileOf(file);
      node.bytes = node.bytes.subarray(0, size);
      node.stamp = ++clock;
    },
    close: ({ fd }) => void open.delete(fd),
    rename(from, to) {
      const node = find(from);
      if (node === undefined) throw new Error(`no ${from}`);
      dirOf(from).entries.delete(name(from));
      dirOf(to).entries.set(name(to), node);
    },
    remove: (file) => void (find(file) !== undefined && dirOf(file).entries.delete(name(file))),
    removeTree: (file) => void (find(file) !== undefined && dirOf(file).entries.delete(name(file))),
    isLink: () => false,
    makeDir(dir) {
      if (find(dir) !== undefined) return false;
      dirOf(dir).entries.set(name(dir), emptyDir());
      return true;
    },
    syncDir(dir) {
      const node = find(dir);
      if (!isDir(node)) throw new Error(`no folder ${dir}`);
      node.durable = new Map(node.entries);
    },
    syncDirLater: async (dir) => disk.syncDir(dir),
    read(file, from = 0) {
      const node = find(file);
      return node === undefined || isDir(node) ? undefined : Buffer.from(node.bytes.subarray(from));
    },
    stat(file) {
      const node = find(file);
      if (node === undefined) return undefined;
      return isDir(node) ? { bytes: 0, stamp: 0 } : { bytes: node.bytes.length, stamp: node.stamp };
    },
    list(dir) {
      const node = find(dir);
      return isDir(node) ? [...node.entries.keys()].sort() : [];
    },
    cutPower(share) {
      top = survive(top, share) as Dir;
      open.clear();
    },
  };

  let made = '';
  for (const part of parts(root)) {
    const parent = made === '' ? path.sep : made;
    made = path.join(parent, part);
    disk.makeDir(made);
    disk.syncDir(parent);
  }
  return disk;
}

/** Locks among the stores of one process. */
export function memoryLocks(): Locks {
  const taken = new Set<string>();
  return {
    take(name) {
      if (taken.has(name)) return undefined;
      taken.add(name);
      return { release: () => void taken.delete(name) };
    },
    held: (name) => taken.has(name),
    names: () => [...taken].sort(),
    forget: () => undefined,
  };
}
