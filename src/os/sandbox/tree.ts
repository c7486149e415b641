import { readdirSync, readFileSync } from 'node:fs';

/**
 * Ending all that came of a child where no process namespace holds it: its session, and on Linux whatever else bears
 * its mark in the environment it was started with. A program that clears its environment and leaves the session gets
 * away; that is what a namespace is for.
 */
export const MARK = 'REYN_EXEC';

/** Kills the session led by `leader`, and every process that bears `mark`. May be called again. */
export function killTree(leader: number | undefined, mark: string): void {
  if (leader !== undefined) kill(-leader);
  // those that were being started while the list was read are in the next one
  for (let round = 0; round < ROUNDS; round++) {
    const found = marked(mark);
    if (found.length === 0) return;
    found.forEach(kill);
  }
}

const ROUNDS = 20;

/** Whether anything that bears the mark still runs. */
export function isTreeGone(leader: number | undefined, mark: string): boolean {
  if (leader !== undefined && exists(-leader)) return false;
  return marked(mark).length === 0;
}

function marked(mark: string): readonly number[] {
  const line = `${MARK}=${mark}\0`;
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(line))
    .map(Number);
}

/** Empty for processes of others, for those that have ended, and where there is no `/proc`. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
