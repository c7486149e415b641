import Type, { type Static } from 'typebox';

/** The part of a configuration file about what runs may do. */

/** How a value names a stored secret. */
const SECRET = '`$' + '{secret:NAME}`';

const closed = { additionalProperties: false } as const;
const { Optional } = Type;
const name = { minLength: 1, maxLength: 200 } as const;

/** Kinds of need a rule of the operator may speak of. */
export const NEED_KINDS = [
  'file.read',
  'file.write',
  'skill.run',
  'skill.write',
  'exec',
  'net',
  'mcp',
  'python',
  'secret',
  'recall',
  'index',
  'eval',
] as const;

/** Kinds of op a rule of the operator may speak of; a test holds this against the list of ops. */
export const OP_KINDS = [
  ...['read_file', 'glob_files', 'grep_files', 'write_file', 'edit_file', 'delete_file', 'ask_user', 'sandboxed_exec'],
  ...['web_fetch', 'web_search', 'mcp', 'run_skill', 'list_skills', 'list_runs', 'recall', 'index_write', 'index_drop'],
  ...['judge_output', 'lint_skill', 'eval_skill', 'verify_skill', 'search_next', 'save_version', 'apply_version'],
  'propose',
];

export const RuleSchema = Type.Object(
  {
    need: Optional(Type.Enum([...NEED_KINDS], { description: 'Kind of need; this or `op` must be there.' })),
    op: Optional(Type.String({ ...name, description: 'Kind of op, e.g. write_file; every op if absent.' })),
    resource: Optional(
      Type.String({
        ...name,
        description:
          'Glob for paths, host pattern, command (`git log **`), `server/tool` or `server/*`, else a name; any if absent.',
      }),
    ),
    skill: Optional(Type.String({ ...name, description: 'The skill the rule is about; every skill if absent.' })),
    expires: Optional(
      Type.String({
        ...name,
        description: 'Last day (UTC), or moment, on which it allows; a deny rule does not expire.',
      }),
    ),
    reason: Optional(Type.String({ ...name, description: 'Why; shown where a deny rule refuses.' })),
  },
  closed,
);

const text = Type.String({ maxLength: 4096 });
const words = Type.Object({}, { additionalProperties: text });

export const McpServerSchema = Type.Object(
  {
    command: Optional(Type.String({ ...name, description: 'Program that is started and spoken to over its pipes.' })),
    args: Optional(Type.Array(text, { description: 'Arguments of the program.' })),
    env: Optional({ ...words, description: `Variables the program gets; ${SECRET} is a stored secret.` }),
    url: Optional(Type.String({ ...name, description: 'Address of a server that speaks streamable HTTP.' })),
    headers: Optional({ ...words, description: `Headers it is sent; ${SECRET} is a stored secret.` }),
    pin: Optional(
      Type.String({
        ...name,
        description: 'Hash of its tools as `reyn mcp list` shows it; allow rules count only while it is that.',
      }),
    ),
  },
  closed,
);

/** What a program in the sandbox is held to. */
export const ExecSchema = Type.Object(
  {
    seconds: Optional(Type.Number({ exclusiveMinimum: 0, maximum: 86_400, description: 'Wall clock; 60 if absent.' })),
    cpu_seconds: Optional(Type.Integer({ minimum: 1, maximum: 86_400, description: 'Processor time; 60 if absent.' })),
    memory_mb: Optional(
      Type.Integer({ minimum: 16, maximum: 1_048_576, description: 'Address space of a process; 2048 if absent.' }),
    ),
    output_kb: Optional(
      Type.Integer({ minimum: 1, maximum: 1_048_576, description: 'Kept of each output stream; 1024 if absent.' }),
    ),
    file_mb: Optional(
      Type.Integer({ minimum: 1, maximum: 1_048_576, description: 'Largest file it may write; 100 if absent.' }),
    ),
    processes: Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: 'Processes at once; 256 if absent.' }),
    ),
  },
  { ...closed, description: 'What every program in the sandbox is held to.' },
);

export type McpServerEntry = Omit<Static<typeof McpServerSchema>, 'env' | 'headers'> & {
  env?: Record<string, string>;
  headers?: Record<string, string>;
};
