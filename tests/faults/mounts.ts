import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Disks of their own, which only root can mount. What is mounted in a test is gone after it. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount();

/** Disks with a journal as well. */
export const canMountExt4 = canMount && spawnSync('mkfs.ext4', ['-V']).status === 0;

function tryMount(): boolean {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]).status === 0;
  if (mounted) spawnSync('umount', [dir]);
  fs.rmdirSync(dir);
  return mounted;
}

/** @param options as `mount` takes them: `-t tmpfs -o size=1m tmpfs`. @returns the folder it is mounted at. */
export function mounted(options: readonly string[]): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-mount-'));
  onTestFinished(() => unmount(dir));
  execFileSync('mount', [...options, dir], { stdio: ['ignore', 'ignore', 'pipe'] });
  return dir;
}

/** Whatever still has it open loses it. */
export function unmount(dir: string): void {
  spawnSync('umount', ['--lazy', dir]);
  if (fs.existsSync(dir)) fs.rmdirSync(dir);
}
