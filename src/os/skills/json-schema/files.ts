import type { JsonObject } from '../../json.ts';
import { LIMITS } from '../limits.ts';
import { MAX_NAME, SKILL_NAME, SNAKE_CASE } from '../names.ts';
import { DENIABLE } from '../permissions.ts';
import { PYTHON_SECONDS } from '../python-module.ts';
import { SKILL_KINDS } from '../skill.ts';
import { documentOf, keyed, ref, SENTENCES, TEXT, TEXTS } from './parts.ts';

/**
 * JSON Schemas of the files of a skill, for editors: they complete keys, say what each means, and mark what the loader
 * would refuse by shape. What takes knowledge of other places (whether a phase exists, whether a guard can hold) is the
 * loader's and lint's to say.
 */

const STEPS: JsonObject = { type: 'array', items: ref('step') };
const FLAG: JsonObject = { type: 'boolean' };
const LOOSE: JsonObject = { type: ['string', 'array', 'object'] };
const named = (pattern: RegExp): JsonObject => ({ type: 'string', pattern: pattern.source, maxLength: MAX_NAME });

const GRAPH: JsonObject = {
  type: 'object',
  additionalProperties: {
    anyOf: [TEXT, ref('edge'), { type: 'array', items: { anyOf: [TEXT, ref('edge')] } }],
  },
};

const group = (...keys: readonly string[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(keys.map((key) => [key, TEXTS])),
  additionalProperties: false,
});

const PERMISSIONS = keyed('permissions', {
  file: group('read', 'write'),
  skill: group('run', 'delegate', 'write'),
  optional: { type: 'array', items: { enum: [...DENIABLE] } },
  exec: { type: 'array', items: TEXTS },
  net: TEXTS,
  mcp: { type: 'object', additionalProperties: TEXTS },
  recall: TEXTS,
  index: TEXTS,
  eval: FLAG,
  python: {
    type: 'array',
    items: {
      type: 'object',
      properties: { module: TEXT, function: TEXT, timeout: { type: 'number', maximum: PYTHON_SECONDS.most } },
      required: ['module', 'function'],
      additionalProperties: false,
    },
  },
  secrets: TEXTS,
});

const LIMIT_SHAPES = Object.entries(LIMITS).map(([key, { least, whole }]): [string, JsonObject] => [
  key,
  { type: whole ? 'integer' : 'number', minimum: least },
]);

const POSTPROCESSOR = keyed(
  'postprocessor',
  { steps: STEPS, output_name: TEXT, output_schema: ref('inline'), output_description: TEXT },
  ['output_name', 'output_schema'],
);

const EXAMPLES: JsonObject = {
  type: 'object',
  properties: { positive: SENTENCES, negative: SENTENCES },
  additionalProperties: false,
};

const ROUTING = keyed('routing', {
  triggers: SENTENCES,
  exclude_when: SENTENCES,
  when_to_use: SENTENCES,
  when_not_to_use: SENTENCES,
  examples: EXAMPLES,
});

const CALL: JsonObject = {
  type: 'object',
  properties: { tool: TEXT, args: { type: 'object' }, save_as: TEXT },
  required: ['tool'],
  additionalProperties: false,
};

/** Front matter of skill.md. */
export function skillJsonSchema(): JsonObject {
  const shapes = {
    type: { const: 'skill' },
    name: named(SKILL_NAME),
    description: TEXT,
    kind: { enum: [...SKILL_KINDS] },
    entry: TEXT,
    final_output: TEXT,
    final_output_description: TEXT,
    finish_criteria: SENTENCES,
    graph: GRAPH,
    artifacts: { type: 'object', propertyNames: named(SNAKE_CASE), additionalProperties: ref('inline') },
    permissions: PERMISSIONS,
    postprocessor: POSTPROCESSOR,
    limits: keyed('limits', Object.fromEntries(LIMIT_SHAPES)),
    routing: ROUTING,
    required_tools: TEXTS,
    tool_chain: { type: 'array', items: CALL },
    decision_tree: LOOSE,
    tags: TEXTS,
    scope: SENTENCES,
    source: TEXT,
    lineage: LOOSE,
    library: FLAG,
    imported_from: TEXT,
    imported_at: TEXT,
    imported_format: TEXT,
    imported_revision: { type: ['string', 'number'] },
  };
  const about = 'Keys of skill.md, between its two lines "---".';
  return documentOf('skill.md', about, keyed('skill.md', shapes, ['type', 'name']), [
    'edge',
    'guard',
    'inline',
    'value',
    'schema',
    'step',
  ]);
}

/** Front matter of phases/<phase>.md. */
export function phaseJsonSchema(): JsonObject {
  const shapes = {
    type: { const: 'phase' },
    name: named(SNAKE_CASE),
    input: TEXT,
    role: TEXT,
    model_class: { type: 'string', pattern: SKILL_NAME.source },
    allowed_ops: TEXTS,
    max_act_turns: { type: 'integer', minimum: 0 },
    can_finish: FLAG,
    preprocessor: STEPS,
  };
  const about = 'Keys of phases/<phase>.md, between its two lines "---". In a section of skill.md none is required.';
  return documentOf('phases/<phase>.md', about, keyed('a phase', shapes, ['type', 'name', 'input']), [
    'guard',
    'inline',
    'value',
    'schema',
    'step',
  ]);
}

/** artifacts/<type>.yaml: `{name, description, wrapped, schema}`, or a bare schema. */
export function artifactJsonSchema(): JsonObject {
  const wrapper = keyed('an artifact file', {
    schema: ref('schema'),
    name: named(SNAKE_CASE),
    description: TEXT,
    wrapped: FLAG,
  });
  const about = 'A file artifacts/<type>.yaml: name, description and schema, or a bare JSON Schema.';
  const wrapped: JsonObject = { required: ['schema'] };
  const either = {
    type: 'object',
    minProperties: 1,
    allOf: [{ anyOf: [{ not: wrapped }, wrapper] }, { anyOf: [wrapped, ref('schema')] }],
  };
  return documentOf('artifacts/<type>.yaml', about, either, ['schema']);
}
