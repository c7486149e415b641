import { Worker } from 'node:worker_threads';
import { failed, outOfMemory, tooSlow } from './fault.ts';
import { HOME } from './imports.ts';
import { JS_LIMITS } from './port.ts';
import type { JsAnswer, JsReply, JsRequest } from './wire.ts';

/**
 * One worker thread.
 *
 *  - T1 It has one request at a time, from `take` to `free`, and answers it once.
 *  - T2 What does not answer in time is terminated; nothing inside has to cooperate.
 *  - T3 Only a thread that has a request holds the process.
 */
export type Thread = {
  take(request: JsRequest, answer: (answer: JsAnswer) => void): void;
  /** Ends the thread, and the request with it, unanswered. */
  stop(): Promise<void>;
};

export type ThreadEvents = {
  /** The thread can take the next request. */
  free(): void;
  /** The thread has ended. */
  gone(): void;
};

/** A worker beside this module in the sources, and beside the bundle in the build. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './js-worker.cjs', import.meta.url);

/** Time a thread has beyond the limit of a call, to see the interruption, answer and clean up. */
const GRACE_MS = 1000;
const START_MS = 30_000;
/** Holds whatever the engine's own limit of the stack lets through. */
const STACK_MB = 32;

type Work = { readonly request: JsRequest; answer: ((answer: JsAnswer) => void) | undefined };

export function startThread({ free, gone }: ThreadEvents): Thread {
  const worker = new Worker(WORKER, {
    name: 'reyn-js',
    env: {},
    execArgv: [],
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  worker.unref();
  let work: Work | undefined;
  let isReady = false;
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;

  const answer = (given: JsAnswer): void => {
    work?.answer?.(given);
    if (work !== undefined) work.answer = undefined;
  };
  const stop = async (): Promise<void> => {
    isStopping = true;
    clearTimeout(timer);
    await worker.terminate();
  };
  /** Gives the thread `ms`; an answer that is there but not read counts, however busy this process was. */
  const arm = (ms: number, late: () => JsAnswer): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = setTimeout(() => {
        answer(late());
        void stop();
      }, 1);
    }, ms);
    timer.unref();
  };
  const post = ({ request }: Work): void => {
    worker.postMessage(request);
    arm(JS_LIMITS.ms + GRACE_MS, () => failed('js_timeout', tooSlow(HOME + request.module)));
  };

  worker.on('message', (reply: JsReply) => {
    if (isStopping) return; // it must not seem free, nor let the process go before it has ended
    if (reply.kind === 'answer') return answer(reply.answer);
    clearTimeout(timer);
    const isFirst = !isReady;
    isReady = true;
    if (isFirst && work !== undefined) return post(work);
    work = undefined;
    worker.unref();
    free();
  });
  worker.on('error', (error: Error & { code?: string }) => {
    const place = HOME + (work?.request.module ?? '');
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    answer(
      isMemory
        ? failed('js_memory', outOfMemory(place))
        : failed('js_error', `${place}: the engine failed: ${error.message}`),
    );
  });
  worker.on('exit', () => {
    clearTimeout(timer);
    answer(failed('js_error', `${HOME}${work?.request.module ?? ''}: the engine ended`));
    gone();
  });

  return {
    take: (request, given) => {
      work = { request, answer: given };
      worker.ref();
      if (isReady) post(work);
      else arm(START_MS, () => failed('js_error', `the engine did not start within ${START_MS / 1000} s`));
    },
    stop: () => {
      work = undefined;
      return stop();
    },
  };
}
