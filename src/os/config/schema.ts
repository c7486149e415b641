import Type, { type Static } from 'typebox';
import { memberShape, type Shape } from '../shape.ts';
import { LimitsSchema } from './limits.ts';
import { ExecSchema, type McpServerEntry, McpServerSchema, RuleSchema } from './schema-governance.ts';
import { EvalConfigSchema, SelfImprovementSchema } from './schema-learning.ts';

/**
 * The shape of a configuration file (`reyn.yaml`, `reyn.local.yaml`, the user's `config.yaml`): one schema, from which
 * the check, the type and the reference come. Every key is optional; a key that is not here is an error.
 */

const closed = { additionalProperties: false } as const;
const { Optional } = Type;
const name = { minLength: 1, maxLength: 200 } as const;

const price = Type.Number({ minimum: 0 });

/** Kinds of provider; those of {@link FROM_FILE} answer from a file of the skill, the others are asked over the network. */
export const PROVIDERS = ['scripted', 'world', 'openai-compatible', 'openai', 'anthropic', 'google'] as const;

/** Providers without a network, and the file of a skill's folder that each answers from. */
export const FROM_FILE = { scripted: 'evals/scripted.yaml', world: 'evals/world.yaml' } as const;

export type FromFile = keyof typeof FROM_FILE;

export function isFromFile(provider: (typeof PROVIDERS)[number]): provider is FromFile {
  return Object.hasOwn(FROM_FILE, provider);
}

/** How far a wire schema may be degraded, each step including those before it; `models/schema-codec` does it. */
export const SCHEMA_STEPS = [
  'inline_refs',
  'describe_bounds',
  'describe_keywords',
  'close_objects',
  'limit_size',
  'object_root',
] as const;

const ModelSchema = Type.Object(
  {
    provider: Optional(Type.Enum([...PROVIDERS], { description: 'Kind of provider; openai-compatible if absent.' })),
    model: Optional(Type.String({ ...name, description: "The provider's name for the model; this key if absent." })),
    base_url: Optional(
      Type.String({
        ...name,
        description: "Where the provider answers, e.g. http://127.0.0.1:11434/v1; the provider's own if absent.",
      }),
    ),
    encoding: Optional(
      Type.Enum(['tools', 'json'], {
        description: 'How edges and ops are put to the model; as `reyn models probe` found, else tools.',
      }),
    ),
    schema: Optional(
      Type.Enum([...SCHEMA_STEPS], {
        description: 'How far schemas of tools are simplified at first; as probed, else by provider.',
      }),
    ),
    max_output_tokens: Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Output tokens one call may take; 4096 if absent.' }),
    ),
    timeout: Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 86_400, description: 'Seconds one call may take; 120 if absent.' }),
    ),
    api_key_env: Optional(
      Type.String({ ...name, description: 'Environment variable that holds the key; by provider if absent.' }),
    ),
    api_key_file: Optional(
      Type.String({
        ...name,
        description:
          'File of mode 0600 with the key and nothing else, used where the variable is not set; not in reyn.yaml.',
      }),
    ),
    price: Optional(
      Type.Object(
        { input: price, output: price, cached: Optional(price) },
        {
          ...closed,
          description: 'USD per million tokens; as shipped if absent. Without any a limit in USD refuses to start.',
        },
      ),
    ),
  },
  closed,
);

