import { relative } from 'node:path';
import type { Store } from '../../os/events/port.ts';
import type { Need, Standing } from '../../os/permissions/need.ts';
import type { Catalog } from '../../os/skills/catalog.ts';
import { unpackSource } from '../../os/skills/source.ts';
import { ownBytes } from './folder.ts';
import { openedOf } from './look.ts';
import { loosens } from './loosens.ts';
import type { ReadReceipt, ReceiptFacts } from './version.ts';

export type StandingParts = {
  readonly root: string;
  readonly catalog: Catalog;
  readonly store: () => Pick<Store, 'facts' | 'blobs'>;
  readonly receipt: ReadReceipt;
  /** Whether this machine's user vouches for a verdict, by the id of its receipt and what its event says of that. */
  readonly isOwnVerdict: (receipt: string, vouched: unknown) => boolean;
};

/**
 * How a change of a skill stands. `pass` only for a receipt of PASS about exactly this skill and these two versions,
 * whose verdict this project's log names and this machine's user vouches for: a project that came from elsewhere may
 * bring a log and receipts, and cannot bring leave. What is not known widens.
 */
export function standingOf(
  parts: StandingParts,
  { skill, act, change }: Extract<Need, { kind: 'skill.write' }>,
): Standing {
  const { root, catalog, receipt } = parts;
  const entry = catalog.find(skill);
  if (entry === undefined) return { proof: 'none', widens: true };
  const dir = pathOf(root, entry.dir);
  if (act === 'save') return { dir, proof: 'none', widens: false };
  const facts = change === undefined ? undefined : receipt(change.receipt);
  if (facts === undefined || change === undefined) return { dir, proof: 'none', widens: true };
  const isAbout = facts.skill === skill && facts.from === change.from && facts.to === change.to;
  const isProved = isAbout && facts.verdict === 'PASS' && wasReachedHere(parts, change.receipt, facts);
  return { dir, proof: isProved ? 'pass' : 'none', widens: !isAbout || widens(parts, skill, facts) };
}

/** A path as ops have it: relative in the project, absolute outside of it. */
function pathOf(root: string, dir: string): string {
  const path = relative(root, dir);
  return path.startsWith('..') ? dir : path;
}

function wasReachedHere(
  { store, isOwnVerdict }: StandingParts,
  id: string,
  { skill, from, to }: ReceiptFacts,
): boolean {
  return store()
    .facts('verdict_reached')
    .some(
      (event) =>
        event.type === 'verdict_reached' &&
        event.data.receipt === id &&
        event.data.verdict === 'PASS' &&
        event.data.skill === skill &&
        event.data.from_hash === from &&
        event.data.skill_version_hash === to &&
        isOwnVerdict(id, event.data.vouched),
    );
}

function widens({ catalog, store }: StandingParts, skill: string, { pack }: ReceiptFacts): boolean {
  const entry = catalog.find(skill);
  if (entry === undefined) return true;
  const packed = unpackSource(store().blobs.get(pack).toString('utf8'));
  const [now, next] = [catalog.source(skill), catalog.sourceOf(entry, ownBytes(packed.files))].map(openedOf);
  return now === undefined || next === undefined || loosens(now.skill, next.skill).length > 0;
}
