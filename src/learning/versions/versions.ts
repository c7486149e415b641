import type { Clock } from '../../os/clock.ts';
import type { Store } from '../../os/events/port.ts';
import type { SavedGrants } from '../../os/permissions/saved.ts';
import type { Signer } from '../../os/signing.ts';
import type { Catalog } from '../../os/skills/catalog.ts';
import { fingerprintOf } from '../../os/skills/fingerprint.ts';
import { vouch } from '../../os/vouch.ts';
import { mainOf } from './archive.ts';
import type { OpenExchanges } from './exchange.ts';
import { bytesOf, type OwnFiles, ownDigest, readRest } from './folder.ts';
import { grantChange, hasSameReach } from './grants.ts';
import type { VersionsHome } from './home.ts';
import { intentText } from './intent.ts';
import { type Look, lookAtOwn, openedOf } from './look.ts';
import { changed, isThere, noVersions, targetOf } from './target.ts';
import type { Version } from './version.ts';

/**
 * Keeping, applying and rolling back versions of skills. Each holds the skill's lock from the first look at its folder
 * to the receipt, and first ends what a dead process left.
 */
export type Versions = {
  /** Keeps the folder as it is. One that is kept already is not kept twice. */
  keep(skill: string, made: Made): Promise<Version>;
  /**
   * Puts files in place of the folder. The version that was there is kept before.
   * @throws OpError `changed` when the folder is not `from`.
   */
  apply(skill: string, change: Change): Promise<Done>;
  /**
   * Puts a kept version back: `to`, or the one before.
   * @throws UserError `not_found` where there is none, `usage` when it is there.
   */
  rollback(skill: string, to: number | undefined, made: Made): Promise<Done>;
  /** Records the folder as it is as a version that was put in place by other means than these. */
  adopt(skill: string, made: Made, proof: Proof): Promise<Adopted>;
};

export type Made = { readonly reason: string; readonly by: string; readonly run?: string };

/** What a verdict adds to a version. */
export type Proof = {
  readonly verdict?: string;
  readonly receipt?: string;
  readonly score?: number;
  readonly before?: number;
  /** Fingerprint that the verdict compared with. */
  readonly from?: string;
};

export type Change = { readonly from: string; readonly files: OwnFiles; readonly made: Made; readonly proof: Proof };

/** `saved`: the version that the folder's own state was kept as before, where it was not kept yet. */
export type Done = { readonly from: Version; readonly to: Version; readonly saved?: number };

export type Adopted = { readonly version: Version; readonly isNew: boolean };

export type VersionsParts = {
  readonly catalog: Catalog;
  readonly store: () => Pick<Store, 'appendProject' | 'temp'>;
  readonly clock: Clock;
  readonly grants: Pick<SavedGrants, 'list' | 'revoke'>;
  readonly signer: Signer;
  readonly home: VersionsHome;
  readonly exchanges: OpenExchanges;
  /** How many versions of a skill are kept. */
  readonly most: number;
  /** Fingerprints of a skill that runs still hold on to. */
  readonly pinned: (skill: string) => ReadonlySet<string>;
};

const FIRST = 'initial save';
const BY_HAND = 'changed by hand';

