import fs from 'node:fs';
import type { Retention } from '../../os/config/config.ts';
import { removeTree } from '../../os/disk.ts';
import { layoutOf } from '../../os/events/layout.ts';
import { sqliteLocks } from '../../os/events/locks.ts';
import type { Store } from '../../os/events/port.ts';
import { SESSION_LOCK, sessionDir } from './session-deps.ts';

export type CollectSessions = {
  readonly root: string;
  readonly retention: Retention;
  /** The rule as the log has it. */
  readonly rule: string;
  readonly store: () => Store;
  /** Milliseconds. */
  readonly now: number;
  readonly dryRun: boolean;
};

/**
 * Removes evaluations by the rule of retention, each recorded before anything of it goes. Searches and verifications
 * stay: receipts name their rows. One that is under way stays, too.
 * @returns ids of those that were removed, or would be, oldest first.
 */
export async function collectSessions(asked: CollectSessions): Promise<readonly string[]> {
  const { root, retention, rule, store, now, dryRun } = asked;
  const { days, keep = 0 } = retention;
  const events = store().facts('eval_');
  const ends = new Map(
    events.flatMap((event) => (event.type === 'eval_finished' ? [[event.data.id, event] as const] : [])),
  );
  const gone = new Set(events.flatMap((event) => (event.type === 'eval_removed' ? [event.data.id] : [])));
  const all = events.flatMap((event) => {
    if (event.type !== 'eval_started' || event.data.what !== 'eval') return [];
    const { id, skill } = event.data;
    const end = ends.get(id);
    return [{ id, skill, ended: end?.ts ?? event.ts, head: end?.data.head }];
  });
  for (const { id } of all.filter((each) => gone.has(each.id))) removeTree(sessionDir(root, id, false)); // broke off
  const left = all.filter(({ id }) => !gone.has(id)).sort((a, b) => (a.ended < b.ended ? -1 : 1));
  const isOld = (ended: string) => days === undefined || Date.parse(ended) < now - days * 86_400_000;
  const goes = left
    .slice(0, Math.max(0, left.length - keep))
    .filter(({ id, ended }) => isOld(ended) && !isUnderWay(sessionDir(root, id, false)));
  if (!dryRun) {
    for (const { id, skill, head } of goes) {
      const data = { id, skill, rule, by: 'reyn gc', ...(head === undefined ? {} : { head }) };
      await store().appendProject({ type: 'eval_removed', data });
      removeTree(sessionDir(root, id, false));
    }
  }
  return goes.map(({ id }) => id);
}

function isUnderWay(dir: string): boolean {
  const { locks } = layoutOf(dir);
  return fs.existsSync(locks) && sqliteLocks(locks).held(SESSION_LOCK);
}
