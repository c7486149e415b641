import { type Example, skillMd } from './example.ts';

const NOTE = 'artifacts:\n  note: { body: string, from: "string?" }\nfinal_output: note\n';

/** A skill of one phase with these keys. */
const phase = (keys: string, more = '') =>
  skillMd(
    `${NOTE}${more}graph:\n  write: [end]`,
    `## phase: write\n\n\`\`\`yaml\n${keys.trim()}\n\`\`\`\n\nWrite a note that somebody else can act on.`,
  );

const READ = 'permissions: { file: { read: ["docs/**"] } }\n';
const STEP = (keys: string) =>
  `input: note\npreprocessor:\n  - type: op\n    ${keys.trim().replaceAll('\n', '\n    ')}`;

export const OPS_EXAMPLES = {
  'ops/unknown-op': {
    bad: phase('allowed_ops: [read_fil, read_file]', READ),
    good: phase('allowed_ops: [read_file]', READ),
  },
  'ops/outside-permissions': {
    bad: phase('allowed_ops: [read_file, write_file]', READ),
    good: phase(
      'allowed_ops: [read_file, write_file]',
      'permissions: { file: { read: ["docs/**"], write: ["notes/*.md"] } }\n',
    ),
  },
  'permissions/never-used': {
    bad: phase('allowed_ops: [read_file]', 'permissions: { file: { read: ["docs/**"], write: ["notes/*.md"] } }\n'),
    good: phase('allowed_ops: [read_file]', READ),
  },
  'permissions/too-wide': {
    bad: phase('allowed_ops: [write_file]', 'permissions: { file: { write: ["**"] } }\n'),
    good: phase('allowed_ops: [write_file]', 'permissions: { file: { write: ["notes/**"] } }\n'),
  },
  'permissions/unreadable-pattern': {
    bad: phase('allowed_ops: [read_file]', 'permissions: { file: { read: ["../etc/*"] } }\n'),
    good: phase('allowed_ops: [read_file]', 'permissions: { file: { read: ["etc/*"] } }\n'),
  },
  'skills/unknown-skill': {
    bad: phase('allowed_ops: [run_skill]', 'permissions: { skill: { run: [translat] } }\n'),
    good: phase('allowed_ops: [run_skill]', 'permissions: { skill: { run: [translate] } }\n'),
  },
  'skills/held-back': {
    bad: phase('allowed_ops: [run_skill]', 'permissions: { skill: { run: [archive] } }\n'),
    good: phase('allowed_ops: [run_skill]', 'permissions: { skill: { delegate: [archive] } }\n'),
  },
  'model/unknown-class': {
    bad: phase('model_class: stronk'),
    good: phase('model_class: strong'),
  },
  'steps/no-schema': {
    bad: phase('input: note\npreprocessor:\n  - { type: validate, schema: { type: object } }'),
    good: phase('input: note\npreprocessor:\n  - { type: validate, schema: { type: object, required: [from] } }'),
  },
  'steps/unknown-op': {
    bad: phase(STEP('op: read_fil\nargs: { path: docs/style.md }\ninto: body')),
    good: phase(STEP('op: read_file\nargs: { path: docs/style.md }\ninto: body'), READ),
  },
  'steps/ask-user-in-step': {
    bad: phase(STEP('op: ask_user\nargs: { question: "From whom?" }\ninto: from')),
    good: phase('input: note\nallowed_ops: [ask_user]'),
  },
  'steps/into-unknown-field': {
    bad: phase(STEP('op: read_file\nargs: { path: docs/style.md }\ninto: style'), READ),
    good: phase(STEP('op: read_file\nargs: { path: docs/style.md }\ninto: body'), READ),
  },
  'steps/template-unknown-field': {
    bad: phase(STEP('op: read_file\nargs: { path: "docs/$' + '{sender}.md" }\ninto: body'), READ),
    good: phase(STEP('op: read_file\nargs: { path: "docs/$' + '{from}.md" }\ninto: body'), READ),
  },
  'steps/path-unknown-field': {
    bad: phase(
      'input: note\npreprocessor:\n  - { type: validate, path: sender, schema: { type: string, minLength: 1 } }',
    ),
    good: phase(
      'input: note\npreprocessor:\n  - { type: validate, path: from, schema: { type: string, minLength: 1 } }',
    ),
  },
  'limits/cannot-finish': {
    bad: phase('input: note', 'limits: { max_turns: 0 }\n'),
    good: phase('input: note', 'limits: { max_turns: 3 }\n'),
  },
  'artifacts/unused': {
    bad: phase('role: a clerk').replace('final_output', '  memo: { body: string }\nfinal_output'),
    good: phase('input: note | memo').replace('final_output', '  memo: { body: string }\nfinal_output'),
  },
  'routing/empty': {
    bad: phase('role: a clerk', 'routing: { triggers: [] }\n'),
    good: phase('role: a clerk', 'routing: { triggers: ["write a note about this"] }\n'),
  },
  'routing/repeated': {
    bad: phase('role: a clerk', 'routing: { triggers: ["write a note"], exclude_when: ["Write a note"] }\n'),
    good: phase('role: a clerk', 'routing: { triggers: ["write a note"], exclude_when: ["write a letter"] }\n'),
  },
} as const satisfies Record<string, Example>;
