import { DEFAULT_LIMITS } from '../../config/limits.ts';
import type { JsonSchema } from '../../schema.ts';
import type { ArtifactType, Condition, Skill } from '../../skills/skill.ts';
import { defineFamily, type Report } from '../rule.ts';
import { contradiction } from '../schema/contradiction.ts';
import { fieldAt } from '../schema/fields.ts';
import { ANY_TYPE, showTypes, typeSet, typesOf } from '../schema/types.ts';
import type { GuardPlace } from '../skill-map.ts';
import { typesSeen } from './guard-fields.ts';

/** A guard can both hold and fail. */
export const guardValues = defineFamily({
  rules: [
    {
      id: 'graph/contradictory-guard',
      severity: 'error',
      finds: 'a guard whose constants or ranges no value can meet',
      why: 'It never holds: its numbers exclude each other, or the artifact type allows no such value.',
      fix: 'Correct the numbers, the constant or the artifact type.',
    },
    {
      id: 'guard/no-effect',
      severity: 'warning',
      finds: 'a guard whose keywords say nothing about a value of that type',
      why: 'JSON Schema lets a value pass that a keyword is not about: `minimum` holds for every text.',
      fix: 'Use keywords for the type of the field.',
    },
    {
      id: 'limits/guard-beyond-limit',
      severity: 'warning',
      finds: 'a guard that lets a phase be visited more often than the limit on visits does',
      why: 'The run stops at the limit before the guard closes the edge and another way is taken.',
      fix: 'Lower the `maximum` of the guard, or raise `limits.max_phase_visits`.',
    },
  ],
  *check({ skill, map }) {
    for (const place of map.guards) {
      for (const [path, conditions] of byPath(place.guard)) {
        const own = conditions.map(({ schema }) => schema);
        const at = place.at(conditions.at(-1)?.path ?? path);
        yield* check(skill, place, path, conditions, own, at);
      }
    }
  },
});

type Found = Report<'graph/contradictory-guard' | 'guard/no-effect' | 'limits/guard-beyond-limit'>;

function* check(
  skill: Skill,
  place: GuardPlace,
  path: string,
  conditions: readonly Condition[],
  own: readonly JsonSchema[],
  at: Found['place'],
): Iterable<Found> {
  const [condition] = conditions;
  if (condition === undefined) return;
  const never = (why: string, fix: string): Found => ({
    rule: 'graph/contradictory-guard',
    place: at,
    message: `the guard on "${path}" never holds: ${why}`,
    fix,
  });
  const inside = contradiction(own);
  if (inside !== undefined) {
    yield never(inside, `Correct the guard on "${path}" so that some value meets it.`);
    return;
  }
  if (condition.root === 'visits') {
    const counted = visitsOf(skill, place, condition);
    const why = contradiction([...own, counted]);
    if (why !== undefined) {
      const range = counted.maximum === undefined ? '' : ` and at most ${counted.maximum} (limits.max_phase_visits)`;
      yield never(`${why}; it is a count of at least ${counted.minimum}${range}`, 'Guard with a count that can occur.');
    } else yield* beyondLimit(skill, place, condition, at);
    return;
  }
  const fields = (typesSeen(condition, place) ?? []).map((type) => ({ type, schemas: schemasAt(type, condition) }));
  const known = fields.filter(({ schemas }) => schemas.length > 0);
  if (known.length === 0) return;
  const whys = known.map(({ type, schemas }) => ({ type, why: firstOfAll(schemas, own) }));
  const [first] = whys;
  if (first?.why !== undefined && whys.every(({ why }) => why !== undefined)) {
    yield never(
      `${first.why} in the schema of "${first.type.name}"`,
      `Guard with a value that "${path}" can have, or change the schema of that field in "${first.type.name}".`,
    );
    return;
  }
  const [field] = known;
  if (field !== undefined && known.every(({ type, schemas }) => schemas.every((schema) => isDeaf(own, type, schema)))) {
    const [schema = {}] = field.schemas;
    const types = showTypes(field.type.schema, schema);
    yield {
      rule: 'guard/no-effect',
      place: at,
      message: `the guard on "${path}" says nothing: ${own.flatMap(Object.keys).join(', ')} is not about ${types}`,
      fix: `Use keywords for ${types}, e.g. ${exampleFor(schema)}.`,
    };
  }
}

