import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomIds } from '../ids.ts';
import type { SandboxLimits } from './port.ts';

/**
 * Bounds over all processes of a program together, by control groups of the kernel. Only whoever may write there has
 * them, which is root as a rule: exactly those whose processes the kernel does not count otherwise.
 *
 * What can be had is looked up once; where nothing can, or a group cannot be made, there is no such bound.
 */
export type ControlGroup = {
  /**
   * Puts a process into the group, unless it is there; what it starts from then on is in it as well. Takes some
   * milliseconds, in which the kernel only waits.
   */
  add(pid: number): Promise<void>;
  /** Removes the group, which is empty by then. */
  remove(): void;
};

type Place = { readonly folder: string; readonly files: (limits: SandboxLimits) => Readonly<Record<string, number>> };

const MOUNT = '/sys/fs/cgroup';

/** Process 1 inside counts as well. */
const pids = ({ processes }: SandboxLimits) => ({ 'pids.max': processes + 1 });

/** Version 2 has one tree, whose root may hold processes and groups alike. */
function unified(): readonly Place[] {
  const enabled = textOf(join(MOUNT, 'cgroup.subtree_control')).split(/\s+/);
  const memory = ({ memoryBytes }: SandboxLimits) => ({ 'memory.max': memoryBytes, 'memory.swap.max': 0 });
  const has = (controller: string): boolean => enabled.includes(controller);
  if (!has('pids')) return [];
  return [{ folder: MOUNT, files: (limits) => ({ ...pids(limits), ...(has('memory') ? memory(limits) : {}) }) }];
}

/** Version 1 has a tree for each controller; a new group stands below the one this process is in. */
function apart(): readonly Place[] {
  const lines = textOf('/proc/self/cgroup').split('\n');
  const folderOf = (controller: string): string | undefined => {
    const [, at] =
      lines.map((line) => /^\d+:([^:]*):(.*)$/.exec(line)?.slice(1) ?? []).find(([names]) => names === controller) ??
      [];
    return at === undefined ? undefined : join(MOUNT, controller, at);
  };
  const places: readonly (Omit<Place, 'folder'> & { readonly folder: string | undefined })[] = [
    { folder: folderOf('pids'), files: pids },
    { folder: folderOf('memory'), files: ({ memoryBytes }) => ({ 'memory.limit_in_bytes': memoryBytes }) },
  ];
  return places.flatMap(({ folder, files }) => (folder !== undefined && existsSync(folder) ? [{ folder, files }] : []));
}

let known: readonly Place[] | undefined;

function find(): readonly Place[] {
  const places = existsSync(join(MOUNT, 'cgroup.controllers')) ? unified() : apart();
  for (const { folder } of places) sweep(folder);
  return places;
}

/** Removes groups of a Reyn that was killed; one that is in use cannot be removed. */
function sweep(folder: string): void {
  for (const name of namesIn(folder)) {
    const [, pid] = /^reyn-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(join(folder, name), 0);
  }
}

/** @returns undefined when there is no place for one, or none that may be written */
export function makeControlGroup(limits: SandboxLimits): ControlGroup | undefined {
  known ??= find();
  const name = `reyn-${process.pid}-${randomIds.next()}`;
  const made: string[] = [];
  for (const place of known) {
    const group = join(place.folder, name);
    try {
      mkdirSync(group);
      made.push(group);
      for (const [file, value] of Object.entries(place.files(limits))) {
        if (existsSync(join(group, file))) writeFileSync(join(group, file), String(Math.ceil(value)));
      }
    } catch {
      known = known.filter((other) => other !== place); // it may not be written, and will not be the next time
    }
  }
  if (made.length === 0) return undefined;
  return {
    add: async (pid) => {
      const missing = made.filter((group) => !isIn(group, pid));
      await Promise.all(missing.map((group) => writeFile(join(group, 'cgroup.procs'), String(pid)).catch(ended)));
    },
    remove: () => {
      for (const group of made) remove(group);
    },
  };
}

/** Processes a process has started that have not ended. */
export function childrenOf(pid: number): readonly number[] {
  return textOf(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
}

/** Makes the kernel, when memory runs out, take this process and what it starts before any other. */
export function offerFirst(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // it has ended
  }
}

/** The kernel keeps a group for a moment after its last process. */
function remove(group: string, tries = 50): void {
  try {
    rmdirSync(group);
  } catch {
    if (tries > 0 && existsSync(group)) setTimeout(remove, 20, group, tries - 1).unref();
  }
}

const isIn = (group: string, pid: number): boolean =>
  textOf(join(group, 'cgroup.procs')).split('\n').includes(String(pid));

/** A process that has ended needs no bound. */
const ended = (): undefined => undefined;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
