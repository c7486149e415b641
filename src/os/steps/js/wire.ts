import type { JsFault } from './port.ts';

/** What the engine and its worker threads tell each other. Values cross as JSON text. */

export type JsRequest = {
  readonly modules: Readonly<Record<string, string>>;
  readonly module: string;
  readonly function: string;
  /** JSON. */
  readonly input: string;
  readonly seed: string;
};

export type JsFailed = { readonly ok: false; readonly code: JsFault; readonly message: string };
export type JsAnswer = { readonly ok: true; readonly text: string } | JsFailed;

/** `ready` comes once a thread can take a request: after its start, and when it has cleaned up after an answer. */
export type JsReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'answer';
      readonly answer: JsAnswer;
    };
