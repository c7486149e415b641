import type { DisposableResult, QuickJSHandle, Scope } from 'quickjs-emscripten-core';
import { didYouMean, listed } from '../../suggest.ts';
import { describeThrown, failed, outOfMemory, placeOf, shortened, type Thrown, tooSlow } from './fault.ts';
import { HOME, resolveImport } from './imports.ts';
import { JS_LIMITS } from './port.ts';
import type { Room } from './sandbox.ts';
import { seedOf } from './seed.ts';
import type { JsAnswer, JsFailed, JsRequest } from './wire.ts';

/** What one call works with. Handles belong to the scope. */
export type Call = {
  readonly room: Room;
  readonly scope: Scope;
  readonly request: JsRequest;
};

type Progress = Call & {
  /** Name of the module in messages and stacks. */
  readonly module: string;
  /** Milliseconds as of `performance.now()`. */
  readonly end: number;
  expired: boolean;
  /** What was said about an import that was refused. */
  refused: string | undefined;
};

/** Promise jobs that run before the clock is looked at. */
const JOBS = 1000;

/** Ends a call from within. */
class Ended extends Error {
  readonly answer: JsFailed;
  constructor(answer: JsFailed) {
    super(answer.message);
    this.answer = answer;
  }
}

/**
 * Loads the module, calls the export, waits for its promise if it is one, and reads what came of it.
 * @throws what the engine throws when it breaks; the room must not be used again.
 */
export function callIn(call: Call): JsAnswer {
  const { modules, module, function: name } = call.request;
  const now = performance.now();
  const at: Progress = { ...call, module: HOME + module, end: now + JS_LIMITS.ms, expired: false, refused: undefined };
  watch(at);
  try {
    const { context, ask } = call.room;
    take(at, ask('seed', keep(at, context.newNumber(seedOf(call.request.seed)))));
    const source = sourceOf(at, modules, module);
    const exports = settle(at, take(at, context.evalCode(source, at.module, { type: 'module' })));
    mustHave(at, exports, name);
    const key = keep(at, context.newString(name));
    const input = keep(at, context.newString(call.request.input));
    return read(at, settle(at, take(at, ask('call', exports, key, input))));
  } catch (error) {
    if (error instanceof Ended) return error.answer;
    throw error;
  }
}

/** Lets the engine look at the clock, and find modules by the names of {@link resolveImport}. */
function watch(at: Progress): void {
  const { runtime } = at.room;
  const { modules } = at.request;
  runtime.setInterruptHandler(() => {
    at.expired ||= performance.now() > at.end;
    return at.expired;
  });
  const refuse = (message: string) => {
    at.refused = message;
    return { error: new Error(message) };
  };
  let wrong = '';
  runtime.setModuleLoader(
    (name) => {
      const path = name.slice(HOME.length);
      const source = Object.hasOwn(modules, path) ? modules[path] : undefined;
      if (source === undefined) return refuse(wrong);
      return source.includes('\0') ? refuse(nulIn(name)) : source;
    },
    (from, specifier) => {
      const found = resolveImport(from, specifier, modules);
      if (found.ok) return found.name;
      wrong = found.message; // an error given here is lost; the loader is asked next, for a name that is no module's
      return '';
    },
  );
}

function sourceOf(at: Progress, modules: JsRequest['modules'], module: string): string {
  const source = Object.hasOwn(modules, module) ? modules[module] : undefined;
  if (source?.includes('\0')) throw new Ended(failed('js_error', nulIn(at.module)));
  if (source !== undefined) return source;
  throw new Ended(failed('js_error', `there is no ${at.module}${didYouMean(module, Object.keys(modules))}`));
}

function nulIn(module: string): string {
  return `${module} has a NUL character in it`;
}

function mustHave(at: Progress, exports: QuickJSHandle, name: string): void {
  const kinds = JSON.parse(text(at, take(at, at.room.ask('kinds', exports)))) as Record<string, string>;
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === 'function') return;
  if (kind !== undefined) throw new Ended(failed('js_error', `the export "${name}" of ${at.module} is no function`));
  const names = Object.keys(kinds);
  const has = names.length === 0 ? 'it exports nothing' : `it exports ${listed(names)}${didYouMean(name, names)}`;
  throw new Ended(failed('js_error', `${at.module} has no export "${name}"; ${has}`));
}

/** The value, or what a promise resolves to once all jobs have run that it waits for. */
function settle(at: Progress, handle: QuickJSHandle): QuickJSHandle {
  const { context, runtime } = at.room;
  for (;;) {
    const state = context.getPromiseState(handle);
    if (state.type === 'fulfilled') return state.notAPromise ? handle : keep(at, state.value);
    if (state.type === 'rejected') throw new Ended(explain(at, keep(at, state.error)));
    if (!runtime.hasPendingJob()) {
      throw new Ended(failed('js_error', `${at.module} waits for a promise that nothing settles`));
    }
    const ran = runtime.executePendingJobs(JOBS);
    if (ran.error !== undefined) throw new Ended(explain(at, keep(at, ran.error)));
    if (performance.now() > at.end) throw new Ended(failed('js_timeout', tooSlow(at.module)));
  }
}

/** The value as JSON text. */
function read(at: Progress, value: QuickJSHandle): JsAnswer {
  const who = `${at.request.function} of ${at.module}`;
  if (at.room.context.typeof(value) === 'undefined') return failed('js_output', `${who} returned nothing`);
  const written = text(at, take(at, at.room.ask('text', value)));
  const rest = written.slice(1);
  if (written.startsWith('F'))
    return failed('js_output', `${who} returned ${shortened(rest)}, which an artifact cannot hold`);
  const bytes = Buffer.byteLength(rest);
  if (bytes <= JS_LIMITS.outputBytes) return { ok: true, text: rest };
  return failed('js_output', `${who} returned ${bytes} bytes of JSON; ${JS_LIMITS.outputBytes} at most`);
}

/** The text of a string. */
function text(at: Progress, handle: QuickJSHandle): string {
  return at.room.context.getString(handle);
}

/** A handle that is freed with the scope. */
function keep(at: Progress, handle: QuickJSHandle): QuickJSHandle {
  return at.scope.manage(handle);
}

/** The value of a result, kept in the scope. Ends the call when there is an error instead. */
function take(at: Progress, result: DisposableResult<QuickJSHandle, QuickJSHandle>): QuickJSHandle {
  if (result.error === undefined) return keep(at, result.value);
  throw new Ended(explain(at, keep(at, result.error)));
}

function explain(at: Progress, error: QuickJSHandle): JsFailed {
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
