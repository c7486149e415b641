import { canonicalJson, type Json, sha256 } from '../../os/json.ts';
import type { Asking } from '../../os/kernel/ports.ts';
import { OpError } from '../../os/op-error.ts';
import type { SearchRequest } from '../../os/ops/improvement.ts';
import type { WritePlan } from '../../os/ops/write-plan.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { readCandidate } from '../evals/candidate.ts';
import { openedFrom } from './book.ts';
import { stepOf } from './offer.ts';
import { bookIn, engineIn, type SearchRoom, sessionIn } from './search-room.ts';
import { serve } from './serve.ts';

type OfferRequest = Extract<SearchRequest, { search: string }>;

/**
 * Plans entering a candidate. One that cannot be run is entered as refused: the search knows that nothing came of it,
 * and the next proposal is told why.
 * @throws OpError `refused` when no proposal is wanted now.
 */
export async function planOffer(room: SearchRoom, asking: Asking, { search, offer }: OfferRequest): Promise<WritePlan> {
  const book = bookIn(room, search);
  const action = engineIn(room, book.settings.engine).next(book.mark.state);
  if (action.do !== 'propose' || action.other !== undefined || action.parent !== offer.parent) {
    throw new OpError('refused', `The search wants no proposal made of ${offer.parent} now; have it evaluate first.`);
  }
  const to = await candidateIn(openedFrom(book.settings.pack), offer.dir, asking);
  const step = stepOf(book, offer, to, room.looks);
  return {
    path: `search:${search}/${book.offers + 1}`,
    pre: null,
    post: sha256(canonicalJson(step as unknown as Json)),
    result: {
      search,
      accepted: step.did === 'offer',
      ...(step.did === 'offer' ? { candidate: `c${book.candidates.size}` } : {}),
      ...(step.did === 'refuse' ? { why: step.why } : {}),
    },
    commit: async () => {
      const session = await sessionIn(room, search, book.settings, asking.who);
      try {
        const serving = serve(room, book, session, asking);
        await serving.offer(step).finally(serving.end);
      } finally {
        await session.close();
      }
    },
  };
}

/** The candidate in a folder, or why there is none that could be run. */
async function candidateIn(baseline: Opened, dir: string, { workspace }: Asking): Promise<Opened | string> {
  try {
    return await readCandidate(baseline, dir, workspace);
  } catch (error) {
    if (error instanceof OpError) return error.message;
    throw error;
  }
}
