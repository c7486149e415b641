import type { SandboxLimits } from './port.ts';

/**
 * The shell that stands before a program: it sets the limits the kernel holds, waits until it is let go, and becomes
 * the program. A shell is what every system has, and costs less than `prlimit` (measured: 0.4 ms against 0.7).
 *
 * Arguments travel by position and are never read as code. Limits that stand above what is already in force are left
 * as they are. The number of processes has the name `-u` in some shells and `-p` in others.
 *
 * The gate is a socket: the shell says that it is there and waits for a line; without one it ends. So no program
 * begins once whoever started it is gone.
 */
const LIMITS = `ulimit -c 0
ulimit -t "$1" 2>/dev/null
ulimit -v "$2" 2>/dev/null
ulimit -f "$3" 2>/dev/null
ulimit -n 1024 2>/dev/null
[ "$4" = - ] || ulimit -u "$4" 2>/dev/null || ulimit -p "$4" 2>/dev/null
shift 4
`;
const GATE = `echo >&3 2>/dev/null
read -r go <&3 || exit 125
`;
const BECOME = 'exec "$@" 3>&-';

/** Descriptor of the gate in the shell. */
export const GATE_FD = 3;

/**
 * Program and arguments that run `argv` under `limits`, behind the gate.
 *
 * @param processes how many there may be, where the kernel counts those of the sandbox alone
 */
export function behindShell(
  argv: readonly string[],
  limits: SandboxLimits,
  processes: number | undefined,
): readonly string[] {
  const figures = [
    Math.ceil(limits.cpuSeconds),
    Math.ceil(limits.memoryBytes / 1024),
    Math.ceil(limits.fileBytes / 512), // in blocks, as POSIX counts
    processes === undefined ? '-' : Math.ceil(processes),
  ];
  return ['/bin/sh', '-c', LIMITS + GATE + BECOME, 'sh', ...figures.map(String), ...argv];
}
