/** What an audit found. Problems are values: a damaged store is reported, not thrown. */
export type AuditReport = {
  readonly ok: boolean;
  /** Runs, events (of runs and of the project) and blobs that were looked at. */
  readonly runs: number;
  readonly events: number;
  readonly blobs: number;
  readonly problems: readonly AuditProblem[];
  /** What is worth knowing and wrong with nothing. */
  readonly notes: readonly AuditProblem[];
};

export type AuditProblem = {
  readonly reason: AuditReason;
  /** Relative to the project root, with `/`. */
  readonly file: string;
  readonly line?: number;
  readonly run?: string;
  readonly message: string;
};

/** Every reason there is and what it means. */
export const AUDIT_REASONS = {
  bad_hash: 'A line does not have the hash it states: it was changed.',
  bad_prev: 'A line does not follow the line before it.',
  bad_seq: 'A line was removed, inserted or moved.',
  bad_epoch: 'A line of an earlier epoch stands after one of a later epoch.',
  bad_run: 'A log holds events of another run: its folder was renamed or copied.',
  bad_form: 'A line is not an event.',
  bad_first: 'A log does not begin with the start of a run.',
  unknown_type: 'An event is of a type this version does not know.',
  after_end: 'Something follows the event that ended the run.',
  head: 'A log does not begin or end as the project log says.',
  torn: 'A crash left a half-written end; `reyn resume` cuts it off and keeps it.',
  bad_torn: 'What was cut off and kept is missing or was changed.',
  missing_log: 'A run has a folder but no log.',
  missing_run: 'The project log knows a run whose folder is gone.',
  unregistered: 'The project log does not know a run.',
  unclosed: 'A run has ended but the project log does not say so.',
  duplicate: 'The project log opens or closes a run twice.',
  bad_signature: 'A signature was not made over what it stands by.',
  foreign_key: 'A signature was made with a key that is not among yours.',
  unsigned:
    'Nobody signed where a log ends, a problem only with `--signed`; or the removal of a run whose end was signed.',
  removed: 'A run was removed by retention; no problem.',
  sealed: 'What was sealed is no longer there.',
  bad_seal: 'A seal is not what its key signed.',
  missing_blob: 'A blob that an event names is gone.',
  bad_blob: 'A blob was changed, or is none.',
} as const satisfies Record<string, string>;

export type AuditReason = keyof typeof AUDIT_REASONS;
