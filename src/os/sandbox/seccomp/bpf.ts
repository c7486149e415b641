/**
 * Classic BPF as seccomp reads it: `struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }` over `struct seccomp_data
 * { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }` (linux/filter.h, linux/seccomp.h), little-endian.
 */
export type Instruction = { readonly code: number; readonly jt: number; readonly jf: number; readonly k: number };

const LOAD_WORD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

export const NUMBER_OFFSET = 0;
export const ARCHITECTURE_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

export const ALLOW = 0x7fff0000;
export const KILL = 0x80000000;
export const fail = (errno: number): number => 0x00050000 + errno;

export const load = (offset: number): Instruction => ({ code: LOAD_WORD, jt: 0, jf: 0, k: offset });

/** The low 32 bits of an argument, which is all the kernel looks at in an `int` or in flags. */
export const loadArgument = (index: number): Instruction => load(ARGUMENTS_OFFSET + 8 * index);

/** Skips `jt` instructions when the loaded word is `k`, else `jf`. */
export const ifEqual = (k: number, jt: number, jf: number): Instruction => ({ code: JUMP_EQUAL, jt, jf, k });
export const ifAtLeast = (k: number, jt: number, jf: number): Instruction => ({ code: JUMP_AT_LEAST, jt, jf, k });
export const ifAnyBit = (k: number, jt: number, jf: number): Instruction => ({ code: JUMP_ANY_BIT, jt, jf, k });
export const answer = (k: number): Instruction => ({ code: RETURN, jt: 0, jf: 0, k });

/** The program as `bwrap --seccomp` reads it. */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, jt, jf, k }, i) => {
    view.setUint16(8 * i, code, true);
    view.setUint8(8 * i + 2, jt);
    view.setUint8(8 * i + 3, jf);
    view.setUint32(8 * i + 4, k, true);
  });
  return bytes;
}
