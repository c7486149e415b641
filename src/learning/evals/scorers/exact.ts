import Type from 'typebox';
import { type Json, type JsonObject, sameJson } from '../../../os/json.ts';
import { AT, absent, bare, expectedAt, IGNORE_CASE, NOT, partAt, shown, yesNo } from './look.ts';
import type { Scorer } from './scorer.ts';

/** 1 when it is the expected value, else 0. The order of keys makes no difference; white space around a text neither. */
export const exact: Scorer = {
  kind: 'exact',
  summary: 'Is exactly a value: the one given, else what the case expects.',
  args: Type.Object(
    {
      at: AT,
      value: Type.Optional(Type.Unknown({ description: '`expected` of the case if absent.' })),
      ignore_case: IGNORE_CASE,
      not: NOT,
    },
    { additionalProperties: false },
  ),
  example: 'exact: { at: city, value: Berlin }',
  short: (value) => ({ value }),
  passAt: 1,
  asks: false,
  flaw: (args, { expected }) =>
    wanted(args, expected) === undefined ? 'neither the check nor the case says what is expected' : undefined,
  score(args, { value, expected }) {
    const at = args.at as string | undefined;
    const seen = partAt(value, at);
    if (seen === undefined) return absent(at);
    const want = wanted(args, expected);
    const fold = args.ignore_case === true;
    const holds = want !== undefined && (same(seen, want, fold) || same(bare(seen), want, fold));
    return yesNo(holds, args.not, `expected ${shown(want)}, not ${shown(seen)}`);
  },
};

function wanted(args: JsonObject, expected: Json | undefined): Json | undefined {
  return Object.hasOwn(args, 'value') ? args.value : expectedAt(expected, args.at as string | undefined);
}

function same(a: Json, b: Json, fold: boolean): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return sameJson(a, b);
  return fold ? a.trim().toLowerCase() === b.trim().toLowerCase() : a.trim() === b.trim();
}
