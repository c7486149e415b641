import { UserError } from '../errors.ts';
import { nameProblem, phaseNameOf } from './names.ts';

/**
 * A new skill that loads, lints clean and runs with the scripted model: files by path in its folder.
 * @param wish What it should do, in somebody's words; they become the description and the instructions.
 * @throws UserError `usage` when the name cannot be a skill's.
 */
export function skillTemplate(name: string, wish?: string): ReadonlyMap<string, string> {
  const problem = nameProblem('skill', name) ?? nameProblem('phase', phaseNameOf(name));
  if (problem !== undefined) throw new UserError('usage', problem.message, { hint: problem.fix });
  const task = sentence(wish ?? '');
  return new Map([
    ['skill.md', skillMd(name, task)],
    [
      'eval.md',
      evalTemplate(name, ['- [required] Has a point.', "  - json_path: { path: 'points.*', count_at_least: 1 }"]),
    ],
    ['evals/scripted.yaml', scripted(phaseNameOf(name))],
  ]);
}

const DEFAULT_TASK = 'Turn the message into a title and a few points that somebody could act on.';
const MAX_DESCRIPTION = 200;

/** One line without control characters, ended like a sentence; empty when nothing was said. */
function sentence(wish: string): string {
  const line = wish
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const ended = line === '' || /[.!?。！？]$/.test(line) ? line : `${line}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}

/** A name as YAML text: in quotes where YAML would read a number or a word of its own. */
function quoted(name: string): string {
  return /^[0-9]/.test(name) || ['true', 'false', 'null'].includes(name) ? JSON.stringify(name) : name;
}

function skillMd(name: string, task: string): string {
  const description = task === '' ? DEFAULT_TASK : task;
  const shown = description.length > MAX_DESCRIPTION ? `${description.slice(0, MAX_DESCRIPTION - 1)}…` : description;
  return `---
type: skill
name: ${quoted(name)}
description: ${JSON.stringify(shown.toWellFormed())}
artifacts:
  result: { title: string, points: "string[]" }
---
Read the message. ${description}
Keep to what the message says; where something is not known, say so.
`;
}

/**
 * The beginning of a skill's eval.md: one case for a person to replace.
 * @param criteria further lines of criteria, of what the skill gives.
 */
export function evalTemplate(name: string, criteria: readonly string[] = []): string {
  return `---
type: eval
skill: ${quoted(name)}
acceptance_threshold: 0.85
---
Each case is an input and what has to come out. A model judges a criterion, unless below it stands how it is measured,
e.g. \`- contains: Berlin\`. A required one that is missed makes the case 0.

## case: first

input: Replace this with a message the skill should handle well.

### final

${criteria.map((line) => `${line}\n`).join('')}- [required] Keeps to what the message says.
- [aspirational] Can be acted on without reading the message.
`;
}

function scripted(phase: string): string {
  return `# What the scripted model answers: the first rule that matches. Used with --model scripted.
rules:
  - match: { phase: ${quoted(phase)} }
    turn:
      finish:
        title: An answer from evals/scripted.yaml
        points: ["The message was: \${input.text}"]
`;
}
