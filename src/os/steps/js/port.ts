import type { Json } from '../../json.ts';

/**
 * Runs the pure functions of a skill's `steps/` folder in an isolated engine.
 *
 *  - J1 A function sees its input and nothing else: no file, network, clock, process, timer or other call.
 *  - J2 The same call gives the same end: randomness comes from `seed`.
 *  - J3 A call that exceeds a bound ends with a fault; it never hurts the engine, another call or this process.
 */
export type JsEngine = {
  /** Never rejects but with the signal's reason; what goes wrong inside is the end of the call. */
  run(call: JsCall, signal: AbortSignal): Promise<JsEnd>;
  close(): Promise<void>;
};

export type JsCall = {
  /** Sources by their path in `steps/`, e.g. `rank.js`, `lib/words.js`. A module imports only from these. */
  readonly modules: Readonly<Record<string, string>>;
  /** One of them. */
  readonly module: string;
  /** Name of the export to call with `input`; `default` for the default export. */
  readonly function: string;
  readonly input: Json;
  /** Seeds `Math.random`. */
  readonly seed: string;
};

export type JsEnd =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false;
      readonly code: JsFault;
      /** What happened, and where: `steps/rank.js:12` as far as it is known. */
      readonly message: string;
    };

/** Why a call gave nothing: it threw, ran too long, took too much memory, or what went in or came out will not do. */
export const JS_FAULTS = ['js_error', 'js_timeout', 'js_memory', 'js_input', 'js_output'] as const;
export type JsFault = (typeof JS_FAULTS)[number];

/** Bounds of one call. */
export const JS_LIMITS = {
  ms: 1000,
  memoryBytes: 64 * 1024 * 1024,
  inputBytes: 1024 * 1024,
  outputBytes: 1024 * 1024,
} as const;
