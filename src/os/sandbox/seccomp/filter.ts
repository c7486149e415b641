import {
  ALLOW,
  ARCHITECTURE_OFFSET,
  answer,
  assemble,
  fail,
  type Instruction,
  ifAnyBit,
  ifAtLeast,
  ifEqual,
  KILL,
  load,
  loadArgument,
  NUMBER_OFFSET,
} from './bpf.ts';
import { ABSENT, LOOKED_AT, type Numbers, REFUSED } from './calls.ts';

/**
 * The system calls a program in the sandbox cannot make, as a seccomp program.
 *
 * S1. A call under another architecture, or of x32, kills the process: its numbers mean something else.
 * S2. What is refused fails with EPERM; calls that cannot be looked into fail with ENOSYS.
 * S3. No new namespace, by whatever call.
 * S4. Sockets are IP only, and the network namespace has no way out. A socket file is refused as well: a read-only
 *     mount does not keep a program from talking to whoever listens on one. Pairs of sockets between one's own
 *     processes remain.
 * S5. No file gets a set-user-id or set-group-id bit: it would bear the operator's id outside the sandbox.
 */
export type Architecture = 'x64' | 'arm64';

const AUDIT: Readonly<Record<Architecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };
const X32_BIT = 0x40000000;

const EPERM = 1;
const ENOSYS = 38;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (linux/sched.h). */
const NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** Putting characters into a terminal's input. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** Linux, with and without 64-bit times; 0xffffffff asks which. */
const PERSONALITIES = [0, 0x8, 0x20000, 0x20008, 0xffffffff];
const SET_ID_BITS = 0o6000;
const O_CREAT_OR_TMPFILE = 0o100 | 0o20000000;

/** Whether there is a filter for a processor, in the names of `process.arch`. */
export const hasFilter = (arch: string): arch is Architecture => arch === 'x64' || arch === 'arm64';

/** The filter for one architecture, as `bwrap --seccomp` reads it. */
export function seccompFilter(architecture: Architecture): Uint8Array {
  return assemble(filterProgram(architecture));
}

/** The same as instructions. */
export function filterProgram(architecture: Architecture): readonly Instruction[] {
  const on = (numbers: Numbers, body: readonly Instruction[]): readonly Instruction[] => {
    const number = architecture === 'x64' ? numbers[0] : numbers[1];
    return number === undefined ? [] : [ifEqual(number, 0, body.length), ...body];
  };
  return [
    load(ARCHITECTURE_OFFSET),
    ifEqual(AUDIT[architecture], 1, 0),
    answer(KILL),
    load(NUMBER_OFFSET),
    ...(architecture === 'x64' ? [ifAtLeast(X32_BIT, 0, 1), answer(KILL)] : []),
    ...Object.values(REFUSED).flatMap((numbers) => on(numbers, [answer(fail(EPERM))])),
    ...Object.values(ABSENT).flatMap((numbers) => on(numbers, [answer(fail(ENOSYS))])),
    ...on(LOOKED_AT.clone, unlessBits(0, NEW_NAMESPACES)),
    ...on(LOOKED_AT.socket, onlyIf(0, [AF_INET, AF_INET6])),
    ...on(LOOKED_AT.socketpair, onlyIf(0, [AF_UNIX])),
    ...on(LOOKED_AT.ioctl, unless(1, [TIOCSTI, TIOCLINUX])),
    ...on(LOOKED_AT.personality, onlyIf(0, PERSONALITIES)),
    ...on(LOOKED_AT.chmod, unlessBits(1, SET_ID_BITS)),
    ...on(LOOKED_AT.fchmod, unlessBits(1, SET_ID_BITS)),
    ...on(LOOKED_AT.fchmodat, unlessBits(2, SET_ID_BITS)),
    ...on(LOOKED_AT.fchmodat2, unlessBits(2, SET_ID_BITS)),
    ...on(LOOKED_AT.creat, unlessBits(1, SET_ID_BITS)),
    ...on(LOOKED_AT.mknod, unlessBits(1, SET_ID_BITS)),
    ...on(LOOKED_AT.mknodat, unlessBits(2, SET_ID_BITS)),
    ...on(LOOKED_AT.open, unlessCreatedWithBits(1, 2)),
    ...on(LOOKED_AT.openat, unlessCreatedWithBits(2, 3)),
    answer(ALLOW),
  ];
}

/** Each of these ends in an answer, so that none falls through to the next call with another word loaded. */
function unlessBits(argument: number, bits: number): readonly Instruction[] {
  return [loadArgument(argument), ifAnyBit(bits, 0, 1), answer(fail(EPERM)), answer(ALLOW)];
}

function onlyIf(argument: number, values: readonly number[]): readonly Instruction[] {
  const jumps = values.map((value, i) => ifEqual(value, values.length - i, 0));
  return [loadArgument(argument), ...jumps, answer(fail(EPERM)), answer(ALLOW)];
}

function unless(argument: number, values: readonly number[]): readonly Instruction[] {
  const jumps = values.map((value, i) => ifEqual(value, values.length - i, 0));
  return [loadArgument(argument), ...jumps, answer(ALLOW), answer(fail(EPERM))];
}

/** The mode of an open means something only when it creates. */
function unlessCreatedWithBits(flags: number, mode: number): readonly Instruction[] {
  return [loadArgument(flags), ifAnyBit(O_CREAT_OR_TMPFILE, 1, 0), answer(ALLOW), ...unlessBits(mode, SET_ID_BITS)];
}