export function openVersions(parts: VersionsParts): Versions {
  const { catalog, store, clock, grants, signer, home, exchanges, most, pinned } = parts;
  const fingerprintAt = ({ entry }: Look, files: OwnFiles) => fingerprintOf(catalog.sourceOf(entry, bytesOf(files)));

  async function withSkill<T>(skill: string, work: (look: ReturnType<typeof lookAtOwn>) => Promise<T>): Promise<T> {
    lookAtOwn(catalog, skill); // a name that is none makes no folders
    store().temp(); // makes the store's folders
    home.make(skill);
    return home.locked(skill, async () => {
      await exchanges.finish(skill);
      return work(lookAtOwn(catalog, skill));
    });
  }

  function drafted(look: Look, files: OwnFiles, hash: string, { reason, by, run }: Made): Version {
    const archive = home.archive(look.skill);
    const parent = archive.current();
    const version = archive.next();
    return {
      version,
      skill_version_hash: hash,
      ...(parent === undefined ? {} : { parent }),
      date: new Date(clock.now()).toISOString(),
      reason,
      by,
      ...(run === undefined ? {} : { run }),
      own: ownDigest(files),
      ...mainOf(files),
    };
  }

  /** Writes the files of a new version, for which the oldest make room. */
  function put(skill: string, version: Version, files: OwnFiles, alsoKept: readonly number[]): void {
    const archive = home.archive(skill);
    const current = archive.current();
    const held = pinned(skill);
    archive.prune(most - 1, (each) => {
      return each.version === current || alsoKept.includes(each.version) || held.has(each.skill_version_hash);
    });
    archive.put(version, files);
  }

  function known(skill: string, hash: string): Version | undefined {
    const archive = home.archive(skill);
    const same = archive.list().filter((each) => each.skill_version_hash === hash);
    return same.find(({ version }) => version === archive.current()) ?? same.at(-1);
  }

  /** The version that the folder is, which is kept now where it was not. */
  async function keepNow(look: Look, made: Made, target?: number): Promise<{ version: Version; isNew: boolean }> {
    const { skill, fingerprint, own } = look;
    const archive = home.archive(skill);
    const there = known(skill, fingerprint);
    if (there !== undefined) {
      if (archive.current() !== there.version) archive.setCurrent(there.version);
      return { version: there, isNew: false };
    }
    const reason = archive.next() === 1 ? FIRST : made.reason;
    const version = drafted(look, own, fingerprint, { ...made, reason });
    put(skill, version, own, target === undefined ? [] : [target]);
    archive.enter(version);
    archive.setCurrent(version.version);
    const { parent, by } = version;
    await store().appendProject({
      type: 'version_saved',
      data: {
        ...{ skill, version: version.version, skill_version_hash: fingerprint, reason, by },
        ...(parent === undefined ? {} : { parent }),
      },
    });
    return { version, isNew: true };
  }

  async function exchange(
    look: ReturnType<typeof lookAtOwn>,
    { from, to, files, what, made, before }: Exchanging,
  ): Promise<void> {
    const { skill, dir, entry } = look;
    readRest(entry.dir); // what cannot go along is said before anything is done
    const isListed = home
      .archive(skill)
      .list()
      .some(({ version }) => version === to.version);
    if (!isListed) put(skill, to, files, [from.version]);
    const [a, b] = [look.source, catalog.sourceOf(entry, bytesOf(files))].map(openedOf);
    const sameReach = a !== undefined && b !== undefined && hasSameReach(a, b);
    const pair = { skill, from: look.fingerprint, to: to.skill_version_hash, sameReach };
    const { carry, takeBack } = grantChange(grants.list(), pair, clock.now());
    // before the version is there, so that no run of it begins with leave from another time
    for (const { id } of takeBack) {
      await grants.revoke(id, `v${to.version} is put in place again; it has to ask anew`, made.by);
    }
    home.mark(skill);
    const intent = {
      ...{ skill, dir, from: from.version, to: to.version, from_hash: look.fingerprint },
      ...{ skill_version_hash: to.skill_version_hash, what, reason: made.reason, by: made.by, entry: to },
      ...(before === undefined ? {} : { before }),
      ...(carry.length === 0 ? {} : { grants: carry.map(({ id }) => id) }),
    };
    const vouched = vouch(signer, intentText(intent));
    await store().appendProject({
      type: 'version_intended',
      data: { ...intent, ...(vouched === undefined ? {} : { vouched }) },
    });
    await exchanges.finish(skill);
    if (home.archive(skill).current() !== to.version) throw changed(skill);
  }

  return {
    keep: async (skill, made) => withSkill(skill, async (look) => (await keepNow(look, made)).version),

    apply: async (skill, { from, files, made, proof }) =>
      withSkill(skill, async (look) => {
        if (look.fingerprint !== from) throw changed(skill);
        const kept = await keepNow(look, { ...made, reason: BY_HAND });
        const hash = fingerprintAt(look, files);
        const { from: _, before, ...facts } = proof;
        const to = { ...(known(skill, hash) ?? drafted(look, files, hash, made)), ...facts };
        const rest = before === undefined ? {} : { before };
        await exchange(look, { from: kept.version, to, files, what: 'apply', made, ...rest });
        return { from: kept.version, to, ...(kept.isNew ? { saved: kept.version.version } : {}) };
      }),

    rollback: async (skill, to, made) =>
      withSkill(skill, async (look) => {
        const archive = home.archive(skill);
        if (archive.list().length === 0) throw noVersions(skill);
        const kept = await keepNow(look, { ...made, reason: BY_HAND }, to);
        const target = targetOf(skill, archive.list(), kept.version, to);
        const files = archive.files(target);
        const hash = fingerprintAt(look, files);
        if (hash === look.fingerprint) throw isThere(skill, target);
        const again = `v${target.version} again, with shared phases as they are now`;
        const version =
          hash === target.skill_version_hash
            ? target
            : (known(skill, hash) ?? drafted(look, files, hash, { ...made, reason: again }));
        await exchange(look, { from: kept.version, to: version, files, what: 'rollback', made });
        return { from: kept.version, to: version, ...(kept.isNew ? { saved: kept.version.version } : {}) };
      }),

    adopt: async (skill, made, proof) =>
      withSkill(skill, async (look) => {
        const archive = home.archive(skill);
        const { from: proved, before, ...facts } = proof;
        if (facts.verdict === undefined) {
          const { version, isNew } = await keepNow(look, made);
          return { version, isNew };
        }
        const current = archive.list().find(({ version }) => version === archive.current());
        const there = known(skill, look.fingerprint);
        if (there?.receipt === facts.receipt && there?.version === archive.current() && there !== undefined) {
          return { version: there, isNew: false };
        }
        const version = { ...(there ?? drafted(look, look.own, look.fingerprint, made)), ...facts };
        if (there === undefined) put(skill, version, look.own, []);
        await store().appendProject({
          type: 'skill_improved',
          data: {
            ...{ skill, from: current?.version ?? 0, to: version.version },
            ...{ from_hash: proved ?? current?.skill_version_hash ?? look.fingerprint },
            ...{ skill_version_hash: look.fingerprint, reason: made.reason, by: made.by },
            ...facts,
            ...(before === undefined ? {} : { before }),
          },
        });
        archive.enter(version);
        archive.setCurrent(version.version);
        return { version, isNew: true };
      }),
  };
}

type Exchanging = {
  readonly from: Version;
  readonly to: Version;
  readonly files: OwnFiles;
  readonly what: 'apply' | 'rollback';
  readonly made: Made;
  readonly before?: number;
};
