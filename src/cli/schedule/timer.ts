import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '../../os/errors.ts';
import { sha256 } from '../../os/json.ts';
import { packageRoot } from '../../os/package.ts';
import type { Io } from '../io.ts';

/** What runs every night. */
export type Entry = {
  /** Project, absolute. */
  readonly root: string;
  /** Hour and minute, local time. */
  readonly hour: number;
  readonly minute: number;
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** File that what it says is appended to, absolute. */
  readonly log: string;
};

/** A program that starts others at given times. */
export type Timer = {
  readonly name: 'crontab' | 'systemd';
  /** Whether it is on this machine. */
  there(): boolean;
  /** What is there by `reyn schedule`, of any project. */
  list(): readonly Scheduled[];
  /** What would stand there; shown before anything is written. */
  preview(entry: Entry): string;
  /** Puts the entry in place of the one of the same project. @returns whether anything changed. */
  install(entry: Entry): boolean;
  /** @returns whether there was one. */
  remove(root: string): boolean;
};

export type Scheduled = { readonly root: string; readonly at: string; readonly command: string };

/** The program as a timer starts it: by absolute paths, since it has no PATH to speak of. */
export function commandOf(argv: readonly string[]): readonly string[] {
  return [process.execPath, join(packageRoot(), 'bin', 'reyn.js'), ...argv];
}

export function clockTime({ hour, minute }: Pick<Entry, 'hour' | 'minute'>): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** A short name for a project that is the same every time. */
export function nameOf(root: string): string {
  return sha256(root).slice(0, 12);
}

/** @throws UserError `usage` for text that would be more than one line. */
export function oneLineOnly(text: string): string {
  if (!/[\n\r\0]/.test(text)) return text;
  throw new UserError('usage', 'A path or an argument with a line break cannot be scheduled.', {
    hint: 'Move the project, or leave that argument out.',
  });
}

/** @throws UserError `usage` for text whose backslashes the timer would take for something else. */
export function noBackslash(text: string, where: RegExp): string {
  if (!where.test(text)) return text;
  throw new UserError('usage', `"${text}" has a backslash where the timer would read on, or stop.`, {
    hint: 'Move the project, or leave that argument out.',
  });
}

/** Whether a program can be found. */
export function isOnPath(io: Pick<Io, 'env'>, program: string): boolean {
  return (io.env.PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}

export type Told = { readonly out: string; readonly err: string; readonly exit: number | null };

/** Runs a program to its end. @throws UserError `disk` when it cannot be started. */
export function ask(io: Pick<Io, 'env'>, program: string, args: readonly string[], input = ''): Told {
  const { stdout, stderr, status, error } = spawnSync(program, args, { input, encoding: 'utf8', env: { ...io.env } });
  if (error !== undefined) {
    throw new UserError('disk', `${program} cannot be run: ${error.message}`, { cause: error });
  }
  return { out: stdout, err: stderr, exit: status };
}

export function failed(program: string, { err, exit }: Told): UserError {
  return new UserError('disk', `${program} failed (${exit ?? 'killed'}): ${err.trim() || 'it does not say why'}`, {
    hint: `Try ${program} by hand.`,
  });
}
