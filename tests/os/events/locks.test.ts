import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqliteLocks, withLock, withLockNow } from '../../../src/os/events/locks.ts';
import { startActor } from './scene.ts';

function freshDir(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-locks-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe('a lock', () => {
  it('is had by one at a time, and by the next when it is released', () => {
    const locks = sqliteLocks(freshDir());
    const held = locks.take('a');
    expect(held).toBeDefined();
    expect(locks.take('a')).toBeUndefined();
    expect(locks.take('b')).toBeDefined();
    held?.release();
    expect(locks.take('a')).toBeDefined();
  });

  it('is seen by who asks, and asking changes nothing', () => {
    const dir = freshDir();
    const locks = sqliteLocks(dir);
    expect(locks.held('a')).toBe(false);
    expect(locks.names()).toEqual([]);
    const held = locks.take('a');
    expect(locks.held('a')).toBe(true);
    expect(sqliteLocks(dir).held('a')).toBe(true);
    expect(locks.take('a')).toBeUndefined();
    held?.release();
    expect(locks.held('a')).toBe(false);
  });

  it('is one empty file', () => {
    const dir = freshDir();
    const locks = sqliteLocks(dir);
    const held = locks.take('a');
    expect(fs.readdirSync(dir)).toEqual(['a']);
    expect(fs.statSync(path.join(dir, 'a')).size).toBe(0);
    held?.release();
    expect(fs.readdirSync(dir)).toEqual(['a']);
    locks.forget('a');
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it('of another process is released when that process is killed', async () => {
    const dir = freshDir();
    const locks = sqliteLocks(dir);
    const actor = startActor(['hold', dir, 'a']);
    expect(await actor.line()).toBe('held');
    expect(locks.held('a')).toBe(true);
    expect(locks.take('a')).toBeUndefined();
    await actor.kill();
    expect((await actor.ended).err).toBe('');
    expect(locks.held('a')).toBe(false);
    const held = locks.take('a');
    expect(held).toBeDefined();
    const other = startActor(['hold', dir, 'a']);
    expect(await other.line()).toBe('busy');
  });

  it('is waited for without holding up the process', async () => {
    const locks = sqliteLocks(freshDir());
    const held = locks.take('a');
    const order: string[] = [];
    const waiting = withLock(locks, 'a', () => order.push('had'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push('released');
    held?.release();
    await waiting;
    expect(order).toEqual(['released', 'had']);
    expect(locks.held('a')).toBe(false);
  });

  it('is waited for no longer than patience allows', async () => {
    const locks = sqliteLocks(freshDir());
    const held = locks.take('a');
    await expect(withLock(locks, 'a', () => 1, 20)).rejects.toMatchObject({ code: 'busy', exit: 7 });
    expect(() => withLockNow(locks, 'a', () => 1, 20)).toThrow('held by others');
    held?.release();
    expect(withLockNow(locks, 'a', () => 1, 20)).toBe(1);
  });

  it('is released when what was done under it fails', async () => {
    const locks = sqliteLocks(freshDir());
    const failing = withLock(locks, 'a', () => {
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(locks.held('a')).toBe(false);
  });
});
