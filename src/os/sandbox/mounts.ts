import { lstatSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { OpError } from '../op-error.ts';
import type { Hide, Mount } from './port.ts';

/** How the mounts of a request become arguments of bubblewrap. */
export type MountPlan = {
  readonly args: readonly string[];
  /** How many descriptors of empty files the arguments name, counted from the number given. */
  readonly emptyFiles: number;
  /** Paths of the machine bubblewrap makes to have something to mount on; deepest first. */
  readonly made: readonly string[];
};

/**
 * @param firstFd number of the first descriptor that stands for an empty file
 * @param scratchBytes how much one folder in memory may hold
 * @throws OpError `sandbox` for a link that is to be hidden: a mount covers what it leads to, and the link can be
 *   replaced
 */
export function planMounts(mounts: readonly Mount[], firstFd: number, scratchBytes: number): MountPlan {
  const args: string[] = [];
  const made: string[] = [];
  let emptyFiles = 0;
  mounts.forEach((mount, i) => {
    const { at } = mount;
    if ('from' in mount) args.push(mount.kind === 'read' ? '--ro-bind' : '--bind', mount.from, at);
    else if (mount.kind === 'scratch') args.push('--size', String(scratchBytes), '--tmpfs', at);
    else {
      const hidden = toHide(mount, mounts.slice(0, i));
      if (hidden === undefined) return;
      made.unshift(...hidden.made);
      if (hidden.kind === 'folder') args.push('--size', '4096', '--tmpfs', at, '--remount-ro', at);
      else {
        args.push('--ro-bind-data', String(firstFd + emptyFiles), at);
        emptyFiles += 1;
      }
    }
  });
  return { args, emptyFiles, made };
}

type Hidden = { readonly kind: 'folder' | 'file'; readonly made: readonly string[] };

/** What no mount shows is a folder of the system, or not there. */
const SYSTEM = { kind: 'read', from: '/', at: '/' } as const;

/** What has to be covered at a place, by what is there; undefined when there is nothing to see anyway. */
function toHide(mount: Hide, below: readonly Mount[]): Hidden | undefined {
  const asked = { kind: mount.kind === 'hide-folder' ? 'folder' : 'file', made: [] } as const;
  const cover = coverOf(mount.at, below) ?? SYSTEM;
  if (cover.kind === 'scratch') return asked;
  if (!('from' in cover)) return undefined; // hidden already
  const host = hostPath(mount.at, cover);
  const there = lstatSync(host, { throwIfNoEntry: false });
  if (there?.isSymbolicLink()) {
    throw new OpError(
      'sandbox',
      `${mount.at} is a link, and a link cannot be hidden. Hide what it leads to, or leave it out.`,
    );
  }
  if (there !== undefined) return { kind: there.isDirectory() ? 'folder' : 'file', made: [] };
  if (cover.kind === 'read') return undefined;
  return { kind: asked.kind, made: absent(host) };
}

/** The last mount a path lies in. */
function coverOf(at: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts.findLast((mount) => at === mount.at || at.startsWith(`${mount.at}/`));
}

function hostPath(at: string, mount: { readonly from: string; readonly at: string }): string {
  return join(mount.from, relative(mount.at, at));
}

/** The path and those above it that are not there, deepest first. */
function absent(path: string): readonly string[] {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? [path, ...absent(dirname(path))] : [];
}

/** Where on the machine a path of the program is; undefined when no mount shows it. */
export function onHost(at: string, mounts: readonly Mount[]): string | undefined {
  const cover = coverOf(at, mounts);
  return cover !== undefined && 'from' in cover ? hostPath(at, cover) : undefined;
}

/** Removes what was made to mount on, as long as it is still empty. */
export function removeMade(made: readonly string[]): void {
  for (const path of made) {
    try {
      const there = lstatSync(path);
      if (there.isDirectory()) rmdirSync(path);
      else if (there.isFile() && there.size === 0) unlinkSync(path);
    } catch {
      // it is gone, or something is in it that is not ours
    }
  }
}
