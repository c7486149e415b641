import Type, { type Static, type TSchema } from 'typebox';
import { UserError } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { compileSchema, type JsonSchema } from '../schema.ts';
import { misfits } from '../shape.ts';
import { nearest } from '../suggest.ts';
import { placeOf, readYaml, sentenceOf, type YamlSource } from '../yaml.ts';

const closed = { additionalProperties: false } as const;
const { Optional } = Type;
const any = Type.Unknown();
/** A JSON Schema when it is an object, else the value itself. */
const condition = any;
const count = Type.Integer({ minimum: 0 });

/** What a turn of a rule does. */
export const TurnSchema = Type.Object(
  {
    to: Optional(Type.String({ description: 'Phase to go on to, with `artifact`.' })),
    finish: Optional(Type.Unknown({ description: 'Ends the run; the value is the artifact.' })),
    abort: Optional(Type.String({ description: 'Gives up, with this reason.' })),
    ops: Optional(
      Type.Array(Type.Object({ kind: Type.String(), args: Optional(Type.Object({})) }, closed), {
        description: 'Ops to ask for.',
      }),
    ),
    text: Optional(Type.String({ description: 'The raw text of the reply; with `calls`, the text beside them.' })),
    calls: Optional(
      Type.Array(Type.Object({ name: Type.String(), args: any }, closed), {
        description: 'Raw tool calls, as a model might send them.',
      }),
    ),
    artifact: Optional(any),
    type: Optional(Type.String({ description: 'Artifact type, where the edge takes more than one.' })),
    reason: Optional(any),
    confidence: Optional(any),
    ended: Optional(
      Type.Enum(['stop', 'tools', 'length', 'refusal', 'other'], { description: 'How a raw reply ended.' }),
    ),
    usage: Optional(Type.Object({ input: count, output: count, cached: Optional(count) }, closed)),
    delay_ms: Optional(Type.Number({ minimum: 0, description: 'How long the answer takes.' })),
  },
  closed,
);

export const RuleSchema = Type.Object(
  {
    match: Optional(
      Type.Object(
        {
          phase: Optional(condition),
          visit: Optional(condition),
          turn: Optional(condition),
          attempt: Optional(condition),
          input: Optional(Type.Object({}, { description: 'Dot path in the input artifact → condition.' })),
        },
        closed,
      ),
    ),
    turn: TurnSchema,
    times: Optional(Type.Integer({ minimum: 1, description: 'How often the rule applies; without end if absent.' })),
  },
  closed,
);

/** Shape of a file of rules. */
export const ScriptSchema = Type.Object({ rules: Type.Array(RuleSchema) }, closed);

export type ScriptTurn = Static<typeof TurnSchema>;
export type ScriptRule = {
  readonly turn: ScriptTurn;
  readonly times: number;
  readonly conditions: readonly ScriptCondition[];
  /** 1-based, for messages. */
  readonly number: number;
  readonly line: number;
};

export type ScriptCondition = {
  /** `phase`, `visit`, `turn`, `attempt`, or `input.<path>`. */
  readonly path: string;
  readonly segments: readonly string[];
  readonly schema: JsonSchema;
  /** As written. */
  readonly wanted: Json;
};

/** What a turn does; exactly one is given. `text` beside `calls` is the text beside them. */
const ACTS = ['to', 'finish', 'abort', 'ops', 'text', 'calls'] as const;
/** Which other keys an act takes. */
const BESIDE: Record<(typeof ACTS)[number], readonly string[]> = {
  to: ['artifact', 'type', 'reason', 'confidence'],
  finish: ['type', 'reason', 'confidence'],
  abort: [],
  ops: [],
  text: ['ended'],
  calls: ['text', 'ended'],
};
const ALWAYS = ['usage', 'delay_ms'];

/**
 * Reads a file of rules.
 * @throws UserError `config` with file, line and column: not YAML, an unknown key, a wrong value.
 */
export function readScript(text: string, file: string): readonly ScriptRule[] {
  const { source, value } = readShaped(text, file, ScriptSchema, KEYS);
  return rulesIn(source, file, (value as Static<typeof ScriptSchema>).rules);
}

/**
 * A YAML file of a shape. @param keys all keys there are, for a hint at the one that was meant.
 * @throws UserError `config` with file, line and column.
 */
