import { bubblewrap } from './bubblewrap.ts';
import { plain } from './plain.ts';
import type { NoSandbox, Sandbox } from './port.ts';
import { type Operator, systemProgram } from './programs.ts';
import { seatbelt } from './seatbelt.ts';
import { hasFilter } from './seccomp/filter.ts';

export type SandboxOptions = {
  /** `none`: the user's own config says that nothing isolates. Never taken from the project. */
  readonly setting: 'auto' | 'none';
  /** Root of the project, absolute: nothing below it counts as a program of the operator. */
  readonly root: string;
  /** The environment Reyn was started with, for PATH and HOME. Default: that of this process. */
  readonly env?: Operator['env'];
  /** In the words of `process.platform`. Default: the one this is. */
  readonly platform?: string;
};

/**
 * The sandbox of this machine: bubblewrap on Linux, seatbelt on macOS. Nothing is started: a sandbox that is there and
 * does not work shows when it runs something, or in `probeSandbox`.
 *
 * @returns why there is none and what to do, rather than something weaker that nobody asked for
 */
export function openSandbox({
  setting,
  root,
  env = process.env,
  platform = process.platform,
}: SandboxOptions): Sandbox | NoSandbox {
  const operator = { env, root };
  if (setting === 'none') return plain(operator);
  if (platform === 'linux') return onLinux(operator);
  if (platform === 'darwin') return onMac(operator);
  return none(`There is no sandbox for ${platform}.`, 'Run Reyn on Linux or macOS, for instance in WSL 2.');
}

function onLinux(operator: Operator): Sandbox | NoSandbox {
  const { arch } = process;
  if (!hasFilter(arch)) return none(`There is no filter of system calls for ${arch}.`, 'Run Reyn on x86-64 or ARM64.');
  const file = systemProgram('bwrap');
  if (file !== undefined) return bubblewrap({ file, architecture: arch, operator });
  const how = '`apt install bubblewrap`, `dnf install bubblewrap` or `apk add bubblewrap`';
  return none('bubblewrap is not installed in a folder of the system.', `Install it: ${how}.`);
}

function onMac(operator: Operator): Sandbox | NoSandbox {
  const file = systemProgram('sandbox-exec');
  if (file !== undefined) return seatbelt({ file, operator });
  return none('/usr/bin/sandbox-exec is missing.', 'It is part of macOS; repair the installation of the system.');
}

function none(reason: string, hint: string): NoSandbox {
  return { backend: undefined, reason, hint };
}
