import { availableParallelism } from 'node:os';
import { hasProtoKey, isDeeperThan, MAX_DEPTH, parseJson } from '../../json.ts';
import { failed } from './fault.ts';
import { HOME } from './imports.ts';
import { JS_LIMITS, type JsCall, type JsEnd, type JsEngine } from './port.ts';
import { startThread, type Thread } from './thread.ts';
import type { JsAnswer, JsFailed, JsRequest } from './wire.ts';

const MOST_THREADS = 4;

type Job = {
  readonly request: JsRequest;
  readonly answer: (answer: JsAnswer) => void;
  /** Absent while the job waits. */
  thread: Thread | undefined;
};

/**
 * QuickJS in a few threads, each started when a call finds no other free, and kept. Calls beyond their number wait
 * their turn. Nothing of QuickJS is loaded, and no thread runs, before the first call.
 */
export function openJsEngine(): JsEngine {
  const size = Math.min(availableParallelism(), MOST_THREADS);
  const threads = new Set<Thread>();
  const idle: Thread[] = [];
  /** Threads that have answered and will be idle in a moment. */
  const settling = new Set<Thread>();
  const jobs = new Set<Job>();
  const waiting: Job[] = [];
  let isClosed = false;

  const start = (): Thread => {
    const thread = startThread({
      free: () => {
        settling.delete(thread);
        idle.push(thread);
        next();
      },
      gone: () => {
        settling.delete(thread);
        threads.delete(thread);
        idle.splice(0, idle.length, ...idle.filter((other) => other !== thread));
        next();
      },
    });
    threads.add(thread);
    return thread;
  };
  /** Gives the call that waits longest to the thread that was used last, or to a new one if none is about to be idle. */
  const next = (): void => {
    const [job] = waiting;
    if (job === undefined) return;
    const mayStart = threads.size < size && settling.size < waiting.length;
    const thread = idle.pop() ?? (mayStart ? start() : undefined);
    if (thread === undefined) return;
    waiting.shift();
    job.thread = thread;
    thread.take(job.request, job.answer);
  };
  const submit = (request: JsRequest, signal: AbortSignal): Promise<JsAnswer> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        jobs.delete(job);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        if (job.thread === undefined) waiting.splice(waiting.indexOf(job), 1);
        else void job.thread.stop();
        reject(signal.reason);
      };
      const answer = (given: JsAnswer): void => {
        leave();
        if (job.thread !== undefined) settling.add(job.thread);
        resolve(given);
      };
      const job: Job = { request, answer, thread: undefined };
      signal.addEventListener('abort', abort);
      jobs.add(job);
      waiting.push(job);
      next();
    });

  return {
    run: async (call, signal) => {
      signal.throwIfAborted();
      if (isClosed) return closed(call);
      const { input, ...rest } = call;
      const fault = faultOf(call);
      if (fault !== undefined) return fault;
      const text = JSON.stringify(input);
      const bytes = Buffer.byteLength(text);
      if (bytes > JS_LIMITS.inputBytes) {
        return failed('js_input', `${inputOf(call)} is ${bytes} bytes of JSON; ${JS_LIMITS.inputBytes} at most`);
      }
      return endOf(await submit({ ...rest, input: text }, signal), call);
    },
    close: async () => {
      isClosed = true;
      waiting.length = 0;
      for (const { answer, request } of jobs) answer(closed(request));
      await Promise.all([...threads].map((thread) => thread.stop()));
    },
  };
}

function faultOf(call: JsCall): JsFailed | undefined {
  const { input } = call;
  if (isDeeperThan(input, MAX_DEPTH)) {
    return failed('js_input', `${inputOf(call)} is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (hasProtoKey(input)) return failed('js_input', `${inputOf(call)} has a key "__proto__"`);
  return undefined;
}

/** What came back is checked again: that it can be trusted does not depend on what ran beside the untrusted code. */
function endOf(answer: JsAnswer, { module, function: name }: JsCall): JsEnd {
  if (!answer.ok) return answer;
  const parsed = parseJson(answer.text);
  if (parsed.ok) return { ok: true, value: parsed.value };
  return failed('js_output', `${name} of ${HOME}${module} returned what is not JSON: ${parsed.message}`);
}

const inputOf = ({ module, function: name }: JsCall): string => `the input of ${name} of ${HOME}${module}`;

const closed = ({ module }: { readonly module: string }): JsFailed =>
  failed('js_error', `${HOME}${module} cannot run: the engine was closed`);
