import type { JsonSchema } from '../../schema.ts';
import { splitPathOrAll } from '../guards.ts';
import { member, type Part, refuse, textOf } from '../part.ts';
import { readValueSchema } from '../shorthand.ts';
import type { OnError, Step } from '../skill.ts';

/** What every step has, whatever its type. */
export type StepFrame = Pick<Step, 'into' | 'onError' | 'when'>;

/** A type of step: the keys it adds to the frame's, and how it is read. One file each, listed in `list.ts`. */
export type StepType = {
  readonly type: string;
  readonly keys: readonly string[];
  /** `undefined` after reporting what is wrong. */
  read(part: Part, frame: StepFrame, context: StepContext): Step | undefined;
};

/** What the place of a step tells. */
export type StepContext = {
  /** Names of all phases, for guards. */
  readonly phases: readonly string[];
  /** Files in `steps/`, and with `../` in front Python files beside that folder. */
  readonly code: readonly string[];
  /** Field that holds the item of the innermost `iterate` around the step; absent outside of one. */
  readonly item?: string;
  /** Reads a step within a step. */
  readonly inner: (part: Part, item?: string) => Step | undefined;
};

export const ON_ERROR: readonly OnError[] = ['fail', 'skip', 'empty'];

/** A dot path in the artifact; `.` is all of it. */
export function artifactPath(part: Part): readonly string[] | undefined {
  const text = textOf(part, 'Write a dot path, or "." for the whole artifact.');
  if (text === undefined) return undefined;
  const path = splitPathOrAll(text);
  if (path !== undefined) return path;
  const fix = 'Write names joined by dots, or "." for the whole artifact.';
  return refuse(part, 'format/path', `"${text}" is not a path`, fix);
}

/** The text a step cannot do without. */
export function neededText(part: Part, step: Part, key: string, what: string): string | undefined {
  if (part.value === undefined) {
    return refuse(step, 'format/missing-key', `the step names no ${what}`, `Add "${key}".`);
  }
  return textOf(part);
}

/** Schema of what the function of a step returns; it cannot be left out. */
export function outputSchemaOf(step: Part): JsonSchema | undefined {
  const part = member(step, 'output_schema');
  if (part.value !== undefined) return readValueSchema(part);
  const fix = 'Add "output_schema": the schema of what the function returns.';
  return refuse(step, 'format/missing-key', 'the step does not say what its function returns', fix);
}
