import Type, { type TProperties } from 'typebox';

/** Shapes that the schemas of events are made of. */

const open = { additionalProperties: false } as const;
export const object = <T extends TProperties>(properties: T) => Type.Object(properties, open);
/** An event's members, with a sentence for the reference. */
export const event = <T extends TProperties>(description: string, properties: T) =>
  Type.Object(properties, { ...open, description });
export const text = Type.String();
export const hex = Type.String({ minLength: 64, maxLength: 64 });
export const count = Type.Integer({ minimum: 0 });
export const optional = Type.Optional;
/** Any JSON value. Members over 8 KB are stored as blobs by the log and come back whole from it. */
export const value = Type.Unknown();

export const usage = object({
  input: count,
  output: count,
  cached: optional(count),
  usd: optional(Type.Number({ minimum: 0 })),
  /** Provider and model that was asked. */
  model: optional(text),
});
export const request = text;
export const owner = object({ id: text, pid: count });
export const typed = object({ type: text, artifact: value });
export const violation = object({
  code: text,
  path: optional(text),
  got: optional(text),
  allowed: optional(Type.Array(text)),
  message: text,
});
/** What a sub-run used, charged to the run that started it. */
export const spent = object({
  turns: count,
  ops: count,
  input: count,
  output: count,
  usd: Type.Number(),
  /** Running milliseconds; waiting does not count. */
  ms: optional(count),
  /** Provider and model that was asked, where it was no sub-run. */
  model: optional(text),
});
export const failure = object({ code: text, message: text });
/** An Ed25519 signature over the event: see `heads.ts` for the text. Absent where there was no key. */
export const signed = optional(object({ key: text, at: text, signature: text }));
/** See `vouch.ts`: absent where there was no key. */
export const vouched = optional(object({ key: text, signature: text }));
export const modelPin = object({
  name: text,
  provider: text,
  model: optional(text),
  base_url: optional(text),
  encoding: Type.Union([Type.Literal('tools'), Type.Literal('json')]),
  schema: optional(text),
  max_output_tokens: count,
  timeout: Type.Number(),
  api_key_env: text,
  api_key_file: optional(text),
  price: optional(object({ input: Type.Number(), output: Type.Number(), cached: optional(Type.Number()) })),
  /** Of the model's random choices, where it takes one. */
  seed: optional(count),
  /** Blob of the rules of a scripted model. */
  script: optional(hex),
});

export const GRANT = {
  id: text,
  skill: text,
  fingerprint: hex,
  need: text,
  op: optional(text),
  resource: text,
  scope: Type.Union([Type.Literal('exact'), Type.Literal('subtree')]),
  pin: optional(hex),
  granted: text,
  expires: text,
  who: text,
  words: optional(text),
};
