import type { JsonObject } from '../../os/json.ts';
import type { Asking } from '../../os/kernel/ports.ts';
import type { Performed } from '../../os/ops/improvement.ts';
import type { Session } from '../evals/session.ts';
import { advance } from './advance.ts';
import { type Book, openedFrom } from './book.ts';
import { finishSearch } from './finish-search.ts';
import { rejectedBefore } from './kept.ts';
import { stepOf } from './offer.ts';
import type { PlannedEngine } from './plan.ts';
import { bookIn, casesIn, engineIn, recorded, type SearchRoom, sessionIn } from './search-room.ts';
import { evidenceOf, standingOf } from './told.ts';

/** Does what a search asks for, until a proposal is wanted or it stops. @throws OpError. */
export async function goOn(room: SearchRoom, asking: Asking, search: string): Promise<Performed> {
  const book = bookIn(room, search);
  const engine = engineIn(room, book.settings.engine);
  const { config, clock } = room.project;
  const cases = casesIn(room, book);
  const began = performance.now();
  const session = await sessionIn(room, search, book.settings, asking.who);
  const before = session.used();
  try {
    const advancing = { session, engine, cases, concurrency: config.eval.concurrency, now: clock.now };
    const reached = await reach(room, book, advancing, asking);
    const { book: now, action } = reached;
    const standing = await standingOf(now, engine);
    const told = await toldOf(room, { now, action, session, cases, engine });
    const { input, output, usd } = session.used();
    const ms = Math.round(performance.now() - began);
    const spent = { input: input - before.input, output: output - before.output, usd: usd - before.usd };
    return { result: { ...standing, ...told }, spent: { turns: 0, ops: 0, ...spent, ms } };
  } finally {
    await session.close();
  }
}

type Reached = Awaited<ReturnType<typeof advance>>;

/** The first proposal that is wanted is the best candidate of an earlier search, where one was kept. */
async function reach(
  { looks }: SearchRoom,
  book: Book,
  advancing: Parameters<typeof advance>[1],
  asking: Asking,
): Promise<Reached> {
  const reached = await advance(book, advancing, asking);
  const { head } = book.settings;
  if (reached.action.do !== 'propose' || reached.book.offers > 0 || head === undefined) return reached;
  const { session, engine } = advancing;
  const offered = { parent: reached.action.parent, hypothesis: 'The best candidate of the search before.' };
  const step = stepOf(reached.book, offered, openedFrom(head), looks);
  return advance(await recorded(session, reached.book, step, engine), advancing, asking);
}

type Telling = {
  readonly now: Book;
  readonly action: Reached['action'];
  readonly session: Session;
  readonly cases: Parameters<typeof evidenceOf>[2]['cases'];
  readonly engine: PlannedEngine;
};

async function toldOf(room: SearchRoom, { now, action, session, cases, engine }: Telling): Promise<JsonObject> {
  if (action.do === 'stop') {
    await finishSearch(room, now, engine, session);
    return { next: 'stop', why: action.why };
  }
  const earlier = rejectedBefore(room.facts('edits_rejected'), now.settings.skill);
  return { next: 'propose', ...evidenceOf(now, action, { session, cases, earlier }, engine) };
}
