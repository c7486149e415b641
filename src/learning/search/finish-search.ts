import type { Session } from '../evals/session.ts';
import { type Book, openedFrom } from './book.ts';
import type { PlannedEngine } from './plan.ts';
import type { SearchRoom } from './search-room.ts';
import { dropped, fingerprintOf } from './told.ts';

/**
 * Records what outlives a search, once: its best candidate, for the next search to begin from, and the edits that made
 * nothing better.
 */
export async function finishSearch(
  { project: { store } }: SearchRoom,
  book: Book,
  engine: PlannedEngine,
  session: Session,
): Promise<void> {
  const { skill, pack } = book.settings;
  const { best, candidates } = engine.standings(book.mark.state);
  const from_hash = openedFrom(pack).skill.fingerprint;
  const score = candidates.find(({ id }) => id === best)?.dev;
  const scored = score === undefined ? {} : { score };
  const found = book.candidates.get(best);
  const skill_version_hash = fingerprintOf(book, best);
  const isDone = (type: string) => store.facts(type).some(({ data }) => 'search' in data && data.search === book.id);
  if (best !== 'c0' && found !== undefined && skill_version_hash !== undefined && !isDone('head_kept')) {
    const kept = {
      skill,
      from_hash,
      skill_version_hash,
      pack: store.blobs.put(found.pack),
      ...scored,
      search: book.id,
    };
    await store.appendProject({ type: 'head_kept', data: kept });
  }
  if (!isDone('edits_rejected')) {
    for (const { edits, why: reason } of dropped(book, engine)) {
      const data = { skill, from_hash, edits: [...edits], reason, search: book.id };
      await store.appendProject({ type: 'edits_rejected', data });
    }
  }
  const isEnded = store.facts('eval_finished').some(({ data }) => 'id' in data && data.id === book.id);
  if (!isEnded) await session.close({ outcome: 'stopped', ...scored });
}
