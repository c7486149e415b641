import type { DisposableResult, QuickJSHandle, Scope } from 'quickjs-emscripten-core';
import { describeThrown, failed, outOfMemory, placeOf, type Thrown, tooSlow } from './fault.ts';
import type { Room } from './sandbox.ts';
import type { JsFailed, JsRequest } from './wire.ts';

/** What one call works with. Handles belong to the scope. */
export type Call = {
  readonly room: Room;
  readonly scope: Scope;
  readonly request: JsRequest;
};

/** A call under way. */
export type Progress = Call & {
  /** Name of the module in messages and stacks. */
  readonly module: string;
  /** Milliseconds as of `performance.now()`. */
  readonly end: number;
  expired: boolean;
  /** What was said about an import that was refused. */
  refused: string | undefined;
};

/** Ends a call from within. */
export class Ended extends Error {
  readonly answer: JsFailed;
  constructor(answer: JsFailed) {
    super(answer.message);
    this.answer = answer;
  }
}

/** The text of a string. */
export function text(at: Progress, handle: QuickJSHandle): string {
  return at.room.context.getString(handle);
}

/** A handle that is freed with the scope. */
export function keep(at: Progress, handle: QuickJSHandle): QuickJSHandle {
  return at.scope.manage(handle);
}

/** The value of a result, kept in the scope. Ends the call when there is an error instead. */
export function take(at: Progress, result: DisposableResult<QuickJSHandle, QuickJSHandle>): QuickJSHandle {
  if (result.error === undefined) return keep(at, result.value);
  throw new Ended(explain(at, keep(at, result.error)));
}

/** What an error of the engine, or one that was thrown, means for the call. */
export function explain(at: Progress, error: QuickJSHandle): JsFailed {
  if (at.expired) {
    at.room.runtime.removeInterruptHandler(); // an interruption is the engine's own error, and runs no code when read
    return failed('js_timeout', tooSlow(placeOf(explained(at, error)?.stack ?? '', at.module)));
  }
  const thrown = explained(at, error);
  if (at.expired) return failed('js_timeout', tooSlow(at.module));
  const place = placeOf(thrown?.stack ?? '', at.module);
  const isEmpty = thrown === undefined || (thrown.name === '' && thrown.message === 'null');
  const isMemory = thrown?.name === 'InternalError' && thrown.message === 'out of memory';
  if (isMemory || (isEmpty && at.room.isFull())) return failed('js_memory', outOfMemory(place));
  if (thrown === undefined) return failed('js_error', `${place} threw something that cannot be read`);
  if (at.refused !== undefined && thrown.message === at.refused) return failed('js_error', at.refused);
  return failed('js_error', describeThrown(thrown, at.module));
}

function explained(at: Progress, error: QuickJSHandle): Thrown | undefined {
  const result = at.room.ask('explain', error);
  if (result.error !== undefined) {
    result.error.dispose();
    return undefined;
  }
  const [name, message, stack] = JSON.parse(text(at, keep(at, result.value))) as [string, string, string];
  return { name, message, stack };
}
