import { readdirSync, readFileSync } from 'node:fs';

const CLOSE_ON_EXEC = 0o2000000;

/**
 * Descriptors of this process that every child would inherit besides its own: whoever started Reyn left them open.
 * They would let a program reach past its mounts.
 *
 * @returns their numbers from 3 on, ascending; none where there is no `/proc`
 */
export function inheritable(): readonly number[] {
  known ??= find();
  return known;
}

/** They do not change: what Node opens itself is closed in children. */
let known: readonly number[] | undefined;

function find(): readonly number[] {
  const numbers = names('/proc/self/fdinfo').map(Number);
  return numbers.filter((fd) => fd > 2 && isInheritable(fd)).sort((a, b) => a - b);
}

function isInheritable(fd: number): boolean {
  try {
    const [, flags] = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? [];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // the descriptor the folder was read with
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
