import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  countingDisk,
  type Disk,
  isDiskFull,
  nodeDisk,
  type OpenFile,
  replaceFile,
  writeAll,
} from '../../src/os/disk.ts';
import { UserError } from '../../src/os/errors.ts';

function freshDir(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-disk-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function open(disk: Disk, file: string, how: 'append' | 'new' = 'append'): OpenFile {
  const opened = disk.open(file, how);
  if (opened === undefined) throw new Error(`${file} is there`);
  onTestFinished(() => disk.close(opened));
  return opened;
}

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Takes at most `most` bytes at a time, as an operating system may. */
function shortWriting(most: number): Disk {
  return { ...nodeDisk, write: (file, bytes) => nodeDisk.write(file, bytes.subarray(0, most)) };
}

describe('writeAll', () => {
  it('writes every byte in order however few the disk takes at a time', () => {
    const dir = freshDir();
    let n = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (bytes, most) => {
        const file = path.join(dir, String(n++));
        writeAll(shortWriting(most), open(nodeDisk, file), bytes);
        expect(new Uint8Array(fs.readFileSync(file))).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it('goes on where it stopped when room could be made, and gives up when not', () => {
    const file = open(nodeDisk, path.join(freshDir(), 'log'));
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    let room = 4;
    const disk: Disk = {
      ...nodeDisk,
      write(to, bytes) {
        if (room === 0) throw full;
        const taken = nodeDisk.write(to, bytes.subarray(0, room));
        room -= taken;
        return taken;
      },
    };
    const makeRoom = () => {
      room = 3;
      return true;
    };
    writeAll(disk, file, Buffer.from('abcdefg'), makeRoom);
    expect(fs.readFileSync(file.path, 'utf8')).toBe('abcdefg');
    expect(thrown(() => writeAll(disk, file, Buffer.from('h'), () => false))).toBe(full);
  });
});

describe('replaceFile', () => {
  it('leaves the file as it was when writing fails', () => {
    const dir = freshDir();
    const file = path.join(dir, 'a');
    replaceFile(nodeDisk, file, Buffer.from('before'), path.join(dir, 'temp'));
    const failing: Disk = {
      ...nodeDisk,
      datasync() {
        throw new UserError('disk', 'it failed');
      },
    };
    expect(() => replaceFile(failing, file, Buffer.from('after'), path.join(dir, 'temp'))).toThrow('it failed');
    expect(fs.readFileSync(file, 'utf8')).toBe('before');
    replaceFile(nodeDisk, file, Buffer.from('after'), path.join(dir, 'temp'));
    expect(fs.readFileSync(file, 'utf8')).toBe('after');
    expect(fs.readdirSync(dir)).toEqual(['a']);
  });
});

describe('nodeDisk', () => {
  it('answers that something is absent or there already, without an error', () => {
    const dir = freshDir();
    const none = path.join(dir, 'none');
    expect(nodeDisk.read(none)).toBeUndefined();
    expect(nodeDisk.stat(none)).toBeUndefined();
    expect(nodeDisk.list(none)).toEqual([]);
    expect(() => nodeDisk.remove(none)).not.toThrow();
    expect(nodeDisk.makeDir(path.join(dir, 'sub'))).toBe(true);
    expect(nodeDisk.makeDir(path.join(dir, 'sub'))).toBe(false);
    open(nodeDisk, path.join(dir, 'new'), 'new');
    expect(nodeDisk.open(path.join(dir, 'new'), 'new')).toBeUndefined();
  });

  it('makes a folder with a file in it, and refuses one that is there', async () => {
    const dir = path.join(freshDir(), 'sub');
    const file = await nodeDisk.openInFolderLater(dir, 'log');
    expect(file.path).toBe(path.join(dir, 'log'));
    writeAll(nodeDisk, file, Buffer.from('x'));
    nodeDisk.close(file);
    expect(nodeDisk.read(file.path)?.toString()).toBe('x');
    await expect(nodeDisk.openInFolderLater(dir, 'log')).rejects.toThrow('cannot create');
  });

  it('says with a UserError what it could not do and where', () => {
    const file = path.join(freshDir(), 'no', 'such', 'folder');
    const error = thrown(() => nodeDisk.open(file, 'append'));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'disk', exit: 7, where: { file } });
    expect(isDiskFull(error)).toBe(false);
  });

  it('reads from an offset to the end', () => {
    const file = path.join(freshDir(), 'a');
    fs.writeFileSync(file, 'abcdef');
    expect(nodeDisk.read(file, 2)?.toString()).toBe('cdef');
    expect(nodeDisk.read(file, 6)?.toString()).toBe('');
    expect(nodeDisk.read(file, 99)?.toString()).toBe('');
  });

  it('makes files that nobody else may read', () => {
    const file = open(nodeDisk, path.join(freshDir(), 'a'));
    expect(fs.statSync(file.path).mode & 0o077).toBe(0);
  });

  it('rejects an asynchronous sync of a closed file', async () => {
    const file = nodeDisk.open(path.join(freshDir(), 'a'), 'append');
    if (file === undefined) throw new Error('not opened');
    nodeDisk.close(file);
    await expect(nodeDisk.datasyncLater(file)).rejects.toMatchObject({ code: 'disk' });
  });
});

describe('countingDisk', () => {
  it('counts writes, bytes and syncs exactly, short writes included', async () => {
    const dir = freshDir();
    const disk = countingDisk(shortWriting(4));
    const file = open(disk, path.join(dir, 'log'));
    writeAll(disk, file, Buffer.from('0123456789'));
    disk.datasync(file);
    await disk.datasyncLater(file);
    disk.syncDir(dir);
    await disk.syncDirLater(dir);
    expect(disk.counts).toEqual({ writes: 3, bytes: 10, syncs: 4 });
    replaceFile(disk, path.join(dir, 'b'), Buffer.from('abc'), path.join(dir, 'temp'));
    expect(disk.counts).toEqual({ writes: 4, bytes: 13, syncs: 6 });
  });
});
