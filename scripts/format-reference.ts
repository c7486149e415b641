import { NEED_KINDS } from '../src/os/config/schema.ts';
import { MAX_NAME, nameProblem } from '../src/os/skills/names.ts';
import { DEFAULT_ACT_TURNS, DEFAULT_MODEL_CLASS } from '../src/os/skills/phases.ts';
import { MAX_FILES, MAX_SKILL_BYTES } from '../src/os/skills/read-source.ts';
import { MAX_FILE_BYTES } from '../src/os/skills/regular-file.ts';
import { MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES } from '../src/os/skills/schema-check.ts';
import { FORMATS, KEYWORDS } from '../src/os/skills/schema-words.ts';
import { SKILL_KINDS } from '../src/os/skills/skill.ts';
import { ON_ERROR } from '../src/os/skills/steps/frame.ts';
import { LATER_STEP_TYPES } from '../src/os/skills/steps/list.ts';
import { code, glossary } from './markdown.ts';

/**
 * What every key of a skill means, by what the loader calls the place it stands in. A test holds this against the
 * loader: no key is missing here, and none is here that the loader does not know.
 */
export const FORMAT_KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'skill.md': {
    type: '`skill`.',
    name: 'The name of the folder.',
    description: 'What the skill is for; models are shown it.',
    kind: `One of ${SKILL_KINDS.map(code).join(', ')}; \`graph\` if absent. Only \`graph\` can be run.`,
    entry: 'First phase. May be absent where it is clear: one phase, or one that no edge leads to.',
    final_output: 'Artifact type of the result; the only type if absent.',
    final_output_description: 'Shown to the model where it may finish.',
    finish_criteria: 'Sentences, shown to the model where it may finish.',
    graph: 'Phase → its edges, in order. Absent with one phase: that phase, then `end`.',
    artifacts: 'Artifact types defined here, in JSON Schema or the shorthand below.',
    permissions: 'Upper bound of what any phase may do. Absent = nothing.',
    postprocessor: 'Steps over the result after the last phase.',
    limits: 'Limits of every run of this skill; those of the configuration can only be tightened.',
    routing: 'When the skill is meant. Kept and checked; nothing matches by it yet.',
    required_tools: 'Tools the skill counts on. Kept.',
    tool_chain: 'Tool calls of a skill of that kind. Kept.',
    decision_tree: 'A mapping, a list or text. Kept.',
    tags: 'Tags. Kept.',
    scope: 'Text. Kept.',
    source: 'Where the skill comes from. Kept.',
    lineage: 'What it was made from. Kept.',
    library: 'Whether it belongs to the library. Kept.',
    imported_from: 'Provenance. Kept.',
    imported_at: 'Provenance. Kept.',
    imported_format: 'Provenance. Kept.',
    imported_revision: 'Provenance. Kept.',
  },
  'a phase': {
    type: '`phase`. Required in a file.',
    name: 'The name of the file. Required in a file.',
    input: 'Artifact type the phase takes, or several: `a | b`. Required in a file; `user_message` in a section.',
    role: 'Who the model is to be; shown to it.',
    model_class: `Class that the configuration maps to a model; \`${DEFAULT_MODEL_CLASS}\` if absent. \`none\`: no model is asked, the phase is its steps.`,
    allowed_ops:
      'Ops the model may ask for; `[]` = none. Absent = `ask_user` and the reading ops that `permissions` covers.',
    max_act_turns: `Turns with ops in one visit; ${DEFAULT_ACT_TURNS} if absent. Then only edges are offered.`,
    can_finish: '`true` adds an edge to `end`.',
    preprocessor: 'Steps over the input before anybody sees it.',
  },
  'an edge': {
    to: 'A phase, or `end`.',
    when: 'Guard: dot path → JSON Schema, or a literal that must be equal. All must hold; an absent path does not.',
    carry: 'Field of the target’s artifact → where the OS takes it from.',
    description: 'Shown to the model beside the edge.',
  },
  permissions: {
    file: '`{read: [globs], write: [globs]}`, relative to the project. `*` and `?` within a name, `**` any folders.',
    skill: '`{run: [names], write: [names]}`: skills that `run_skill` may start. `write`: not yet.',
    optional: `Kinds of denial the skill can live with, e.g. ${code(NEED_KINDS[1])}: they do not make the run exit 4.`,
    exec: 'Lists of argument patterns. Checked; no op uses it yet.',
    net: 'Hosts. Checked; no op uses it yet.',
    mcp: 'Server → tools. Checked; no op uses it yet.',
    recall: 'Sources. Checked; no op uses it yet.',
    index: 'Sources. Checked; no op uses it yet.',
    eval: '`true` or `false`. No op uses it yet.',
    python: 'Entries. No step uses it yet.',
  },
  limits: {
    max_phase_visits: 'Entries into any one phase.',
    max_turns: 'Turns of models, rejected ones too.',
    tokens: 'Tokens in and out.',
    usd: 'Cost in USD.',
    seconds: 'Running time; waiting does not count.',
  },
  postprocessor: {
    steps: 'The steps, over the result.',
    output_name: 'Name of what comes out.',
    output_schema: 'Schema of what comes out; what does not fit fails the run.',
    output_description: 'What comes out, for people.',
  },
  'a step of type op': {
    type: '`op`.',
    op: 'The op. One that waits for a person cannot be a step.',
    args: `Its arguments. Strings may hold ${code(`\${path}`)}, a dot path in the artifact; a string that is one such place keeps the type.`,
    into: 'Dot path in the artifact that the result is written to; `.` replaces all of it. Absent = the result is dropped.',
    on_error: `${ON_ERROR.map(code).join(', ')}: fail the run (if absent), leave \`into\` as it is, or write the empty value of its type.`,
    when: 'Guard; without it holding the step is left out. `input` and `artifact` are the artifact as the steps before left it.',
  },
  'a step of type validate': {
    type: '`validate`.',
    schema: 'JSON Schema, or the shorthand.',
    path: 'Dot path of what is checked; all of the artifact if absent.',
    into: 'Where the findings go, as a list of sentences. Absent = a finding fails the step.',
    on_error: 'As above.',
    when: 'As above.',
  },
  'an artifact file': {
    schema: 'The JSON Schema.',
    name: 'The name of the file.',
    description: 'What it is; models are shown it.',
    wrapped: '`true` or `false`; accepted for older folders, no effect.',
  },
  routing: {
    triggers: 'Sentences.',
    exclude_when: 'Sentences.',
    when_to_use: 'Sentences.',
    when_not_to_use: 'Sentences.',
    examples: '`{positive: […], negative: […]}`.',
  },
};

