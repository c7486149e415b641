import Type, { type Static, type TObject, type TProperties } from 'typebox';
import { LimitsSchema } from '../config/limits.ts';

/**
 * Every event there is: a closed union, each member with a schema. An event of another type or shape cannot be
 * appended. A run's events go to its own log; acts outside a run, and the opening and closing of every run, go to the
 * project log.
 *
 * One line of a log is `{v, seq, epoch, ts, type, run, step?, data, prev, hash}`. `hash` is the digest of the line
 * without its `hash` member, and `prev` the hash of the line before, so a chain. Digests in lines are base64url; those
 * of files and blobs are hex.
 */

const open = { additionalProperties: false } as const;
const object = <T extends TProperties>(properties: T) => Type.Object(properties, open);
/** An event's members, with a sentence for the reference. */
const event = <T extends TProperties>(description: string, properties: T) =>
  Type.Object(properties, { ...open, description });
const text = Type.String();
const hex = Type.String({ minLength: 64, maxLength: 64 });
const count = Type.Integer({ minimum: 0 });
const optional = Type.Optional;
/** Any JSON value. Members over 8 KB are stored as blobs by the log and come back whole from it. */
const value = Type.Unknown();

const usage = object({
  input: count,
  output: count,
  cached: optional(count),
  usd: optional(Type.Number({ minimum: 0 })),
  /** Provider and model that was asked. */
  model: optional(text),
});
const request = text;
const owner = object({ id: text, pid: count });
const typed = object({ type: text, artifact: value });
const violation = object({
  code: text,
  path: optional(text),
  got: optional(text),
  allowed: optional(Type.Array(text)),
  message: text,
});
/** What a sub-run used, charged to the run that started it. */
const spent = object({
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
const failure = object({ code: text, message: text });
/** An Ed25519 signature over the event: see `heads.ts` for the text. Absent where there was no key. */
const signed = optional(object({ key: text, at: text, signature: text }));
const modelPin = object({
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
  /** Blob of the rules of a scripted model. */
  script: optional(hex),
});

const GRANT = {
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

/** Events of a run's log. */
export const RUN_EVENTS = {
  run_skill_started: event('First event of a run: everything it stands on, pinned.', {
    skill: text,
    skill_version_hash: hex,
    skill_md_sha256: hex,
    /** Blob with the skill's source files, so that the run can resume on the content it began with. */
    pack: hex,
    /** Where the skill was found; for messages. */
    dir: text,
    origin: text,
    entry: text,
    input: typed,
    models: Type.Record(text, modelPin),
    /** The model somebody asked for instead of those of config; sub-runs use it too. */
    model: optional(text),
    limits: LimitsSchema,
    /** Digests of the op list and of the effective config. */
    ops: text,
    config: text,
    /** Version of what the OS promises a skill: frame layout, contract, encodings. */
    contract: text,
    language: optional(text),
    owner,
    parent: optional(object({ run: text, step: text, root: text })),
    /** Who started it, as the operating system calls them. */
    who: optional(text),
    /** The skill it acts as: permissions, rules and grants are those of that one. */
    as: optional(object({ skill: text, skill_version_hash: hex })),
    /** `copied`: how many events after the first are the other run's. */
    forked_from: optional(object({ run: text, seq: count, hash: text, copied: optional(count) })),
  }),
  run_resumed: event('A process took the run up again.', {
    owner,
    why: Type.Union([Type.Literal('resume'), Type.Literal('answer'), Type.Literal('parent')]),
  }),
  run_suspended: event('The run waits for people; no process is needed until one answers.', {
    waiting: Type.Array(text),
  }),
  run_interrupted: event(
    'A process let go of the run; `reyn resume` goes on. `cause` is `signal`, `model`, `disk` or `fork`.',
    { cause: text, message: text },
  ),
  child_waiting: event('A sub-run waits for people, so this step does. Forgotten when the run is taken up again.', {
    child: text,
    waiting: Type.Array(text),
  }),

  turn_acted: event('A turn that asked for ops.', {
    request,
    usage: optional(usage),
    ops: Type.Array(object({ kind: text, args: value })),
  }),
  turn_decided: event('A turn that chose an edge: the transition itself.', {
    request,
    usage: optional(usage),
    edge: text,
    to: text,
    type: optional(text),
    artifact: optional(value),
    reason: optional(text),
    confidence: optional(Type.Number()),
  }),
  validation_error: event('A turn that broke the contract; the model is asked again.', {
    request,
    usage: optional(usage),
    violation,
    reply: value,
  }),

  // Arguments of an op a model asked for stand in its `turn_acted`. A write states its images and its result here, so
  // that a crash between intent and receipt can be resolved from the file alone.
  op_started: event(
    'Intent of an op, after it was permitted and before it acts. `by` is the rule or zone that allowed it; absent images mean there is no file.',
    {
      kind: text,
      args: optional(value),
      by: text,
      path: optional(text),
      pre: optional(hex),
      post: optional(hex),
      result: optional(value),
      child: optional(text),
      /** What isolates a program. */
      backend: optional(text),
    },
  ),
  op_finished: event('Receipt of an op.', {
    result: optional(value),
    error: optional(failure),
    spent: optional(spent),
  }),
  permission_denied: event('An op was refused; nothing happened. `by` is the rule that decided.', {
    kind: text,
    args: optional(value),
    need: text,
    resource: text,
    reason: text,
    by: text,
  }),
  branches_opened: event('A step that is done as several: one branch per item of a list, or per name.', {
    count,
  }),
  step_finished: event('Result of a deterministic step that is not an op. `backend` isolated a `python` step.', {
    result: optional(value),
    error: optional(failure),
    skipped: optional(Type.Boolean()),
    backend: optional(text),
  }),
  phase_left: event('A phase without a model was left by the first edge whose guard holds.', {
    to: text,
    type: optional(text),
    artifact: optional(value),
  }),

  intervention_opened: event(
    'A question to a person, durable before it is shown. `digest` binds an answer to what was asked.',
    {
      id: text,
      kind: Type.Union([
        Type.Literal('question'),
        Type.Literal('permission'),
        Type.Literal('in_doubt'),
        Type.Literal('limit'),
      ]),
      text,
      choices: optional(Type.Array(text)),
      default: optional(text),
      about: optional(value),
      digest: text,
      expires: optional(text),
    },
  ),
  intervention_answered: event('A person, or a default, answered.', {
    id: text,
    answer: text,
    by: Type.Union([Type.Literal('terminal'), Type.Literal('answer'), Type.Literal('policy')]),
    digest: text,
    who: optional(text),
    /** What the person said besides. */
    words: optional(text),
  }),
  limit_reached: event('A limit stopped the run.', { limit: text, used: Type.Number(), cap: Type.Number() }),
  turn_lost: event(
    'A model call was broken off or may have been under way when a process died: the most it can have cost is charged. `over` is the limit on running seconds that broke it off.',
    { usage, over: optional(Type.Number()) },
  ),

  log_torn: event('The torn end of the log was cut and kept aside.', { bytes: count, kept: text }),

  run_finished: event('The run ended with a result.', { type: text, artifact: value, output: optional(value) }),
  run_failed: event('The run ended without a result; `code` and `message` say why.', {
    code: text,
    message: text,
    exit: count,
    phase: optional(text),
  }),
  run_aborted: event('The model gave up, or a person cancelled the run.', {
    reason: text,
    by: Type.Union([Type.Literal('model'), Type.Literal('person')]),
  }),
} as const satisfies Record<string, TObject>;

/** Events of the project log. */
export const PROJECT_EVENTS = {
  run_opened: event('A run began; `first` is the hash of its first event.', {
    skill: text,
    skill_version_hash: hex,
    first: text,
    parent: optional(text),
  }),
  run_closed: event('A run ended; `head` is the hash of its last event, `signed` says who vouches for it.', {
    outcome: text,
    seq: count,
    head: text,
    signed,
  }),
  head_signed: event(
    'Where a log ended when a run was given up or `reyn audit seal` was called: that of `run`, or without one this log.',
    { seq: count, head: text, signed },
  ),
  run_removed: event('A run was removed by a rule of retention; what it held is gone but for its last hash.', {
    seq: count,
    head: text,
    rule: text,
    by: text,
    signed,
  }),
  config_set: event('A key of the configuration was set by a command.', {
    key: text,
    value: optional(value),
    file: text,
  }),
  config_trusted: event(
    'Files of the project may widen what runs may do, as they stand; none = trust was taken back.',
    {
      files: Type.Array(object({ file: text, sha256: hex })),
      who: text,
    },
  ),
  grant_added: event(
    'A person allowed something to one version of a skill for later runs. Counts only where it was signed with a key of this machine.',
    { grant: object(GRANT), signed: object({ key: text, signature: text }) },
  ),
  grant_revoked: event('A saved grant was taken back, or removed because it could count no more.', {
    id: text,
    why: text,
    who: text,
  }),
  skill_created: event('A skill was written: from the template, or copied from another.', {
    skill: text,
    skill_version_hash: hex,
    from: text,
  }),
  skill_refused: event('A bundle or a commit was not taken in as a skill; `reason` says why. Nothing was written.', {
    from: text,
    reason: text,
  }),
  request_refused: event(
    'The local server refused a request, for what `code` says; so many in a minute are recorded. `path` is without its query.',
    { method: text, path: text, code: text },
  ),
  index_written: event(
    'Documents were put into an indexed source, each in place of the one of that key. `sha256` is of the text, `step` the op of the run.',
    {
      source: text,
      documents: Type.Array(
        object({ key: text, sha256: hex, text, title: optional(text), tags: optional(Type.Array(text)) }),
      ),
      step: optional(text),
    },
  ),
  index_dropped: event(
    'Documents were taken out of an indexed source: those of `keys`, or all. Without a run a person did it.',
    { source: text, keys: optional(Type.Array(text)), step: optional(text) },
  ),
  log_torn: event('The torn end of the log was cut and kept aside.', { bytes: count, kept: text }),
} as const satisfies Record<string, TObject>;

export type RunEventType = keyof typeof RUN_EVENTS;
export type ProjectEventType = keyof typeof PROJECT_EVENTS;
export type RunEventData = { readonly [T in RunEventType]: Static<(typeof RUN_EVENTS)[T]> };
export type ProjectEventData = { readonly [T in ProjectEventType]: Static<(typeof PROJECT_EVENTS)[T]> };

/** What a caller appends; the log adds the rest. */
export type RunEventBody = {
  [T in RunEventType]: { readonly type: T; readonly step?: string; readonly data: RunEventData[T] };
}[RunEventType];
export type ProjectEventBody = {
  [T in ProjectEventType]: { readonly type: T; readonly run?: string; readonly data: ProjectEventData[T] };
}[ProjectEventType];

type Envelope = {
  readonly v: 1;
  /** Place in the log, from 1. */
  readonly seq: number;
  /** Grows by one each time another process takes the run up. */
  readonly epoch: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly ts: string;
  /** Hash of the line before; the empty string for the first. */
  readonly prev: string;
  readonly hash: string;
};

export type RunEvent = RunEventBody & Envelope & { readonly run: string };
export type ProjectEvent = ProjectEventBody & Envelope & { readonly run?: string };

/** Event types after which a run's log takes nothing more. */
export const TERMINAL: readonly RunEventType[] = ['run_finished', 'run_failed', 'run_aborted'];
