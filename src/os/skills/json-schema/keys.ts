import { NEED_KINDS } from '../../config/schema-governance.ts';
import { DEFAULT_ACT_TURNS, DEFAULT_MODEL_CLASS } from '../phases.ts';
import { PYTHON_SECONDS } from '../python-module.ts';
import { SKILL_KINDS } from '../skill.ts';
import { ON_ERROR } from '../steps/frame.ts';
import { DEFAULT_CONCURRENCY, DEFAULT_ITEM, MAX_CONCURRENCY } from '../steps/iterate.ts';

const code = (text: string) => `\`${text}\``;

const AS_ABOVE = { into: 'As above.', on_error: 'As above.', when: 'As above.' };

/**
 * What every key of a skill means, in Markdown, by what the loader calls the place it stands in: the one source of the
 * reference and of the JSON Schemas. A test holds it against the loader: no key is missing here, and none is here that
 * the loader does not know.
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
    file: '`{read: [globs], write: [globs]}`, relative to the project, or from `/` on for places outside of it. `*` and `?` within a name, `**` any folders.',
    skill:
      '`{run: [names], delegate: [names]}`: skills that may be started; those of `run` are held to these permissions, too. `*` stands for any. `write`: not yet.',
    optional: `Kinds of denial the skill can live with, e.g. ${code(NEED_KINDS[1])}: they do not make the run exit 4.`,
    exec: 'Commands, each a list of words: `[git, log, "*"]`. `*` is any one argument, `**` at the end any number of them.',
    net: 'Hosts: `example.com`, `*.example.com`, `*`; with another port than that of the scheme `example.com:8443`.',
    mcp: 'Server → tools; `*` stands for all of them.',
    recall: 'Sources that may be searched; `events` is the log.',
    index: 'Sources that may be written and dropped.',
    eval: '`true` or `false`. No op uses it yet.',
    python: `\`[{module, function, timeout}]\`: functions that \`python\` steps may call, and the seconds each may take (${PYTHON_SECONDS.usual} if absent, at most ${PYTHON_SECONDS.most}).`,
    secrets: `Stored secrets that arguments of ops may refer to as ${code('$' + '{secret:NAME}')}.`,
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
    into: 'Dot path in the artifact that the result is written to; `.` replaces all of it. Absent = the result is dropped. A branch has none.',
    on_error: `${ON_ERROR.map(code).join(', ')}: fail the run (if absent), leave \`into\` as it is, or write the empty value of its type. In a branch: fail the step, leave the slot out, or an empty value.`,
    when: 'Guard; without it holding the step is left out. `input` and `artifact` are the artifact as the steps before left it.',
  },
  'a step of type run_skill': {
    type: '`run_skill`.',
    skill: 'Name of the skill; it has to be in `permissions.skill`.',
    input: `Text, or the fields of its input, with ${code(`\${path}`)} places. Absent = the whole artifact; in a branch of \`iterate\` the item.`,
    ...AS_ABOVE,
  },
  'a step of type lint_skill': {
    type: '`lint_skill`.',
    path: 'The skill folder, in the project or in `work:/`.',
    shared: '`true` to read the shared phases, too.',
    ...AS_ABOVE,
  },
  'a step of type validate': {
    type: '`validate`.',
    schema: 'JSON Schema, or the shorthand.',
    path: 'Dot path of what is checked; all of the artifact if absent.',
    ...AS_ABOVE,
    into: 'Where the findings go, as a list of sentences. Absent = a finding fails the step.',
  },
  'a step of type js': {
    type: '`js`.',
    module: 'File in `steps/`; `.js` may be left out.',
    function: 'Name of the export that is called with the artifact; `default` if absent.',
    output_schema: 'Schema of what it returns, in JSON Schema or the shorthand, e.g. `string[]`.',
    ...AS_ABOVE,
  },
  'a step of type python': {
    type: '`python`.',
    module:
      'File in `steps/`; `.py` may be left out. `../stats.py` is one beside that folder, where older skills have them.',
    function: 'Name of the function that is called with the artifact. It has to be in `permissions.python`.',
    output_schema: 'As above.',
    envelope: '`true` calls the function with `{type, data}`, the artifact being `data`, as older functions expect.',
    ...AS_ABOVE,
  },
  'a step of type iterate': {
    type: '`iterate`.',
    over: 'Dot path of a list.',
    as: `Field under which a branch sees its item; ${code(DEFAULT_ITEM)} if absent. Its place, from 0, is under \`index\`.`,
    apply: 'The step of each branch.',
    concurrency: `Branches at the same time; ${DEFAULT_CONCURRENCY} if absent, at most ${MAX_CONCURRENCY}.`,
    ...AS_ABOVE,
  },
  'a step of type parallel': {
    type: '`parallel`.',
    branches: 'Name → step.',
    concurrency: 'As above.',
    ...AS_ABOVE,
  },
  'an artifact file': {
    schema: 'The JSON Schema.',
    name: 'The name of the file.',
    description: 'What it is; models are shown it.',
    wrapped: '`true` or `false`; accepted for older folders, no effect, a warning.',
  },
  routing: {
    triggers: 'Sentences.',
    exclude_when: 'Sentences.',
    when_to_use: 'Sentences.',
    when_not_to_use: 'Sentences.',
    examples: '`{positive: […], negative: […]}`.',
  },
};
