import { splitPathOrAll } from '../guards.ts';
import { type Part, refuse, textOf } from '../part.ts';
import type { OnError, Step } from '../skill.ts';

/** What every step has, whatever its type. */
export type StepFrame = Pick<Step, 'into' | 'onError' | 'when'>;

/** A type of step: the keys it adds to the frame's, and how it is read. One file each, listed in `list.ts`. */
export type StepType = {
  readonly type: Step['type'];
  readonly keys: readonly string[];
  /** `undefined` after reporting what is wrong. */
  read(part: Part, frame: StepFrame): Step | undefined;
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
