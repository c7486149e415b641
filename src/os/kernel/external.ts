import type { Json, JsonObject } from '../json.ts';
import { OpError } from '../op-error.ts';
import type { ExternalOp } from '../ops/op.ts';
import { question } from './intervene.ts';
import type { Drive } from './ports.ts';

/**
 * What an earlier process left of an external op whose receipt is missing: it may have happened, and nothing here can
 * tell. Where doing it again changes nothing it is done again; else a person decides.
 * @returns what is to be done now: `again`, or `settled` with the receipt to write; `waits` when nobody has said.
 */
export async function settleDoubt(
  drive: Drive,
  op: ExternalOp,
  step: string,
  args: JsonObject,
): Promise<{ readonly now: 'again' | 'waits' } | { readonly now: 'settled'; readonly result: Json }> {
  if (op.isRepeatable(args)) return { now: 'again' };
  const answer = await question(drive, {
    step,
    kind: 'in_doubt',
    text: `${op.kind} was interrupted, and whether it took effect is not known. Look, then say: it happened (done), it did not and shall be done (again), or the op failed (fail).`,
    choices: ['done', 'again', 'fail'],
    about: { path: step, op: op.kind, args },
  });
  if (answer === 'waits') return { now: 'waits' };
  if (answer !== 'nobody' && answer.text === 'again') return { now: 'again' };
  if (answer !== 'nobody' && answer.text === 'done') {
    const note = 'It was interrupted before its result was recorded; a person confirmed that it took effect.';
    return { now: 'settled', result: { confirmed_by_person: true, note } };
  }
  throw new OpError('in_doubt', `${op.kind} was interrupted by a crash, and whether it took effect is not known`);
}
