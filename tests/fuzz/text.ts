import fc from 'fast-check';

/** Any text a JavaScript string can be, halves of surrogate pairs included. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0xd800, 0xdfff, 0xfeff, 0x2028, 0x202e, 0x85, 0x7f)), {
      maxLength: 40,
    })
    .map((units) => String.fromCharCode(...units)),
);

export const PROTO_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then'];

/** Any JSON value, also with keys that objects have by themselves, numbers at the edges, and texts no keyboard writes. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 63, '', 'x'),
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...PROTO_KEYS), anyText), tie('json')), { maxLength: 4 })
      .map((members) => {
        const object: Record<string, unknown> = {};
        for (const [key, value] of members) Object.defineProperty(object, key, { value, ...PLAIN });
        return object;
      }),
  ),
})).json;

const PLAIN = { enumerable: true, configurable: true, writable: true };

/** One change of a text: `at` from 0 to 1 is where, `length` how much goes, `by` what comes. */
export type Edit = { readonly at: number; readonly length: number; readonly by: string };

export function editsWith(pieces: readonly string[]): fc.Arbitrary<readonly Edit[]> {
  const by = fc.oneof(fc.constantFrom('', ...pieces), anyText);
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(12), by });
  return fc.array(edit, { minLength: 1, maxLength: 5 });
}

export function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { at, length, by } of edits) {
    const start = Math.floor(at * result.length);
    result = result.slice(0, start) + by + result.slice(start + length);
  }
  return result;
}

/** One change of bytes. */
export type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'zero'; readonly at: number; readonly length: number }
  | { readonly kind: 'swap' | 'double' | 'drop'; readonly one: number; readonly other: number };

const where = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const some = (kind: 'cut' | 'zero') =>
  fc.record({ kind: fc.constant(kind), at: where, length: fc.integer({ min: 1, max: 600 }) });

/** Damage to bytes, and to whole lines of them. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: where, bit: fc.nat(7) }),
  some('cut') as fc.Arbitrary<Damage>,
  some('zero') as fc.Arbitrary<Damage>,
  fc.record({ kind: fc.constant('end' as const), at: where }),
  fc.record({ kind: fc.constant('insert' as const), at: where, bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
  fc.record({ kind: fc.constantFrom('swap' as const, 'double' as const, 'drop' as const), one: where, other: where }),
);

export function damaged(bytes: Buffer, how: Damage): Buffer {
  switch (how.kind) {
    case 'flip': {
      const copy = Buffer.from(bytes);
      const at = Math.floor(how.at * copy.length);
      copy[at] = (copy[at] as number) ^ (1 << how.bit);
      return copy;
    }
    case 'cut':
    case 'zero': {
      const at = Math.floor(how.at * bytes.length);
      const gone = bytes.subarray(at, at + how.length);
      const instead = how.kind === 'cut' ? Buffer.alloc(0) : Buffer.alloc(gone.length);
      return Buffer.concat([bytes.subarray(0, at), instead, bytes.subarray(at + gone.length)]);
    }
    case 'end':
      return Buffer.from(bytes.subarray(0, Math.floor(how.at * bytes.length)));
    case 'insert': {
      const at = Math.floor(how.at * (bytes.length + 1));
      return Buffer.concat([bytes.subarray(0, at), how.bytes, bytes.subarray(at)]);
    }
    default:
      return reordered(bytes, how);
  }
}

function reordered(bytes: Buffer, { kind, one, other }: Extract<Damage, { one: number }>): Buffer {
  const lines = bytes.toString('latin1').split(/(?<=\n)/);
  const [a, b] = [Math.floor(one * lines.length), Math.floor(other * lines.length)];
  const [first, second] = [lines[a] ?? '', lines[b] ?? ''];
  if (kind === 'drop') lines.splice(a, 1);
  else if (kind === 'double') lines.splice(b, 0, first);
  else [lines[a], lines[b]] = [second, first];
  return Buffer.from(lines.join(''), 'latin1');
}
