import { hasHole, hashHolds, type Line, lineEnd, parseLine } from './line.ts';

/** What the next line of a log must join on to. */
export type Link = { readonly seq: number; readonly epoch: number; readonly hash: string };

/** Before the first line. */
export const START: Link = { seq: 0, epoch: 0, hash: '' };

/** What one log's lines must be. */
export type ChainRules = {
  readonly types: Readonly<Record<string, unknown>>;
  /** Types after which nothing may follow. */
  readonly terminal: readonly string[];
  /** The run every line must name; absent in a log of many runs. */
  readonly run?: string;
};

/** The first thing wrong with a line. `line` counts from 1. */
export type Fault = { readonly reason: string; readonly line: number; readonly message: string };

/** The end of a log that a crash left half written, from the first line that does not hold to the end of the file. */
export type Torn = { readonly at: number; readonly bytes: number; readonly line: number };

export type Chain = {
  readonly lines: readonly Line[];
  /** The line number of each of `lines`. */
  readonly numbers: readonly number[];
  /** What the next line must join on to. */
  readonly link: Link;
  /** Offset after the last line that holds. */
  readonly end: number;
  readonly torn: Torn | undefined;
  readonly faults: readonly Fault[];
};

export type ChainStart = { readonly link: Link; readonly line: number };

/**
 * Reads a log's lines and checks each: its own hash, that it joins on to the line before, its epoch, run and type.
 * A last line without newline or with a bad hash is torn, not a fault; so is a line with a hole and all that follows
 * it, because a power cut may lose an earlier block and keep a later one. Stops at the first fault; with `goOn` it
 * takes the faulty line at its word as far as it can be read, and looks for more.
 */
export function readChain(
  bytes: Buffer,
  rules: ChainRules,
  start: ChainStart = { link: START, line: 1 },
  goOn = false,
): Chain {
  const lines: Line[] = [];
  const numbers: number[] = [];
  const faults: Fault[] = [];
  let expected: Link | undefined = start.link;
  let link = start.link;
  let ended: string | undefined;
  let torn: Torn | undefined;
  let offset = 0;

  for (let number = start.line; offset < bytes.length; number++) {
    const end = lineEnd(bytes, offset);
    const isLast = end < 0 || end === bytes.length - 1;
    const holds = end >= 0 && hashHolds(bytes, offset, end);
    if (!holds && (isLast || hasHole(bytes, offset, end))) {
      torn = { at: offset, bytes: bytes.length - offset, line: number };
      break;
    }
    const line = end < 0 ? undefined : parseLine(bytes, offset, end);
    const wrong = holds
      ? faultOf(line, expected, ended, rules)
      : (['bad_hash', 'does not have the hash it states'] as const);
    if (wrong !== undefined) {
      faults.push({ reason: wrong[0], line: number, message: `line ${number} ${wrong[1]}` });
      if (!goOn) break;
    }
    expected = line === undefined ? undefined : { seq: line.seq, epoch: line.epoch, hash: line.hash };
    link = expected ?? link;
    if (line !== undefined) {
      lines.push(line);
      numbers.push(number);
      if (rules.terminal.includes(line.type)) ended = line.type;
    }
    offset = end + 1;
  }
  return { lines, numbers, link, end: offset, torn, faults };
}

function faultOf(
  line: Line | undefined,
  expected: Link | undefined,
  ended: string | undefined,
  rules: ChainRules,
): readonly [reason: string, message: string] | undefined {
  if (line === undefined) return ['bad_form', 'is not an event'];
  if (expected !== undefined) {
    if (line.seq !== expected.seq + 1) {
      return [
        'bad_seq',
        `is event ${line.seq} where event ${expected.seq + 1} belongs: a line is missing or misplaced`,
      ];
    }
    if (line.prev !== expected.hash) return ['bad_prev', 'does not follow the line before it'];
    if (line.epoch < expected.epoch) return ['bad_epoch', `is of epoch ${line.epoch}, after epoch ${expected.epoch}`];
  }
  if (rules.run !== undefined && line.run !== rules.run) return ['bad_run', `is an event of run ${line.run}`];
  if (ended !== undefined) return ['after_end', `follows ${ended}, which ends a run`];
  if (!Object.hasOwn(rules.types, line.type)) return ['unknown_type', `is of the unknown type ${line.type}`];
  return undefined;
}