/** The page of the skill format. */
export function formatPage(): string {
  const places = Object.entries(FORMAT_KEYS).map(
    ([place, keys]) => `## Keys of ${place}\n\n${NOTES[place] ?? ''}${glossary(['key', ''], keys)}`,
  );
  return [INTRODUCTION, ...places, BEHIND].join('\n\n');
}

const reserved = nameProblem('skill', 'end')?.fix.split('reserved: ')[1]?.replace(/\.$/, '') ?? '';

const INTRODUCTION = `A skill is a folder \`reyn/project/<name>\` or \`reyn/local/<name>\`; the first hides the second. What the nouns mean is in
[concepts](../concepts/README.md).

\`\`\`
<name>/
  skill.md               keys between two lines \`---\`, then prose
  phases/<phase>.md      likewise; the body is the instructions
  artifacts/<type>.yaml
  evals/scripted.yaml    rules of the scripted model; eval.md and evals/ are closed to the skill itself
\`\`\`

Phases may stand in skill.md as sections instead, \`## phase: <name>\`, each opened by a \`yaml\` block of phase keys or none. A
skill without any phase is one phase: the body of skill.md, from \`user_message\` to \`end\`. A node \`shared/<phase>\` of a graph is a
phase of \`reyn/project/shared/phases\`, with artifacts in \`reyn/project/shared/artifacts\`.

Names: a skill’s are lower-case letters and digits joined by \`-\` or \`_\`, those of phases and artifact types snake_case; at most
${MAX_NAME} characters. Reserved: ${reserved}. Bounds: ${MAX_FILE_BYTES / 1024} KB a file, ${MAX_FILES} files and ${MAX_SKILL_BYTES / 1024 / 1024} MB a skill.`;

const NOTES: Readonly<Record<string, string>> = {
  'skill.md': '`type` and `name` are required.\n\n',
  'a phase':
    'In `phases/<phase>.md`, or in the `yaml` block of a section. What a phase hands on, where it leads and what it may do is not said in it.\n\n',
  'an edge':
    'An edge is the name of its target, or these. `[]` instead of edges ends the run.\n\nPaths of `when` begin with `visits.<phase>`, `input.` (what the phase received) or name fields of the artifact that leaves (`artifact.` in full). Paths of `carry`: `input.`, `run.input.`, `phases.<phase>.` (what last left it).\n\n',
  'a step of type op': `In \`preprocessor\` of a phase and \`postprocessor\`. Not yet: ${LATER_STEP_TYPES.map(code).join(', ')}.\n\n`,
  'an artifact file': '`artifacts/<type>.yaml` is a bare schema, or these.\n\n',
  routing: 'Sentences are a text or a list of texts.\n\n',
};

const BEHIND = `## Shorthand of types

In \`artifacts\` of skill.md, in \`output_schema\` and in \`schema\` of a step. Fields are required unless marked, and objects are closed to
other fields. A field may be a mapping of fields, or a list of one of these: \`[{ title: string }]\`.

| written | means |
|---|---|
| \`string\`, \`number\`, \`integer\`, \`boolean\` | the type |
| \`number 0..1\`, \`integer 1..\`, \`number ..10\` | with bounds, included |
| \`low \\| high\` | one of these words |
| \`string[]\`, \`(low \\| high)[]\` | a list |
| \`integer?\`, or \`name?\` as the key | optional |

## JSON Schema

2020-12, or draft-07 where \`$schema\` says so; at most ${MAX_SCHEMA_NODES} nodes and ${MAX_SCHEMA_DEPTH} levels. Keywords: ${[...KEYWORDS.keys()].map(code).join(', ')}.
Formats: ${FORMATS.map(code).join(', ')}. A \`pattern\` is RE2: linear, without look-around and back-references.`;