export function readShaped(
  text: string,
  file: string,
  shape: TSchema,
  keys: readonly string[],
): { readonly source: YamlSource; readonly value: unknown } {
  const read = readYaml(text);
  if (!read.ok) {
    const [problem] = read.problems;
    const { line, column } = problem;
    throw new UserError('config', sentenceOf(problem), { where: { file, line, column } });
  }
  const { source } = read;
  const errors = misfits(shape, source.value ?? null);
  // A key that is not known says more than the one that it was meant to be and that is missing.
  const error = errors.find(({ unknown }) => unknown) ?? errors[0];
  if (error?.unknown === true) throw unknownKey(source, file, error.path, keys);
  if (error !== undefined) throw misfit(source, file, error.path, error.message);
  return { source, value: source.value };
}

/** The rules of a file, which lie under `rules`. @throws UserError `config` with file, line and column. */
export function rulesIn(
  source: YamlSource,
  file: string,
  rules: readonly Static<typeof RuleSchema>[],
): readonly ScriptRule[] {
  return rules.map((rule, i) => {
    checkTurn(source, file, ['rules', String(i), 'turn'], rule.turn);
    return {
      turn: rule.turn,
      times: rule.times ?? Number.POSITIVE_INFINITY,
      conditions: conditionsOf(source, file, i, rule.match ?? {}),
      number: i + 1,
      line: placeOf(source, ['rules', String(i)]).line,
    };
  });
}

/** @throws UserError `config` when a turn does not do exactly one thing. */
export function checkTurn(source: YamlSource, file: string, at: readonly string[], turn: ScriptTurn): void {
  const given = Object.keys(turn);
  const acts = ACTS.filter((act) => given.includes(act) && !(act === 'text' && given.includes('calls')));
  const [act] = acts;
  if (act === undefined || acts.length > 1) {
    const which = acts.length > 1 ? `has ${acts.join(' and ')}` : 'says nothing to do';
    throw misfit(source, file, at, `${which}; give exactly one of ${ACTS.join(', ')}`);
  }
  const stray = given.find((key) => key !== act && !BESIDE[act].includes(key) && !ALWAYS.includes(key));
  if (stray !== undefined) {
    throw misfit(
      source,
      file,
      [...at, stray],
      `does not go with "${act}", which takes ${[...BESIDE[act], ...ALWAYS].join(', ')}`,
    );
  }
}

function conditionsOf(source: YamlSource, file: string, i: number, match: Record<string, unknown>): ScriptCondition[] {
  const { input = {}, ...position } = match;
  const flat = [
    ...Object.entries(position).map(([key, wanted]) => ({ path: key, segments: [key], wanted, at: ['match', key] })),
    ...Object.entries(input as object).map(([key, wanted]) => ({
      path: `input.${key}`,
      segments: ['input', ...key.split('.')],
      wanted,
      at: ['match', 'input', key],
    })),
  ];
  return flat.map(({ path, segments, wanted, at }) => {
    const schema: JsonSchema = isObject(wanted) ? (wanted as JsonSchema) : { const: wanted as Json };
    try {
      if (isObject(wanted)) compileSchema(schema);
    } catch (error) {
      const place = ['rules', String(i), ...at];
      throw misfit(source, file, place, `is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`);
    }
    return { path, segments, schema, wanted: wanted as Json };
  });
}

/** Keys of a file of rules. */
export const KEYS = [
  'rules',
  ...Object.keys(RuleSchema.properties),
  ...Object.keys(TurnSchema.properties),
  ...['phase', 'visit', 'attempt', 'input', 'kind', 'args', 'name', 'output', 'cached'],
];

/** What is wrong at a place of a file. */
export function misfit(source: YamlSource, file: string, path: readonly string[], message: string): UserError {
  const place = path.length === 0 ? 'The file' : path.join('.');
  return new UserError('config', `${place} ${message}.`, { where: { file, ...placeOf(source, path) } });
}

function unknownKey(source: YamlSource, file: string, path: readonly string[], keys: readonly string[]): UserError {
  const key = path.at(-1) ?? '';
  const { message, where } = misfit(source, file, path.slice(0, -1), `has the unknown field "${key}"`);
  const near = nearest(key, keys);
  const hint = near === undefined ? {} : { hint: `Did you mean "${near}"?` };
  return new UserError('config', message, { where: { ...where, ...placeOf(source, path) }, ...hint });
}
