import type { Asking } from '../../os/kernel/ports.ts';
import { OpError } from '../../os/op-error.ts';
import type { EvalCase } from '../evals/case.ts';
import type { EvalRow } from '../evals/row.ts';
import type { Session } from '../evals/session.ts';
import { type Book, type BookStep, entered, openedFrom } from './book.ts';
import type { Action } from './engine.ts';
import type { PlannedEngine } from './plan.ts';

export type Advancing = {
  readonly session: Session;
  readonly engine: PlannedEngine;
  readonly cases: ReadonlyMap<string, EvalCase>;
  readonly concurrency: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

export type Advanced = { readonly book: Book; readonly action: Exclude<Action, { do: 'evaluate' }> };

/**
 * Does what the engine asks for until it wants a proposal or stops. This is the only way in which a search evaluates.
 *
 *  - V1 Caps are checked before each batch, so that none is overstepped. A batch that does not fit is not begun, and the
 *    search ends.
 *  - V2 What the engine is told is durable before it is told; whoever reads the log again tells it the same.
 *  - V3 Rows that are there from before a crash are not run again.
 */
export async function advance(from: Book, advancing: Advancing, asking: Asking): Promise<Advanced> {
  const { session, engine, now } = advancing;
  let book = from;
  for (;;) {
    const action = engine.next(book.state);
    if (action.do !== 'evaluate') return { book, action };
    const began = now();
    const rows = await measured(action, book, advancing, asking);
    const step: BookStep = {
      did: 'evaluate',
      scores: rows.map(({ score }) => score),
      ms: Math.max(0, Math.round(now() - began)),
    };
    await session.record({ type: 'search_stepped', data: { search: book.id, step } });
    book = entered(book, step, engine);
  }
}

type Evaluate = Extract<Action, { do: 'evaluate' }>;

/** Rows of a batch; none where the caps leave no room for it. @throws OpError `infra` when nothing of it could be run. */
async function measured(
  { runs }: Evaluate,
  book: Book,
  { session, cases, concurrency }: Advancing,
  { meter, signal }: Asking,
): Promise<readonly EvalRow[]> {
  const room = roomFor(runs.length, book, session, meter.left());
  if (room === undefined) return [];
  const asked = runs.flatMap(({ candidate, case: id, seed }) => {
    const known = book.candidates.get(candidate);
    const found = cases.get(id);
    return known === undefined || found === undefined ? [] : [{ version: openedFrom(known.pack), case: found, seed }];
  });
  if (asked.length < runs.length) throw new OpError('changed', 'Cases of the search are gone: begin a new one.');
  const takeBack: (() => void)[] = [];
  const onRow = ({ usage }: EvalRow, cached: boolean) => {
    const { input, output, usd } = usage;
    if (!cached) takeBack.push(meter.count({ input, output, usd }));
  };
  try {
    const rows = await session.evaluate(asked, { concurrency, signal, most: room, onRow });
    const lost = rows.filter(({ status }) => status === 'infra');
    if (lost.length > rows.length / 2) {
      throw new OpError('infra', `Most runs did not come to an end that is their own fault: ${lost[0]?.error ?? ''}`);
    }
    return rows;
  } finally {
    for (const take of takeBack) take();
  }
}

/** A run that had less than so many times the mean would end by its cap and not by its own doing. */
const SPREAD = 2;

type Room = { readonly tokens?: number; readonly usd?: number };

/** What each run of a batch may use, so that all of them stay within the caps; `undefined` when nothing is left. */
function roomFor(
  runs: number,
  { settings: { caps }, ms }: Book,
  session: Session,
  left: { readonly tokens?: number; readonly usd?: number },
): Room | undefined {
  const used = session.used();
  const done = session.rows().length;
  if (caps.seconds !== undefined && ms / 1000 >= caps.seconds) return undefined;
  const tokens = least(left.tokens, caps.tokens === undefined ? undefined : caps.tokens - used.input - used.output);
  const usd = least(left.usd, caps.usd === undefined ? undefined : caps.usd - used.usd);
  const each = tokens === undefined ? undefined : Math.floor(tokens / runs);
  if (each !== undefined && each <= (done === 0 ? 0 : (SPREAD * (used.input + used.output)) / done)) return undefined;
  if (usd !== undefined && usd / runs <= (done === 0 ? 0 : (SPREAD * used.usd) / done)) return undefined;
  return { ...(each === undefined ? {} : { tokens: each }), ...(usd === undefined ? {} : { usd: usd / runs }) };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
