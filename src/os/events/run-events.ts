import Type, { type TObject } from 'typebox';
import { LimitsSchema } from '../config/limits.ts';
import {
  count,
  event,
  failure,
  hex,
  modelPin,
  object,
  optional,
  owner,
  request,
  spent,
  text,
  typed,
  usage,
  value,
  violation,
} from './event-parts.ts';

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
