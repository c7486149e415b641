import type { JsonObject } from '../../os/json.ts';
import type { Asking } from '../../os/kernel/ports.ts';
import type { Performed } from '../../os/ops/improvement.ts';
import type { Session } from '../evals/session.ts';
import { type Book, type Made, openedFrom } from './book.ts';
import { finishSearch } from './finish-search.ts';
import { joinedOf } from './joined.ts';
import { rejectedBefore } from './kept.ts';
import { stepOf } from './offer.ts';
import type { PlannedEngine } from './plan.ts';
import { bookIn, casesIn, engineIn, type SearchRoom, sessionIn } from './search-room.ts';
import { type Serving, serve } from './serve.ts';
import type { Wanted } from './server.ts';
import { evidenceOf, standingOf } from './told.ts';

/** Does what a search asks for, until a proposal is wanted or it stops. @throws OpError. */
export async function goOn(room: SearchRoom, asking: Asking, search: string): Promise<Performed> {
  const from = bookIn(room, search);
  const engine = engineIn(room, from.settings.engine);
  const cases = casesIn(room, from);
  const began = performance.now();
  const session = await sessionIn(room, search, from.settings, asking.who);
  try {
    const serving = serve(room, from, session, asking);
    try {
      const action = await reach(room, serving);
      const now = serving.book();
      const standing = await standingOf(now, engine);
      const told = await toldOf(room, { now, action, session, cases, engine });
      const ms = Math.round(performance.now() - began);
      return { result: { ...standing, ...told }, spent: { turns: 0, ops: 0, ...serving.used(), ms } };
    } finally {
      serving.end();
    }
  } finally {
    await session.close();
  }
}

/** Goes on until a proposal is wanted that only somebody else can make. */
async function reach(room: SearchRoom, serving: Serving): Promise<Wanted> {
  for (;;) {
    const wanted = await serving.run();
    const made = wanted.do === 'propose' ? ownOf(room, serving.book(), wanted) : undefined;
    if (made === undefined) return wanted;
    await serving.offer(made);
  }
}

/**
 * What needs nobody to propose it: the best candidate of an earlier search, where one was kept, before anybody is asked;
 * and two candidates joined.
 */
function ownOf(
  { looks }: SearchRoom,
  book: Book,
  { parent, other }: Extract<Wanted, { do: 'propose' }>,
): Made | undefined {
  const { head } = book.settings;
  if (book.offers === 0 && head !== undefined) {
    const hypothesis = 'The best candidate of the search before.';
    return stepOf(book, { parent, hypothesis }, openedFrom(head), looks);
  }
  if (other === undefined) return undefined;
  const hypothesis = `What ${parent} and ${other} each do better, together.`;
  return stepOf(book, { parent, other, hypothesis }, joinedOf(book, parent, other), looks);
}

type Telling = {
  readonly now: Book;
  readonly action: Wanted;
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
