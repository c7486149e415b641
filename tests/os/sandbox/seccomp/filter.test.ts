import { describe, expect, it } from 'vitest';
import { ALLOW, fail, type Instruction, KILL } from '../../../../src/os/sandbox/seccomp/bpf.ts';
import { ABSENT, LOOKED_AT, type Numbers, REFUSED } from '../../../../src/os/sandbox/seccomp/calls.ts';
import {
  type Architecture,
  filterProgram,
  hasFilter,
  seccompFilter,
} from '../../../../src/os/sandbox/seccomp/filter.ts';

const EPERM = fail(1);
const ENOSYS = fail(38);
const ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

type Call = { readonly arch: number; readonly number: number; readonly args?: readonly number[] };

/** What the kernel answers, as linux/filter.h says a program is read. */
function answerOf(program: readonly Instruction[], { arch, number, args = [] }: Call): number {
  const word = (offset: number): number => {
    if (offset === 0) return number;
    if (offset === 4) return arch;
    return (args[(offset - 16) / 8] ?? 0) >>> 0;
  };
  let loaded = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, jt, jf, k } = program[at] as Instruction;
    if (code === 0x20) loaded = word(k);
    else if (code === 0x06) return k;
    else {
      const holds = code === 0x15 ? loaded === k : code === 0x35 ? loaded >= k : (loaded & k) !== 0;
      at += holds ? jt : jf;
    }
  }
  throw new Error('the program has no answer');
}

const numberOn = (arch: Architecture, numbers: Numbers): number | undefined => numbers[arch === 'x64' ? 0 : 1];

describe.each<Architecture>(['x64', 'arm64'])('the filter of %s', (architecture) => {
  const program = filterProgram(architecture);
  const arch = ARCH[architecture];
  const ask = (numbers: Numbers, ...args: number[]): number | undefined => {
    const number = numberOn(architecture, numbers);
    return number === undefined ? undefined : answerOf(program, { arch, number, args });
  };

  it.each(Object.keys(REFUSED))('refuses %s', (name) => {
    expect([EPERM, undefined]).toContain(ask(REFUSED[name] as Numbers));
  });

  it.each(Object.keys(ABSENT))('says that there is no %s', (name) => {
    expect(ask(ABSENT[name] as Numbers)).toBe(ENOSYS);
  });

  it('allows what programs live on', () => {
    const calls =
      architecture === 'x64' ? [0, 1, 3, 9, 12, 39, 42, 57, 59, 60, 72, 231, 202] : [63, 64, 57, 222, 221, 93, 98];
    expect(calls.map((number) => answerOf(program, { arch, number }))).toEqual(calls.map(() => ALLOW));
  });

  it('kills what comes under another architecture', () => {
    for (const other of [0x40000003, 0x40000028, 0, architecture === 'x64' ? ARCH.arm64 : ARCH.x64]) {
      expect(answerOf(program, { arch: other, number: 0 })).toBe(KILL);
    }
  });

  it('makes processes and threads, and no namespace', () => {
    const [fork, thread] = [17, 0x003d0f00];
    expect([ask(LOOKED_AT.clone, fork), ask(LOOKED_AT.clone, thread)]).toEqual([ALLOW, ALLOW]);
    for (const bit of [17, 25, 26, 27, 28, 29, 30]) expect(ask(LOOKED_AT.clone, fork | (1 << bit))).toBe(EPERM);
  });

  it('makes sockets of IP and pairs, and none of another family', () => {
    const allowed = Array.from({ length: 50 }, (_, i) => i).filter((family) => ask(LOOKED_AT.socket, family) === ALLOW);
    expect(allowed).toEqual([2, 10]);
    expect([ask(LOOKED_AT.socketpair, 1), ask(LOOKED_AT.socketpair, 30)]).toEqual([ALLOW, EPERM]);
  });

  it('puts nothing into the input of a terminal', () => {
    expect([ask(LOOKED_AT.ioctl, 0, 0x5412), ask(LOOKED_AT.ioctl, 0, 0x541c)]).toEqual([EPERM, EPERM]);
    expect([ask(LOOKED_AT.ioctl, 0, 0x5401), ask(LOOKED_AT.ioctl, 0, 0x5413)]).toEqual([ALLOW, ALLOW]);
  });

  it('asks for the personality and takes no other', () => {
    expect([ask(LOOKED_AT.personality, 0xffffffff), ask(LOOKED_AT.personality, 0)]).toEqual([ALLOW, ALLOW]);
    expect(ask(LOOKED_AT.personality, 0x0040000)).toBe(EPERM);
  });

  it('gives no file the operator’s id', () => {
    const chmods = [LOOKED_AT.chmod, LOOKED_AT.fchmod, LOOKED_AT.creat, LOOKED_AT.mknod].map(
      (call) => [call, 1] as const,
    );
    const ats = [LOOKED_AT.fchmodat, LOOKED_AT.fchmodat2, LOOKED_AT.mknodat].map((call) => [call, 2] as const);
    for (const [call, at] of [...chmods, ...ats]) {
      const withMode = (mode: number) => ask(call, ...Array<number>(at).fill(0), mode);
      expect([ALLOW, undefined]).toContain(withMode(0o755));
      for (const mode of [0o4755, 0o2755, 0o6000]) expect([EPERM, undefined]).toContain(withMode(mode));
    }
    const openat = (flags: number, mode: number) => ask(LOOKED_AT.openat, 0, 0, flags, mode);
    expect([openat(0o101, 0o4755), openat(0o20200001, 0o2755)]).toEqual([EPERM, EPERM]);
    expect([openat(0o101, 0o755), openat(0, 0o4755)]).toEqual([ALLOW, ALLOW]);
  });

  it('is eight bytes an instruction and jumps nowhere outside itself', () => {
    expect(seccompFilter(architecture).length).toBe(program.length * 8);
    const jumps = program.map(({ code, jt, jf }, i) => ({ code, far: Math.max(jt, jf), to: i + 1 + Math.max(jt, jf) }));
    expect(jumps.filter(({ code, to, far }) => code !== 0x06 && (to >= program.length || far > 255))).toEqual([]);
  });
});

describe('x32', () => {
  it('is killed', () => {
    for (const number of [0x40000000, 0x40000000 + 59, 0xffffffff]) {
      expect(answerOf(filterProgram('x64'), { arch: ARCH.x64, number })).toBe(KILL);
    }
  });
});

describe('a processor without a filter', () => {
  it('is known as such', () => {
    expect(['x64', 'arm64', 'riscv64', 'ia32'].map(hasFilter)).toEqual([true, true, false, false]);
  });
});
