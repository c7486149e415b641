import Type from 'typebox';
import type { Json, JsonObject } from '../../../os/json.ts';
import { AT, absent, expectedAt, IGNORE_CASE, partAt, shown, textOf } from './look.ts';
import type { Scorer } from './scorer.ts';

const TEXTS = Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }));
const LISTS = ['all', 'any', 'none'] as const;

/** The share of the demands that are met: each text of `all`, each of `none`, and `any` as one. */
export const contains: Scorer = {
  kind: 'contains',
  summary: 'Contains texts: all of some, any of some, none of some. The score is the share of demands that are met.',
  args: Type.Object(
    { at: AT, all: TEXTS, any: TEXTS, none: TEXTS, ignore_case: IGNORE_CASE },
    { additionalProperties: false },
  ),
  example: 'contains: { all: [Berlin, Monday], none: [Paris] }',
  short: (value) => {
    if (typeof value === 'string') return { all: [value] };
    return Array.isArray(value) ? { all: value } : undefined;
  },
  passAt: 1,
  asks: false,
  flaw: (args, { expected }) => {
    if (LISTS.some((list) => Object.hasOwn(args, list))) return undefined;
    const want = expectedAt(expected, args.at as string | undefined);
    return typeof want === 'string' && want !== ''
      ? undefined
      : 'neither the check nor the case says which text is expected';
  },
  score(args, { value, expected }) {
    const at = args.at as string | undefined;
    const seen = partAt(value, at);
    if (seen === undefined) return absent(at);
    const fold = (text: string) => (args.ignore_case === true ? text.toLowerCase() : text);
    const text = fold(textOf(seen));
    const has = (part: string) => text.includes(fold(part));
    const { all, any, none } = demands(args, expectedAt(expected, at));
    const lacks = all.filter((part) => !has(part)).map((part) => `${shown(part)} is not in it`);
    const holds = none.filter(has).map((part) => `${shown(part)} is in it`);
    const lost = any.length === 0 || any.some(has) ? [] : [`none of ${shown(any)} is in it`];
    const missed = [...lacks, ...holds, ...lost];
    const demanded = all.length + none.length + (any.length === 0 ? 0 : 1);
    if (demanded === 0) return { score: 0, why: 'nothing is demanded' };
    return missed.length === 0
      ? { score: 1 }
      : { score: (demanded - missed.length) / demanded, why: missed.join('; ') };
  },
};

type Demands = Readonly<Record<(typeof LISTS)[number], string[]>>;

function demands(args: JsonObject, want: Json | undefined): Demands {
  const [all, any, none] = LISTS.map((list) => (args[list] ?? []) as string[]) as [string[], string[], string[]];
  const isBare = all.length + any.length + none.length === 0;
  return { all: isBare && typeof want === 'string' ? [want] : all, any, none };
}
