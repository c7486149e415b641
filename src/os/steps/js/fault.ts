import { shortened, WHOLE } from '../shortened.ts';
import { JS_LIMITS, type JsFault } from './port.ts';
import type { JsFailed } from './wire.ts';

/** Names that other engines have; somebody who uses one is told why it is absent. */
const ELSEWHERE =
  /^'(console|process|require|module|fetch|performance|crypto|Buffer|URL|set\w+|structuredClone|window)'/;

/** Something thrown, as the prelude explains it. The name is empty when it is no error. */
export type Thrown = { readonly name: string; readonly message: string; readonly stack: string };

export function failed(code: JsFault, message: string): JsFailed {
  return { ok: false, code, message: shortened(message, WHOLE) };
}

export function outOfMemory(place: string): string {
  return `${place} needs more than ${JS_LIMITS.memoryBytes / 1024 / 1024} MB of memory`;
}

export function tooSlow(place: string): string {
  return `${place} takes longer than ${JS_LIMITS.ms / 1000} s`;
}

/** `steps/rank.js:12`: the innermost line of a module of the step, or the module when none is known. */
export function placeOf(stack: string, module: string): string {
  return /(steps\/[^\n]+?\.js:\d+)/.exec(stack)?.[1] ?? module;
}

/** What the error says and where it was thrown, as a sentence. */
export function describeThrown({ name, message, stack }: Thrown, module: string): string {
  const text = shortened(message);
  const place = placeOf(stack, module);
  if (name === '') return `${place} threw ${text}`;
  const why = name === 'ReferenceError' && ELSEWHERE.test(message) ? '; a step sees its input and nothing else' : '';
  return `${name} at ${place}: ${text}${why}`;
}
