import { isObject, type Json, sameJson } from '../../json.ts';
import type { JsonSchema } from '../../schema.ts';
import { statedTypes, type TypeSet, typeNames, typeOf } from './types.ts';

/**
 * Whether several schemas can hold of one value, judged by the plain keywords only: `type`, `const`, `enum`, bounds and
 * lengths. Other keywords are taken to hold, so that what is reported is certain.
 * @returns what cannot hold, as a clause (`minimum 5 is above maximum 3`), or `undefined`.
 */
export function contradiction(schemas: readonly JsonSchema[]): string | undefined {
  return contradictingValues(schemas) ?? contradictingTypes(schemas) ?? contradictingBounds(schemas);
}

function contradictingTypes(schemas: readonly JsonSchema[]): string | undefined {
  const [first, ...rest] = schemas.map(statedTypes);
  if (first === undefined) return undefined;
  const other = rest.find((types) => (types & first) === 0);
  return other === undefined ? undefined : `a value cannot be ${either(first)} and ${either(other)} at once`;
}

function either(types: TypeSet): string {
  return typeNames(types).join(' or ');
}

function contradictingValues(schemas: readonly JsonSchema[]): string | undefined {
  const choosing = schemas.find((schema) => schema.const !== undefined || Array.isArray(schema.enum));
  if (choosing === undefined) return undefined;
  const values = choosing.const === undefined ? (choosing.enum as Json[]) : [choosing.const];
  if (values.length === 0) return 'enum lists no value';
  let why: string | undefined;
  for (const value of values) {
    const refused = schemas.map((schema) => refusal(schema, value)).find((reason) => reason !== undefined);
    if (refused === undefined) return undefined;
    why ??= refused;
  }
  return why;
}

/** Why a value fails a schema, by plain keywords; `undefined` when they let it pass. */
function refusal(schema: JsonSchema, value: Json): string | undefined {
  const shown = JSON.stringify(value);
  const types = statedTypes(schema);
  if ((types & typeOf(value)) === 0) return `${shown} is not ${article(either(types))}`;
  if (schema.const !== undefined && !sameJson(schema.const, value)) {
    return `the value cannot be ${shown} and ${JSON.stringify(schema.const)} at once`;
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => sameJson(one, value))) {
    return `${shown} is not one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`;
  }
  for (const measure of MEASURES) {
    const size = measure.of(value);
    const { lower, upper } = boundsOf([schema], measure);
    if (size === undefined) continue;
    if (lower !== undefined && isBelow(size, lower)) return `${shown} is against ${show(lower)}`;
    if (upper !== undefined && isBelow(-size, { ...upper, value: -upper.value }))
      return `${shown} is against ${show(upper)}`;
  }
  return undefined;
}

function article(types: string): string {
  return /^[aeiou]/.test(types) ? `an ${types}` : types === 'null' ? types : `a ${types}`;
}

type Bound = { readonly value: number; readonly exclusive: boolean; readonly keyword: string };
type Measure = {
  readonly of: (value: Json) => number | undefined;
  readonly lower: readonly string[];
  readonly upper: readonly string[];
  readonly whole: boolean;
};

const MEASURES: readonly Measure[] = [
  {
    of: (value) => (typeof value === 'number' ? value : undefined),
    lower: ['minimum', 'exclusiveMinimum'],
    upper: ['maximum', 'exclusiveMaximum'],
    whole: false,
  },
  {
    of: (value) => (typeof value === 'string' ? [...value].length : undefined),
    lower: ['minLength'],
    upper: ['maxLength'],
    whole: true,
  },
  {
    of: (value) => (Array.isArray(value) ? value.length : undefined),
    lower: ['minItems'],
    upper: ['maxItems'],
    whole: true,
  },
  {
    of: (value) => (isObject(value) ? Object.keys(value).length : undefined),
    lower: ['minProperties'],
    upper: ['maxProperties'],
    whole: true,
  },
];

function boundsOf(schemas: readonly JsonSchema[], measure: Measure) {
  return { lower: tightest(schemas, measure.lower, 1), upper: tightest(schemas, measure.upper, -1) };
}

/** The highest bound with sign 1, the lowest with -1; of equal ones one that is exclusive, else the first. */
function tightest(schemas: readonly JsonSchema[], keywords: readonly string[], sign: 1 | -1): Bound | undefined {
  let best: Bound | undefined;
  for (const schema of schemas) {
    for (const keyword of keywords) {
      const value = schema[keyword];
      if (typeof value !== 'number') continue;
      const bound = { value, exclusive: keyword.startsWith('exclusive'), keyword };
      const tighter = best === undefined ? 1 : sign * (value - best.value);
      if (tighter > 0 || (tighter === 0 && bound.exclusive && best?.exclusive === false)) best = bound;
    }
  }
  return best;
}

function contradictingBounds(schemas: readonly JsonSchema[]): string | undefined {
  for (const measure of MEASURES) {
    const { lower, upper } = boundsOf(schemas, measure);
    if (lower === undefined || upper === undefined) continue;
    if (lower.value > upper.value) return `${show(lower)} is above ${show(upper)}`;
    if (lower.value === upper.value && (lower.exclusive || upper.exclusive))
      return `${show(lower)} and ${show(upper)} leave no value`;
    const whole = measure.whole || schemas.some((schema) => schema.type === 'integer');
    if (whole && !hasWhole(lower, upper)) return `${show(lower)} and ${show(upper)} leave no whole number`;
  }
  return undefined;
}

function hasWhole(lower: Bound, upper: Bound): boolean {
  const least = lower.exclusive ? Math.floor(lower.value) + 1 : Math.ceil(lower.value);
  const most = upper.exclusive ? Math.ceil(upper.value) - 1 : Math.floor(upper.value);
  return least <= most;
}

function isBelow(size: number, bound: Bound): boolean {
  return bound.exclusive ? size <= bound.value : size < bound.value;
}

function show(bound: Bound): string {
  return `${bound.keyword} ${bound.value}`;
}
