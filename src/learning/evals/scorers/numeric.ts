import Type from 'typebox';
import type { Json, JsonObject } from '../../../os/json.ts';
import { AT, absent, bare, expectedAt, partAt, shown } from './look.ts';
import type { Scorer } from './scorer.ts';

const TOLERANCE = Type.Optional(Type.Number({ minimum: 0 }));

/** 1 when |x − value| <= max(tolerance, relative · |value|), else 0. A text that is a number and nothing else is read as one. */
export const numeric: Scorer = {
  kind: 'numeric',
  summary: 'Is a number, give or take: `tolerance` is absolute, `relative` a share of the expected value.',
  args: Type.Object(
    {
      at: AT,
      value: Type.Optional(Type.Number({ description: '`expected` of the case if absent.' })),
      tolerance: TOLERANCE,
      relative: TOLERANCE,
    },
    { additionalProperties: false },
  ),
  example: 'numeric: { at: total, value: 41.5, tolerance: 0.01 }',
  short: (value) => (typeof value === 'number' ? { value } : undefined),
  passAt: 1,
  asks: false,
  flaw: (args, { expected }) =>
    wanted(args, expected) === undefined ? 'neither the check nor the case says which number is expected' : undefined,
  score(args, { value, expected }) {
    const at = args.at as string | undefined;
    const seen = partAt(value, at);
    if (seen === undefined) return absent(at);
    const number = numberOf(bare(seen));
    const want = wanted(args, expected);
    if (number === undefined || want === undefined) return { score: 0, why: `${shown(seen)} is not a number` };
    const { tolerance = 0, relative = 0 } = args as Readonly<Record<string, number | undefined>>;
    const far = Math.abs(number - want);
    if (far <= Math.max(tolerance, relative * Math.abs(want))) return { score: 1 };
    return { score: 0, why: `expected ${want}, not ${number}` };
  },
};

function wanted(args: JsonObject, expected: Json | undefined): number | undefined {
  if (typeof args.value === 'number') return args.value;
  const want = expectedAt(expected, args.at as string | undefined);
  return want === undefined ? undefined : numberOf(want);
}

function numberOf(value: Json): number | undefined {
  if (typeof value === 'string' && !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return undefined;
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
