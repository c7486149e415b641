const utf8 = new TextEncoder();

/**
 * FNV-1a with 32 bits over the UTF-8 bytes of `label`: the first state of the stream of numbers that the label names.
 * Source: Fowler, Noll and Vo, offset basis 2166136261, prime 16777619.
 */
export function seedOf(label: string): number {
  let state = 0x811c9dc5;
  for (const byte of utf8.encode(label)) state = Math.imul(state ^ byte, 0x01000193);
  return state >>> 0;
}