/** The alternatives a field may be; empty when the place is open or undeclared. */
function schemasAt(type: ArtifactType, condition: Condition): readonly JsonSchema[] {
  const field = fieldAt(type.schema, condition.segments);
  return field.open ? [] : field.schemas;
}

/** Why `own` contradicts each of the alternatives; `undefined` when one of them lets it hold. */
function firstOfAll(alternatives: readonly JsonSchema[], own: readonly JsonSchema[]): string | undefined {
  const whys = alternatives.map((schema) => contradiction([...own, schema]));
  return whys.every((why) => why !== undefined) ? whys[0] : undefined;
}

/** Conditions on the same value, in the order written. */
function byPath(guard: readonly Condition[]): ReadonlyMap<string, readonly Condition[]> {
  return Map.groupBy(guard, ({ root, segments }) =>
    root === 'artifact' ? segments.join('.') : [root, ...segments].join('.'),
  );
}

function visitsOf(skill: Skill, place: GuardPlace, condition: Condition): JsonSchema & { minimum: number } {
  const phase = condition.segments.join('.');
  const entered = phase === place.phase || phase === skill.entry;
  const most = skill.limits.max_phase_visits;
  return { type: 'integer', minimum: entered ? 1 : 0, ...(most === undefined ? {} : { maximum: most }) };
}

/** `visits.x: {maximum: 2}` on the edge to x lets x be entered three times. */
function* beyondLimit(skill: Skill, place: GuardPlace, condition: Condition, at: Found['place']): Iterable<Found> {
  const { maximum, exclusiveMaximum } = condition.schema;
  const phase = condition.segments.join('.');
  if (place.edge?.to !== phase) return;
  const allowed =
    typeof maximum === 'number' ? maximum + 1 : typeof exclusiveMaximum === 'number' ? exclusiveMaximum : undefined;
  const limit = skill.limits.max_phase_visits ?? DEFAULT_LIMITS.max_phase_visits;
  if (allowed === undefined || allowed <= limit) return;
  const own = skill.limits.max_phase_visits !== undefined;
  yield {
    rule: 'limits/guard-beyond-limit',
    place: at,
    message: `the guard lets "${phase}" be entered ${allowed} times, but the ${own ? 'limit' : 'default limit'} on visits of a phase is ${limit}`,
    fix: own
      ? `Lower the maximum to ${limit - 1} or less, or raise \`limits.max_phase_visits\`.`
      : `Lower the maximum to ${limit - 1} or less.`,
  };
}

/** Keywords by the type they are about; any other keyword may be about every type. */
const ABOUT: Readonly<Record<string, readonly string[]>> = {
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  array: ['minItems', 'maxItems', 'uniqueItems', 'items', 'contains'],
  object: ['properties', 'required', 'minProperties', 'maxProperties'],
};

/** Whether every keyword of `own` is about types that `schema` does not have. */
function isDeaf(own: readonly JsonSchema[], type: ArtifactType, schema: JsonSchema): boolean {
  const types = typesOf(type.schema, schema);
  const keywords = own.flatMap(Object.keys);
  return keywords.length > 0 && keywords.every((keyword) => (typesAbout(keyword) & types) === 0);
}

function typesAbout(keyword: string): number {
  const type = Object.keys(ABOUT).find((name) => ABOUT[name]?.includes(keyword));
  return type === undefined ? ANY_TYPE : typeSet([type]);
}

function exampleFor(schema: JsonSchema): string {
  switch (schema.type) {
    case 'string':
      return '`{ minLength: 1 }` or a text it must equal';
    case 'array':
      return '`{ minItems: 1 }`';
    case 'object':
      return '`{ required: [a_field] }`';
    case 'boolean':
      return '`true` or `false`';
    default:
      return '`{ const: a_value }`';
  }
}
