import type { QuickJSHandle } from 'quickjs-emscripten-core';
import { didYouMean, listed } from '../../suggest.ts';
import { shortened } from '../shortened.ts';
import { failed, tooSlow } from './fault.ts';
import { HOME, resolveImport } from './imports.ts';
import { JS_LIMITS } from './port.ts';
import { type Call, Ended, explain, keep, type Progress, take, text } from './progress.ts';
import { seedOf } from './seed.ts';
import type { JsAnswer, JsRequest } from './wire.ts';

/** Promise jobs that run before the clock is looked at. */
const JOBS = 1000;

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
  runtime.setModuleLoader(
    (name) => {
      const path = name.slice(HOME.length);
      const source = Object.hasOwn(modules, path) ? modules[path] : undefined;
      if (source === undefined) return refuse(at.refused ?? '');
      return source.includes('\0') ? refuse(nulIn(name)) : source;
    },
    (from, specifier) => {
      const found = resolveImport(from, specifier, modules);
      if (found.ok) return found.name;
      at.refused = found.message;
      return ''; // an error given here is lost: the loader is asked at once for this name, which is no module's
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
