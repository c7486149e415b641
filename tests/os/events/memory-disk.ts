import path from 'node:path';
import type { Disk } from '../../../src/os/disk.ts';
import type { Locks } from '../../../src/os/events/locks.ts';

type File = { bytes: Buffer; durable: Buffer; stamp: number };
type Dir = { entries: Map<string, Node>; durable: Map<string, Node>; changes: Change[] };
type Node = File | Dir;
/** A change of names that no sync has confirmed; a rename is one change of two folders, done wholly or not at all. */
type Change = { readonly steps: readonly Step[]; confirmed: boolean };
type Step = { readonly dir: Dir; readonly name: string; readonly node: Node | undefined };

/**
 * What a power cut does to each thing that was not synced, asked one by one and in no way bound to keep the order in
 * which things were done: a later change may survive where an earlier one is lost.
 */
export type Fate = {
  /** Whether a change of names (created, renamed, removed) survives. */
  readonly keepsName: () => boolean;
  /** Whether one block of a file survives; one that does not reads as zeros where nothing stood before. */
  readonly keepsBlock: () => boolean;
  /** Bytes of a block. Small ones tear lines where a real disk's would only tear long writes. */
  readonly block: number;
};

/** A disk in memory that knows what is durable, so that the power can be cut. */
export type MemoryDisk = Disk & {
  /**
   * With a number, names that were not synced are lost, and of bytes appended since a file's last sync that share (0 to
   * 1) survives. With a fate, each goes its own way.
   */
  cutPower(how: number | Fate): void;
  /** Every file by its path below `dir`. */
  files(dir: string): Map<string, Buffer>;
};

const isDir = (node: Node | undefined): node is Dir => node !== undefined && 'entries' in node;
const emptyDir = (): Dir => ({ entries: new Map(), durable: new Map(), changes: [] });

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

  /** Changes names, as yet unconfirmed. */
  function change(...steps: readonly Step[]): void {
    const made: Change = { steps, confirmed: false };
    for (const step of steps) {
      apply(step, step.dir.entries);
      step.dir.changes.push(made);
    }
  }

  function survive(node: Node, how: number | Fate): Node {
    if (isDir(node)) {
      for (const each of node.changes) if (typeof how !== 'number') each.confirmed ||= how.keepsName();
      const kept = new Map(node.durable);
      for (const { steps, confirmed } of node.changes) {
        if (confirmed) for (const step of steps) if (step.dir === node) apply(step, kept);
      }
      const entries = new Map([...kept].map(([key, child]) => [key, survive(child, how)]));
      return { entries, durable: new Map(entries), changes: [] };
    }
    const content = typeof how === 'number' ? shareOf(node, how) : blocksOf(node, how);
    return { bytes: content, durable: content, stamp: ++clock };
  }

  const disk: MemoryDisk = {
    open(file, how) {
      const dir = dirOf(file);
      let node = dir.entries.get(name(file));
      if (node !== undefined && how === 'new') return undefined;
      if (node === undefined) {
        node = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0), stamp: ++clock };
        change({ dir, name: name(file), node });
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
      change({ dir: dirOf(from), name: name(from), node: undefined }, { dir: dirOf(to), name: name(to), node });
    },
    remove(file) {
      if (find(file) !== undefined) change({ dir: dirOf(file), name: name(file), node: undefined });
    },
    removeTree(file) {
      if (find(file) !== undefined) change({ dir: dirOf(file), name: name(file), node: undefined });
    },
    isLink: () => false,
    makeDir(dir) {
      if (find(dir) !== undefined) return false;
      change({ dir: dirOf(dir), name: name(dir), node: emptyDir() });
      return true;
    },
    syncDir(dir) {
      const node = find(dir);
      if (!isDir(node)) throw new Error(`no folder ${dir}`);
      node.durable = new Map(node.entries);
      for (const each of node.changes) each.confirmed = true;
      node.changes = [];
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
    cutPower(how) {
      top = survive(top, how) as Dir;
      open.clear();
    },
    files(dir) {
      const node = find(dir);
      if (!isDir(node)) return new Map();
      return new Map(
        [...node.entries].flatMap(([key, child]): [string, Buffer][] => {
          if (!isDir(child)) return [[key, child.bytes]];
          return [...disk.files(path.join(dir, key))].map(([below, bytes]) => [`${key}/${below}`, bytes]);
        }),
      );
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

function apply({ name, node }: Step, names: Map<string, Node>): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

function shareOf({ bytes, durable }: File, share: number): Buffer {
  const isAppended = bytes.length > durable.length && bytes.subarray(0, durable.length).equals(durable);
  const kept = isAppended ? durable.length + Math.floor((bytes.length - durable.length) * share) : 0;
  return isAppended ? bytes.subarray(0, kept) : durable;
}

/** Blocks written since the last sync, each there or not; the length may have grown over blocks that are not. */
function blocksOf({ bytes, durable }: File, { keepsBlock, block }: Fate): Buffer {
  let same = 0;
  while (same < Math.min(bytes.length, durable.length) && bytes[same] === durable[same]) same++;
  const kept = same < durable.length && keepsBlock() ? same : durable.length;
  const content = Buffer.alloc(Math.max(bytes.length, kept));
  durable.copy(content, 0, 0, kept);
  let length = kept;
  for (let at = same; at < bytes.length; at = (Math.floor(at / block) + 1) * block) {
    if (!keepsBlock()) continue;
    const end = Math.min(bytes.length, (Math.floor(at / block) + 1) * block);
    bytes.copy(content, at, at, end);
    length = Math.max(length, end);
  }
  return content.subarray(0, length < bytes.length && keepsBlock() ? bytes.length : length);
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
