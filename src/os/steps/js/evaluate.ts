import { Scope } from 'quickjs-emscripten-core';
import { callIn } from './call.ts';
import { failed, outOfMemory } from './fault.ts';
import { HOME } from './imports.ts';
import type { Room } from './sandbox.ts';
import type { JsAnswer, JsRequest } from './wire.ts';

/** A call's answer, and what cleans up after it: whether the sandbox may be used again. */
export type Evaluated = { readonly answer: JsAnswer; readonly leave: () => boolean };

/**
 * Calls the function in a fresh room. Takes as long as the limit of time allows, or longer when a built-in function
 * does not look at the clock; then the thread has to be ended from outside.
 */
export function evaluate(room: Room, request: JsRequest): Evaluated {
  const scope = new Scope();
  try {
    const answer = callIn({ room, scope, request });
    return { answer, leave: () => isFreed(scope) && room.leave() };
  } catch (error) {
    return { answer: brokenBy(error, room, HOME + request.module), leave: () => false };
  }
}

function isFreed(scope: Scope): boolean {
  try {
    scope.dispose();
    return true;
  } catch {
    return false;
  }
}

/** The engine itself gave up: over its stack, its memory or an assertion of its own. */
function brokenBy(error: unknown, room: Room, module: string): JsAnswer {
  if (room.isFull()) return failed('js_memory', outOfMemory(module));
  const why = error instanceof RangeError ? 'calls within calls go too deep' : 'the engine broke off';
  return failed('js_error', `${module}: ${why}`);
}
