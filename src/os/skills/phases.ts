import { oneOf } from '../suggest.ts';
import { SHARED } from './names.ts';
import { checkKeys, flagOf, member, numberOf, type Part, refuse, textOf, textsOf } from './part.ts';
import type { Sheet } from './sheets.ts';
import { type Phase, USER_MESSAGE } from './skill.ts';
import { readSteps } from './steps/read.ts';

const KEYS = [
  'type',
  'name',
  'input',
  'role',
  'model_class',
  'allowed_ops',
  'max_act_turns',
  'can_finish',
  'preprocessor',
];

const STRUCTURE = 'Delete it: a phase knows its input and instructions, the graph in skill.md knows what follows (P1).';
const MISPLACED: Readonly<Record<string, string>> = {
  output: STRUCTURE,
  output_schema: STRUCTURE,
  final_output: STRUCTURE,
  next: STRUCTURE,
  next_phase: STRUCTURE,
  next_phases: STRUCTURE,
  transitions: STRUCTURE,
  edges: STRUCTURE,
  graph: STRUCTURE,
  permissions: 'Move it to the front matter of skill.md: the skill bounds what its phases may do (P1).',
  postprocessor: 'Move it to the front matter of skill.md.',
};

export const DEFAULT_MODEL_CLASS = 'standard';
export const DEFAULT_ACT_TURNS = 8;

/** What a phase needs to know of its skill to be read. */
export type PhaseContext = {
  /** Names of all phases, for guards of steps. */
  readonly phases: readonly string[];
  /** Names of all artifact types that are defined. */
  readonly artifacts: readonly string[];
  /** Files in `steps/`. */
  readonly code: readonly string[];
};

export type ReadPhase = { readonly phase: Phase; readonly canFinish: boolean };

/** Reads one phase. What cannot be read is reported and replaced by its default, so that the rest can be checked. */
export function readPhase(name: string, sheet: Sheet, isFile: boolean, context: PhaseContext): ReadPhase {
  const { keys } = sheet;
  if (keys.value !== undefined) {
    checkKeys(keys, KEYS, 'a phase', MISPLACED);
    checkHead(name, keys, isFile);
  }
  const role = textOf(member(keys, 'role'));
  const allowed = textsOf(member(keys, 'allowed_ops'), 'op names');
  const phase: Phase = {
    name,
    input: readInput(keys, isFile, context),
    ...(role === undefined ? {} : { role }),
    modelClass: modelClassOf(member(keys, 'model_class')),
    ...(allowed === undefined ? {} : { allowedOps: allowed }),
    maxActTurns: numberOf(member(keys, 'max_act_turns'), 0, true) ?? DEFAULT_ACT_TURNS,
    preprocessor: readSteps(member(keys, 'preprocessor'), context),
    instructions: plainText(sheet.body),
  };
  return { phase, canFinish: flagOf(member(keys, 'can_finish')) ?? false };
}

/** Body text as the model gets it: the same whatever the line ends and blank lines around it. */
export function plainText(body: string): string {
  return body.replaceAll('\r\n', '\n').trim();
}

function checkHead(name: string, keys: Part, isFile: boolean): void {
  const type = textOf(member(keys, 'type'));
  const given = textOf(member(keys, 'name'));
  const bare = name.startsWith(SHARED) ? name.slice(SHARED.length) : name;
  if (type !== undefined && type !== 'phase') {
    refuse(
      member(keys, 'type'),
      'format/type',
      `the type of a phase is "phase", not "${type}"`,
      'Write "type: phase".',
    );
  }
  if (given !== undefined && given !== bare) {
    const message = `the phase is called ${bare} here, its name says "${given}"`;
    refuse(member(keys, 'name'), 'format/name', message, `Write "name: ${bare}".`);
  }
  if (!isFile) return;
  if (member(keys, 'type').value === undefined) {
    refuse(keys, 'format/missing-key', 'the phase has no type', 'Add "type: phase".');
  }
  if (member(keys, 'name').value === undefined) {
    refuse(keys, 'format/missing-key', 'the phase has no name', `Add "name: ${bare}".`);
  }
}

/** `A` or `A | B`. A section that says nothing takes a person's message. */
function readInput(keys: Part, isFile: boolean, context: PhaseContext): readonly string[] {
  const part = member(keys, 'input');
  const text = textOf(part, 'Write one artifact type, or several as "a | b".');
  if (text === undefined) {
    if (keys.value === undefined) return []; // broken YAML: nothing can be checked against it
    if (isFile && part.value === undefined) {
      refuse(
        keys,
        'format/missing-key',
        'the phase has no input',
        `Add "input: ${USER_MESSAGE.name}" or another type.`,
      );
    }
    return [USER_MESSAGE.name];
  }
  const types = text.split('|').map((type) => type.trim());
  for (const type of types) checkArtifact(part, type, context.artifacts);
  if (new Set(types).size !== types.length) {
    refuse(part, 'format/input', `"${text}" names an artifact type twice`, 'Name each type once.');
  }
  return [...new Set(types)];
}

/** Reports an artifact type that is not defined. */
export function checkArtifact(part: Part, type: string, artifacts: readonly string[]): void {
  if (type === USER_MESSAGE.name || artifacts.includes(type)) return;
  const known = [USER_MESSAGE.name, ...artifacts];
  const fix = `Write ${oneOf(type, known)}, or define it under "artifacts".`;
  refuse(part, 'format/unknown-artifact', `there is no artifact type "${type}"`, fix);
}

function modelClassOf(part: Part): string {
  const text = textOf(part);
  if (text === undefined) return DEFAULT_MODEL_CLASS;
  if (/^[a-z0-9]+(?:[_-][a-z0-9]+)*$/.test(text)) return text;
  refuse(
    part,
    'format/name',
    `"${text}" is not the name of a model class`,
    'Write e.g. light, standard, strong or none.',
  );
  return DEFAULT_MODEL_CLASS;
}
