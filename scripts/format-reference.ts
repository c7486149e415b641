import { FORMAT_KEYS } from '../src/os/skills/json-schema/keys.ts';
import { MAX_NAME, nameProblem } from '../src/os/skills/names.ts';
import { MAX_FILES, MAX_SKILL_BYTES } from '../src/os/skills/read-source.ts';
import { MAX_FILE_BYTES } from '../src/os/skills/regular-file.ts';
import { MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES } from '../src/os/skills/schema-check.ts';
import { FORMATS, KEYWORDS } from '../src/os/skills/schema-words.ts';
import { code, glossary } from './markdown.ts';

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

Folders in other dialects, with \`SKILL.md\` or older keys, load too: [foreign skills](../concepts/foreign-skills.md).

Names: a skill’s are lower-case letters and digits joined by \`-\` or \`_\`, those of phases and artifact types snake_case; at most
${MAX_NAME} characters. Reserved: ${reserved}. Bounds: ${MAX_FILE_BYTES / 1024} KB a file, ${MAX_FILES} files and ${MAX_SKILL_BYTES / 1024 / 1024} MB a skill.`;

const NOTES: Readonly<Record<string, string>> = {
  'skill.md': '`type` and `name` are required.\n\n',
  'a phase':
    'In `phases/<phase>.md`, or in the `yaml` block of a section. What a phase hands on, where it leads and what it may do is not said in it.\n\n',
  'an edge':
    'An edge is the name of its target, or these. `[]` instead of edges ends the run.\n\nPaths of `when` begin with `visits.<phase>`, `input.` (what the phase received) or name fields of the artifact that leaves (`artifact.` in full). Paths of `carry`: `input.`, `run.input.`, `phases.<phase>.` (what last left it).\n\n',
  'a step of type op': 'In `preprocessor` of a phase and `postprocessor`.\n\n',
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
