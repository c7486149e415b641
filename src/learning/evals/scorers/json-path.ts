import Type from 'typebox';
import { isObject, type Json, sameJson } from '../../../os/json.ts';
import { NOT, shown, yesNo } from './look.ts';
import type { Scorer } from './scorer.ts';

const COUNT = Type.Optional(Type.Integer({ minimum: 0 }));
const MAX_FOUND = 100_000;

/**
 * 1 when what the path finds is as demanded. Paths are dot paths with `*` for every member, in the spelling of
 * JSONPath (RFC 9535) too: `$.points[*].title`. Filters, slices and `..` are not part of it.
 */
export const jsonPath: Scorer = {
  kind: 'json_path',
  summary: 'What a path finds exists, equals a value, is one of some, or is so many. `*` stands for every member.',
  args: Type.Object(
    {
      path: Type.String({
        minLength: 1,
        maxLength: 500,
        description: 'E.g. `points.*.title`, or `$.points[*].title`.',
      }),
      equals: Type.Optional(Type.Unknown({ description: 'Value of everything that is found.' })),
      one_of: Type.Optional(
        Type.Array(Type.Unknown(), { minItems: 1, description: 'Everything found is one of these.' }),
      ),
      exists: Type.Optional(
        Type.Boolean({ description: 'Whether anything is there; true if nothing else is demanded.' }),
      ),
      count: COUNT,
      count_at_least: COUNT,
      count_at_most: COUNT,
      not: NOT,
    },
    { additionalProperties: false },
  ),
  example: "json_path: { path: 'points.*', count_at_least: 2 }",
  short: (value) => (typeof value === 'string' ? { path: value } : undefined),
  passAt: 1,
  asks: false,
  flaw: ({ path }) =>
    stepsOf(path as string) === undefined ? `"${String(path)}" is no path of names, numbers and *` : undefined,
  score(args, { value }) {
    const found = findAll(value, stepsOf(args.path as string) ?? []);
    const path = args.path as string;
    const why: string[] = [];
    const isCounted = ['count', 'count_at_least', 'count_at_most'].some((key) => Object.hasOwn(args, key));
    if (args.exists === false && found.length > 0) why.push(`"${path}" is there`);
    else if (args.exists !== false && !isCounted && found.length === 0) why.push(`there is no "${path}"`);
    if (Object.hasOwn(args, 'equals')) {
      const other = found.find((one) => !sameJson(one, args.equals));
      if (other !== undefined) why.push(`expected ${shown(args.equals)}, not ${shown(other)}`);
    }
    const among = args.one_of as Json[] | undefined;
    const stray = among === undefined ? undefined : found.find((one) => !among.some((choice) => sameJson(one, choice)));
    if (stray !== undefined) why.push(`${shown(stray)} is none of ${shown(among)}`);
    const { count, count_at_least: least, count_at_most: most } = args as Readonly<Record<string, number | undefined>>;
    if (count !== undefined && found.length !== count) why.push(`${found.length} of "${path}", not ${count}`);
    if (least !== undefined && found.length < least) why.push(`${found.length} of "${path}", fewer than ${least}`);
    if (most !== undefined && found.length > most) why.push(`${found.length} of "${path}", more than ${most}`);
    return yesNo(why.length === 0, args.not, why.length === 0 ? `"${path}" is ${shown(found)}` : why.join('; '));
  },
};

/** Names and numbers of a path, `*` as null; `undefined` when it is none. */
function stepsOf(path: string): readonly (string | null)[] | undefined {
  const steps: (string | null)[] = [];
  let rest = path.startsWith('$') ? path.slice(1) : `.${path}`;
  while (rest !== '') {
    const step = /^(?:\.(\*|[^.[\]*'"$?@]+)|\[(\*|\d+)\]|\['([^']*)'\]|\["([^"]*)"\])/.exec(rest);
    if (step === null) return undefined;
    const name = step[1] ?? step[2];
    steps.push(name === '*' ? null : (name ?? step[3] ?? step[4] ?? ''));
    rest = rest.slice(step[0].length);
  }
  return steps;
}

function findAll(value: Json, steps: readonly (string | null)[]): Json[] {
  let found: Json[] = [value];
  for (const step of steps) {
    const next: Json[] = [];
    for (const one of found) {
      if (next.length >= MAX_FOUND) break;
      if (!isObject(one) && !Array.isArray(one)) continue;
      if (step === null)
        for (const item of Object.values(one).slice(0, MAX_FOUND - next.length)) next.push(item as Json);
      else if (Object.hasOwn(one, step) && step !== 'length')
        next.push((one as Readonly<Record<string, Json>>)[step] as Json);
    }
    found = next;
  }
  return found;
}
