import Type from 'typebox';
import { canonicalJson, isObject, type Json, type JsonObject } from '../../../os/json.ts';
import { AT, absent, expectedAt, IGNORE_CASE, partAt, shown } from './look.ts';
import type { Scorer } from './scorer.ts';

/** F1 = 2·hits / (found + expected) over two lists as sets: 1 when they are equal, 0 when nothing is common. */
export const setF1: Scorer = {
  kind: 'set_f1',
  summary: 'A list has the expected items, in any order: F1 of precision and recall.',
  args: Type.Object(
    {
      at: AT,
      values: Type.Optional(Type.Array(Type.Unknown(), { description: '`expected` of the case if absent.' })),
      by: Type.Optional(
        Type.String({ minLength: 1, description: 'Member of the items that is compared; all of an item if absent.' }),
      ),
      ignore_case: IGNORE_CASE,
    },
    { additionalProperties: false },
  ),
  example: 'set_f1: { at: tags, values: [a, b, c], pass: 0.8 }',
  short: (value) => (Array.isArray(value) ? { values: value } : undefined),
  passAt: 1,
  asks: false,
  flaw: (args, { expected }) =>
    wanted(args, expected) === undefined ? 'neither the check nor the case says which items are expected' : undefined,
  score(args, { value, expected }) {
    const at = args.at as string | undefined;
    const seen = partAt(value, at);
    if (seen === undefined) return absent(at);
    const want = wanted(args, expected);
    if (!Array.isArray(seen) || want === undefined) return { score: 0, why: `${shown(seen)} is not a list` };
    const found = setOf(seen, args);
    const asked = setOf(want, args);
    const hits = [...asked].filter((item) => found.has(item)).length;
    if (found.size + asked.size === 0) return { score: 1 };
    const score = (2 * hits) / (found.size + asked.size);
    return score === 1 ? { score } : { score, why: differences(without(asked, found), without(found, asked)) };
  },
};

function wanted(args: JsonObject, expected: Json | undefined): readonly Json[] | undefined {
  const want = (args.values as Json | undefined) ?? expectedAt(expected, args.at as string | undefined);
  return Array.isArray(want) ? want : undefined;
}

function setOf(items: readonly Json[], { by, ignore_case: fold }: JsonObject): Set<string> {
  const keys = items.map((item) => {
    const key = typeof by === 'string' && isObject(item) && Object.hasOwn(item, by) ? (item as JsonObject)[by] : item;
    return canonicalJson(typeof key === 'string' && fold === true ? key.toLowerCase() : (key as Json));
  });
  return new Set(keys);
}

const without = (items: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] =>
  [...items].filter((item) => !others.has(item));

function differences(lacks: readonly string[], more: readonly string[]): string {
  const say = (what: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`${what} ${shown(items.map((item) => JSON.parse(item) as Json))}`];
  return [...say('lacks', lacks), ...say('has besides', more)].join('; ');
}
