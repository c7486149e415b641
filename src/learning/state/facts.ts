import type { ProjectEvent } from '../../os/events/event.ts';
import type { Store } from '../../os/events/port.ts';

/**
 * Facts that outlive the machine they were found on. A state file carries them to the next one, whose project log holds
 * each as a `state_carried` event. Whoever folds facts reads them here, so that those of other machines count as well.
 */
export const CARRIED = [
  'version_saved',
  'skill_improved',
  'skill_rolled_back',
  'holdout_locked',
  'verdict_reached',
  'head_kept',
  'edits_rejected',
  'proposal_made',
] as const;

export type CarriedType = (typeof CARRIED)[number];

export function isCarried(type: string): type is CarriedType {
  return CARRIED.some((one) => one === type);
}

/** What facts are read from. */
export type Facts = Pick<Store, 'facts'>;

/**
 * Events of the project log whose type begins with `prefix`, and those that were carried here, in the order of the
 * times at which they came about; each once, as it was first recorded: of a carried one `seq` is its place in this log,
 * `ts` and `hash` are those of its origin. @throws CorruptLog.
 */
export function learningFacts(store: Facts, prefix: string): readonly ProjectEvent[] {
  const own = store.facts(prefix);
  const known = new Set(own.map(({ hash }) => hash));
  const carried = store.facts('state_carried').flatMap((event) => {
    if (event.type !== 'state_carried') return [];
    const { kind, at, hash, fact } = event.data;
    if (!kind.startsWith(prefix) || known.has(hash)) return [];
    known.add(hash);
    return [{ ...event, type: kind, ts: at, hash, data: fact } as unknown as ProjectEvent];
  });
  if (carried.length === 0) return own;
  return [...own, ...carried].sort((a, b) => (a.ts === b.ts ? a.seq - b.seq : a.ts < b.ts ? -1 : 1));
}

/** All facts of a project that a state carries, in the order of {@link learningFacts}. */
export function allCarried(store: Facts): readonly ProjectEvent[] {
  const facts = CARRIED.flatMap((type) => learningFacts(store, type)).filter(({ type }) => isCarried(type));
  return facts.sort((a, b) => (a.ts === b.ts ? a.seq - b.seq : a.ts < b.ts ? -1 : 1));
}
