/**
 * Errors a caller must stop for. Outcomes a caller goes on with (a violation, a denial, a suspension) are values,
 * never exceptions.
 */

/** Exit codes, one table for every command (design: outcomes and exit codes). */
export const EXIT = {
  done: 0,
  no: 1,
  usage: 2,
  undecided: 3,
  denied: 4,
  budget: 5,
  integrity: 6,
  infrastructure: 7,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Several outcomes may apply to one command; the first of this list wins. */
const PRECEDENCE: readonly ExitCode[] = [6, 4, 5, 7, 1, 3];

/** The exit code of a command to which all of `codes` apply: 0 when there are none. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  const ranked = PRECEDENCE.find((code) => codes.includes(code));
  return ranked ?? codes.find((code) => code !== EXIT.done) ?? EXIT.done;
}

/** Every error code a person can meet, with its exit code and what it means. The reference is generated from it. */
export const ERRORS = {
  usage: { exit: EXIT.usage, means: 'The command line asks for something that does not exist or does not fit.' },
  config: { exit: EXIT.usage, means: 'A configuration file has an unknown key or a value out of range.' },
  skill: { exit: EXIT.usage, means: 'A skill folder cannot be loaded as it stands.' },
  eval: { exit: EXIT.usage, means: 'The cases of a skill cannot be read as they stand, or there are none.' },
  input: { exit: EXIT.usage, means: 'The input of a run does not fit the skill.' },
  not_found: { exit: EXIT.usage, means: 'No skill, run or intervention of that name or id.' },
  ambiguous: { exit: EXIT.usage, means: 'An id prefix names several things.' },
  untrusted: {
    exit: EXIT.denied,
    means: 'A file of the project would send data or a key somewhere, and nobody on this machine has trusted it.',
  },
  refused: { exit: EXIT.denied, means: 'The place or the act is protected.' },
  busy: { exit: EXIT.infrastructure, means: 'Another process owns the run.' },
  model: { exit: EXIT.infrastructure, means: 'A model provider failed, refused or answered out of form.' },
  disk: { exit: EXIT.infrastructure, means: 'The disk refused a read, a write or a flush.' },
  limit: { exit: EXIT.budget, means: 'A limit of the run was reached.' },
  corrupt: { exit: EXIT.integrity, means: 'A log or a blob is not what was written.' },
  state: {
    exit: EXIT.integrity,
    means: 'The state that nightly improvement needs is absent, or is not what was written.',
  },
  replay: { exit: EXIT.no, means: 'A replay differs from the run it replays.' },
  node_version: { exit: EXIT.usage, means: 'Node is older than 22.18.' },
} as const satisfies Record<string, { exit: ExitCode; means: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Where something happened. All parts optional; those known are shown. Lines and columns count from 1. */
export type Where = {
  file?: string;
  line?: number;
  column?: number;
  skill?: string;
  phase?: string;
  op?: string;
  run?: string;
};

/** The user's skill, config, command or machine is at fault; they can mend it. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: ErrorCode;
  readonly where: Where;
  /** What to do next, as a sentence. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, rest: { where?: Where; hint?: string; cause?: unknown } = {}) {
    super(message, rest.cause === undefined ? undefined : { cause: rest.cause });
    this.code = code;
    this.where = rest.where ?? {};
    this.hint = rest.hint;
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }
}

/** A log or blob on disk is not what was written. Nothing goes on until a person has looked. */
export class CorruptLog extends UserError {
  /** Stable reason, e.g. `bad_hash`, `bad_prev`, `bad_seq`, `missing_run`. */
  readonly reason: string;

  constructor(reason: string, message: string, where: Where) {
    super('corrupt', message, { where, hint: 'Run `reyn audit verify` and restore the file from a copy.' });
    this.reason = reason;
  }
}

/** Reyn itself is wrong: an invariant does not hold. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** `file:line:column`, or as much of it as is known; the empty string when nothing is. */
export function showWhere(where: Where): string {
  const place = [where.file, where.line, where.line === undefined ? undefined : where.column]
    .filter((part) => part !== undefined)
    .join(':');
  const names = (['skill', 'phase', 'op', 'run'] as const)
    .filter((key) => where[key] !== undefined)
    .map((key) => `${key} ${where[key]}`);
  return [place, ...names].filter((part) => part !== '').join(', ');
}
