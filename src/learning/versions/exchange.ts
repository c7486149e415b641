import { join } from 'node:path';
import type { Disk } from '../../os/disk.ts';
import { CorruptLog, UserError } from '../../os/errors.ts';
import type { Store } from '../../os/events/port.ts';
import type { SavedGrants } from '../../os/permissions/saved.ts';
import type { Signer } from '../../os/signing.ts';
import type { Exchanges } from '../../os/skills/catalog.ts';
import { isVersion } from './archive.ts';
import { carryGrants } from './grants.ts';
import type { VersionsHome } from './home.ts';
import { type Intent, isOwnIntent, openIntent } from './intent.ts';
import { digestAt, putInPlace } from './place.ts';
import type { Version } from './version.ts';

/**
 * Exchanges of skill folders from their intent on, by whoever comes: the process that meant it, or one that finds the
 * intent of a dead one.
 *
 *  - X1 An intent is in the log before the folder is touched, and both versions are kept by then.
 *  - X2 From the intent on it goes forward only. One case ends it otherwise: somebody changed the folder meanwhile; then
 *    it stays as they left it, which the log says.
 *  - X3 The receipt is the end of it. All between is done under the skill's lock, and may be done again.
 *  - X4 A name whose folder is out of its place is not looked up elsewhere: whoever asks puts it in, or waits.
 *  - X5 Nobody goes on with an intent that another machine brought: its files are in no folder that anybody looked at.
 */
export type OpenExchanges = Exchanges & {
  /** Brings an open intent of the skill to its end. The caller holds the lock. */
  finish(skill: string): Promise<void>;
  /** Waits for ends that were begun by the way. */
  settled(): Promise<void>;
};

export type ExchangeParts = {
  readonly root: string;
  readonly disk: Disk;
  readonly home: VersionsHome;
  readonly store: () => Pick<Store, 'facts' | 'appendProject'>;
  readonly grants: Pick<SavedGrants, 'list' | 'save'>;
  readonly signer: Signer;
};

type Forwarded = { readonly intent: Intent; readonly entry: Version; readonly isIn: boolean; readonly isOwn: boolean };

export function openExchanges({ root, disk, home, store, grants, signer }: ExchangeParts): OpenExchanges {
  const ends = new Set<Promise<void>>();

  /** Does what is to be done on the disk. The caller holds the lock. */
  function forward(skill: string): Forwarded | undefined {
    const intent = openIntent(store(), skill);
    if (intent === undefined) {
      home.unmark(skill); // whoever set it died before there was an intent, or after the receipt
      return undefined;
    }
    const { entry, place } = read(skill, intent);
    const isOwn = isOwnIntent(signer, intent);
    if (!isOwn && disk.stat(place) === undefined) throw brought(skill, home.markOf(skill));
    const archive = home.archive(skill);
    const before = archive.list().find(({ version }) => version === intent.from)?.own;
    const isFree = disk.stat(place) === undefined;
    const now = isFree ? undefined : digestAt(place, skill);
    if (!isOwn || (!isFree && now !== entry.own && now !== before)) return { intent, entry, isIn: false, isOwn };
    putInPlace(disk, place, skill, { files: archive.files(entry), before });
    archive.enter(entry);
    archive.setCurrent(entry.version);
    return { intent, entry, isIn: true, isOwn };
  }

  function read(skill: string, { dir, entry }: Intent): { entry: Version; place: string } {
    const places = ['project', 'local'].map((origin) => `reyn/${origin}/${skill}`);
    if (isVersion(entry) && places.includes(dir)) return { entry, place: join(root, dir) };
    throw new CorruptLog('bad_intent', 'the log names a version that cannot be put in place', { skill });
  }

  async function finish(skill: string): Promise<void> {
    const done = forward(skill);
    if (done === undefined) return;
    const { intent, entry, isIn, isOwn } = done;
    if (isIn) {
      const ids = intent.grants ?? [];
      await store().appendProject(receiptOf(intent, entry, await carryGrants(grants, ids, entry.skill_version_hash)));
    } else {
      const reason = isOwn
        ? 'the folder was changed before the version was put in place'
        : 'it was not begun on this machine';
      await store().appendProject({ type: 'version_dropped', data: { skill, to: intent.to, reason } });
    }
    home.unmark(skill);
  }

  /** What is on the disk is right by now; that the log says so too need not be waited for. */
  function endLater(skill: string): void {
    const end = home.locked(skill, () => finish(skill)).catch(() => undefined); // the next one who comes tries again
    ends.add(end);
    void end.finally(() => ends.delete(end));
  }

  return {
    underWay: home.marked,
    settle(skill) {
      if (!home.isMarked(skill)) return;
      const intent = openIntent(store(), skill);
      const isWhole = intent === undefined || disk.stat(read(skill, intent).place) !== undefined;
      const done = home.lockedNow(skill, !isWhole, () => forward(skill) ?? 'nothing');
      if (done !== undefined && done !== 'nothing') endLater(skill);
    },
    finish,
    settled: async () => {
      await Promise.all(ends);
    },
  };
}

function receiptOf(intent: Intent, entry: Version, grants: readonly string[]) {
  const { skill, from, to, from_hash, skill_version_hash, reason, by, before } = intent;
  const data = { skill, from, to, from_hash, skill_version_hash, reason, by };
  if (intent.what === 'rollback') return { type: 'skill_rolled_back', data } as const;
  const { score, verdict, receipt, run } = entry;
  return {
    type: 'skill_improved',
    data: {
      ...data,
      ...(score === undefined ? {} : { score }),
      ...(before === undefined ? {} : { before }),
      ...(verdict === undefined ? {} : { verdict }),
      ...(receipt === undefined ? {} : { receipt }),
      ...(run === undefined ? {} : { run }),
      ...(grants.length === 0 ? {} : { grants: [...grants] }),
    },
  } as const;
}

function brought(skill: string, mark: string): UserError {
  return new UserError(
    'refused',
    `the folder of "${skill}" is out of its place, and the log that says so is not this machine's`,
    {
      where: { file: mark, skill },
      hint: 'Put the folder back, e.g. from version control, and remove this file.',
    },
  );
}