export const ConfigFileSchema = Type.Object(
  {
    model: Optional(
      Type.String({
        ...name,
        description: 'Model of every class: a key of `models`, `scripted`, or with base_url any.',
      }),
    ),
    base_url: Optional(Type.String({ ...name, description: 'Where an OpenAI-compatible server answers for `model`.' })),
    models: Optional(
      Type.Object({}, { additionalProperties: ModelSchema, description: 'Models by a name of your choice.' }),
    ),
    classes: Optional(
      Type.Object(
        {},
        {
          additionalProperties: Type.String(name),
          description: 'Model class of a phase (light, standard, strong, …) → key of `models`.',
        },
      ),
    ),
    limits: Optional(Type.Partial(LimitsSchema, { ...closed, description: 'What every run is held to.' })),
    policy: Optional(
      Type.Object(
        {
          allow: Optional(Type.Array(RuleSchema)),
          deny: Optional(Type.Array(RuleSchema)),
        },
        { ...closed, description: 'Rules of the operator; those of all files hold, deny before allow.' },
      ),
    ),
    separation_of_duties: Optional(
      Type.Boolean({
        description: 'Whether whoever started a run may not answer its permission questions; no if absent.',
      }),
    ),
    grants: Optional(
      Type.Object(
        {
          days: Optional(
            Type.Integer({ minimum: 1, maximum: 3650, description: 'How long a saved grant counts; 90 if absent.' }),
          ),
        },
        { ...closed, description: 'Grants that people save.' },
      ),
    ),
    mcp: Optional(
      Type.Object(
        {
          servers: Optional(
            Type.Object(
              {},
              { additionalProperties: McpServerSchema, description: 'MCP servers by a name of your choice.' },
            ),
          ),
        },
        { ...closed, description: 'Servers whose tools the op `mcp` calls.' },
      ),
    ),
    search: Optional(
      Type.Object(
        { base_url: Type.String({ ...name, description: 'Where a SearXNG-compatible engine answers.' }) },
        { ...closed, description: 'Engine of the op `web_search`; without it there is none.' },
      ),
    ),
    sandbox: Optional(
      Type.Enum(['auto', 'none'], {
        description:
          'auto (if absent): bubblewrap or seatbelt, else programs are refused. none: they run unconfined; only in your own config.yaml.',
      }),
    ),
    exec: Optional(ExecSchema),
    self_improvement: Optional(SelfImprovementSchema),
    eval: Optional(EvalConfigSchema),
    on_ask: Optional(
      Type.Enum(['suspend', 'fail'], { description: 'What a question does when nobody is there; suspend if absent.' }),
    ),
    embeddings: Optional(
      Type.Object(
        {
          base_url: Type.String({ ...name, description: 'Where the server answers, e.g. http://127.0.0.1:11434/v1.' }),
          model: Type.String({ ...name, description: "The server's name for the model." }),
          api_key_env: Optional(
            Type.String({ ...name, description: 'Environment variable that holds the key; REYN_API_KEY if absent.' }),
          ),
        },
        {
          ...closed,
          description: 'Makes vectors of indexed documents, which are sent there. Without it words alone are searched.',
        },
      ),
    ),
    retention: Optional(
      Type.Object(
        {
          days: Optional(
            Type.Number({
              minimum: 0,
              maximum: 36_500,
              description: 'A run that ended longer ago may go; any if absent.',
            }),
          ),
          keep: Optional(
            Type.Integer({
              minimum: 0,
              maximum: 1_000_000,
              description: 'So many of the newest stay; none if absent.',
            }),
          ),
        },
        {
          ...closed,
          description: 'Which runs `reyn gc` removes, sub-runs with the run that started them; none if absent.',
        },
      ),
    ),
    router: Optional(
      Type.String({
        ...name,
        description: 'Skill that a message without the name of a skill goes to; the one that ships if absent.',
      }),
    ),
    improver: Optional(
      Type.String({
        ...name,
        description: 'Skill that `reyn improve` runs; the one that ships if absent.',
      }),
    ),
    language: Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Language the model is asked to answer in.' }),
    ),
  },
  { ...closed, title: 'reyn.yaml' },
);

export type ModelEntry = Static<typeof ModelSchema>;

/** A configuration file as written. */
export type ConfigFile = Omit<Static<typeof ConfigFileSchema>, 'models' | 'classes' | 'mcp'> & {
  models?: Record<string, ModelEntry>;
  classes?: Record<string, string>;
  mcp?: { servers?: Record<string, McpServerEntry> };
};

/** The same schema as plain data. */
export const CONFIG_FILE: Shape = ConfigFileSchema as unknown as Shape;

/** Schema of the value at `path` of a configuration file; `undefined` when no such key can exist. */
export function schemaAt(path: readonly string[]): Shape | undefined {
  let node: Shape | undefined = CONFIG_FILE;
  for (const part of path) {
    if (node?.items !== undefined && /^\d+$/.test(part)) node = node.items;
    else node = node?.type === 'object' ? shapeOnly(memberShape(node, part)) : undefined;
  }
  return node;
}

function shapeOnly(member: Shape | boolean): Shape | undefined {
  return typeof member === 'boolean' ? undefined : member;
}

/** Keys that may stand at `path`; empty when any may, or none. */
export function keysAt(path: readonly string[]): readonly string[] {
  return Object.keys(schemaAt(path)?.properties ?? {});
}
