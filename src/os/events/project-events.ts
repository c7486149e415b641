import Type, { type TObject } from 'typebox';
import { count, event, GRANT, hex, object, optional, signed, text, value } from './event-parts.ts';
import { LEARNING_EVENTS } from './learning-events.ts';

/** Events of the project log. */
export const PROJECT_EVENTS = {
  ...LEARNING_EVENTS,
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
