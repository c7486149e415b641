import { UserError } from '../../src/os/errors.ts';
import type { RunEvent } from '../../src/os/events/event.ts';
import type { Json } from '../../src/os/json.ts';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';
import type { OpOutcome } from '../../src/reyn.ts';

/** What came of a row. */
export type Outcome = {
  /** Every word the outcome may be called by, the most telling first. */
  readonly verdicts: readonly string[];
  /** Everything that whoever asked gets to see: results, refusals, questions. */
  readonly said: string;
  /** What a person is shown of it: questions, reasons. */
  readonly prompt: string;
  readonly result?: Json;
  /** What only the player of the row can know: names of what must not be, with whether it was. */
  readonly facts?: Readonly<Record<string, boolean>>;
};

/** Codes of op errors by the verdict they stand for; every other one is an error. */
const BY_CODE: Readonly<Record<string, string>> = {
  refused: 'deny',
  untrusted: 'deny',
  invalid: 'invalid',
  bad_pattern: 'invalid',
  arguments: 'invalid',
  too_large: 'limit',
  timeout: 'timeout',
  not_found: 'notfound',
};

/** How a program that was stopped short shows it. */
const STOPPED: Readonly<Record<string, string>> = { time: 'timeout' };
const FAILED = /read-only|no such file|denied|not permitted|cannot|fatal|unable|unreachable|refused|error/i;

/** The verdict on a run of a skill. */
export function outcomeOfRun(done: RunOutcome, events: readonly RunEvent[]): Outcome {
  const { run: _, spent: __, ...seen } = done;
  return { verdicts: [verdictOfRun(done, events)], said: shown(seen), prompt: promptOf(done) };
}

function verdictOfRun(done: RunOutcome, events: readonly RunEvent[]): string {
  if (done.denied.length > 0) return 'deny';
  if (done.waiting.length > 0) return 'ask';
  if (events.some(({ type }) => type === 'limit_reached')) return 'limit';
  if (events.some(({ type }) => type === 'validation_error')) return 'invalid';
  return done.status === 'finished' ? 'ok' : 'error';
}

function promptOf({ waiting, denied, reason }: RunOutcome | OpOutcome): string {
  return [...waiting.map(({ text }) => text), ...denied.map((each) => each.reason), reason?.message].join('\n');
}

/** The verdict on an op that went through the gate. */
export function outcomeOf(done: OpOutcome, events: readonly RunEvent[]): Outcome {
  const { run: _, spent: __, ...seen } = done;
  const result = done.result === undefined ? {} : { result: done.result };
  return { verdicts: verdictsOf(done, events), said: shown(seen), prompt: promptOf(done), ...result };
}

function verdictsOf(done: OpOutcome, events: readonly RunEvent[]): readonly string[] {
  if (done.denied.length > 0) return ['deny'];
  if (done.waiting.length > 0) return ['ask'];
  const failed = events.flatMap((event) =>
    event.type === 'op_finished' && event.data.error !== undefined ? [event.data.error] : [],
  )[0];
  if (failed !== undefined) return [BY_CODE[failed.code] ?? 'error', 'error'];
  if (events.some(({ type }) => type === 'limit_reached')) return ['limit'];
  if (done.verdict !== 'done') return ['error'];
  return verdictsOfResult(done.result as Record<string, Json> | undefined);
}

function verdictsOfResult(result: Record<string, Json> | undefined): readonly string[] {
  if (result === undefined) return ['ok'];
  if (typeof result.stopped === 'string') return [STOPPED[result.stopped] ?? 'limit'];
  if (String(result.stderr ?? '').includes('MemoryError')) return ['limit'];
  const ran = result.exit !== undefined || result.signal !== undefined;
  const failed = result.exit !== 0 || FAILED.test(String(result.stderr)) || result.not_kept !== undefined;
  if (ran && failed) return ['denied_by_sandbox', 'ran'];
  const found = result.files ?? result.matches;
  if (result.incomplete !== undefined) return ['limit', 'ok'];
  return Array.isArray(found) && found.length === 0 ? ['empty', 'ok'] : ['ok'];
}

/** The verdict on what was refused before anything began. @throws whatever is no UserError. */
export function refusalOf(error: unknown): Outcome {
  if (!(error instanceof UserError)) throw error;
  const { code, message, hint, where } = error;
  const said = shown({ code, message, hint, where });
  const large = /too large|larger than|at most \d+/.test(message) ? ['limit'] : [];
  return { verdicts: [...large, ...(OF_USER_ERROR[code] ?? ['error'])], said, prompt: `${message}\n${hint}` };
}

/** What was refused before anything began, by its code; every other code is an error. */
const OF_USER_ERROR: Readonly<Record<string, readonly string[]>> = {
  refused: ['deny'],
  untrusted: ['ask', 'deny'],
  limit: ['limit'],
  ...Object.fromEntries(['usage', 'skill', 'config', 'input', 'not_found'].map((code) => [code, ['invalid']])),
};

/** As text in which every character of the value is still itself. */
export function shown(value: unknown): string {
  const texts: string[] = [];
  const walk = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) {
      for (const [name, member] of Object.entries(part)) {
        texts.push(name);
        walk(member);
      }
    } else if (part !== undefined) texts.push(String(part));
  };
  walk(value);
  return texts.join('\n');
}

/** Words by which a row may call a verdict, besides itself. */
const MEANS: Readonly<Record<string, readonly string[]>> = {
  notfound: ['notfound'],
  allow: ['ok'],
  ok: ['ok', 'empty', 'ran'],
  ignored: ['ok'],
  replace_link: ['ok'],
  error: ['error', 'notfound'],
};

/** Whether an outcome is one that the row expects. */
export function isExpected(expected: string, verdicts: readonly string[]): boolean {
  return expected
    .split('_or_')
    .flatMap((word) => MEANS[word] ?? [word])
    .some((word) => verdicts.includes(word));
}
