import type { ProjectEvent } from '../../os/events/event.ts';
import type { JsonObject } from '../../os/json.ts';
import type { Refused } from './book.ts';

/** Edits of earlier searches that are told of, the newest. */
const MOST_TOLD = 20;

export type Head = { readonly skill_version_hash: string; readonly pack: string };

/**
 * The candidate that a search begins from besides the skill as it is: the best of the last search of this very version,
 * unless it was shown to be no better. @param facts those of the skill: `head_kept`, `verdict_reached`.
 */
export function keptHead(facts: readonly ProjectEvent[], skill: string, from: string): Head | undefined {
  const head = facts.findLast(
    (fact) => fact.type === 'head_kept' && fact.data.skill === skill && fact.data.from_hash === from,
  );
  if (head?.type !== 'head_kept') return undefined;
  const { skill_version_hash: hash, pack } = head.data;
  const failed = facts.some(
    (fact) =>
      fact.type === 'verdict_reached' &&
      fact.data.skill === skill &&
      fact.data.from_hash === from &&
      fact.data.skill_version_hash === hash &&
      fact.data.verdict === 'FAIL',
  );
  return failed || hash === from ? undefined : { skill_version_hash: hash, pack };
}

/** Edits of earlier searches that made the skill no better, the newest first. */
export function rejectedBefore(facts: readonly ProjectEvent[], skill: string): readonly Refused[] {
  return facts
    .flatMap((fact): Refused[] => {
      if (fact.type !== 'edits_rejected' || fact.data.skill !== skill) return [];
      const edits = Array.isArray(fact.data.edits) ? (fact.data.edits as JsonObject[]) : [];
      return [{ edits, why: fact.data.reason }];
    })
    .reverse()
    .slice(0, MOST_TOLD);
}
