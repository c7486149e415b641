import { UserError } from '../../os/errors.ts';
import type { Store } from '../../os/events/port.ts';
import { isObject } from '../../os/json.ts';
import { OpError } from '../../os/op-error.ts';
import type { Catalog } from '../../os/skills/catalog.ts';
import { loadSkill } from '../../os/skills/load.ts';
import type { Skill, SkillOrigin } from '../../os/skills/skill.ts';
import type { SkillSource } from '../../os/skills/source.ts';
import { diffOf } from './diff.ts';
import { bytesOf, ownDigest } from './folder.ts';
import type { VersionsHome } from './home.ts';
import { type Look, lookAt, openedOf } from './look.ts';
import { loosens } from './loosens.ts';
import { noVersions } from './target.ts';
import type { ReadReceipt, ReceiptFacts, Version } from './version.ts';
import type { Proof, Versions } from './versions.ts';

/** Versions as people ask for them. */
export type VersionsDesk = {
  /** @throws UserError `not_found`. */
  list(skill: string): VersionList;
  /**
   * What differs between two of them; `now` is the folder as it is, and what `to` is when absent.
   * @throws UserError `not_found`, `usage`.
   */
  diff(skill: string, from: string, to?: string): Promise<VersionDiff>;
  /** A version as a skill. @throws UserError `not_found`, `skill` when it does not load. */
  show(skill: string, version: string): { readonly version: Version; readonly skill: Skill };
  /** Puts a version back; the one before when `to` is absent. @throws UserError `not_found`, `usage`, `refused`. */
  rollback(skill: string, to?: string): Promise<RolledBack>;
  /**
   * Records the folder as it is: a change by hand, or a candidate that was merged, with its receipt.
   * @throws UserError `refused` where the verdict about it is no PASS and nobody said `unverified`.
   */
  adopt(skill: string, options?: AdoptOptions): Promise<AdoptedVersion>;
};

export type VersionList = {
  readonly skill: string;
  readonly origin: SkillOrigin;
  readonly skill_version_hash: string;
  /** Number of the version in place; absent where none is kept. */
  readonly current?: number;
  /** What the folder is: that version, that version changed by hand, or with other shared phases. */
  readonly state: 'kept' | 'changed' | 'shared_changed' | 'none';
  readonly versions: readonly Version[];
};

export type VersionDiff = { readonly skill: string; readonly from: string; readonly to: string; readonly diff: string };

export type RolledBack = {
  readonly skill: string;
  readonly from: number;
  readonly to: number;
  readonly skill_version_hash: string;
  /** The version that a change by hand was kept as before. */
  readonly saved?: number;
  /** What this version may do that the other could not. */
  readonly loosens: readonly string[];
};

export type AdoptOptions = {
  /** Id of the receipt; absent = the last verdict about what is there, if there is one. */
  readonly receipt?: string;
  /** A person overrules a verdict that is no PASS; it is shown so for ever. */
  readonly unverified?: boolean;
};

export type AdoptedVersion = {
  readonly skill: string;
  readonly version: number;
  /** False when it was recorded already. */
  readonly isNew: boolean;
  readonly verdict?: string;
  readonly receipt?: string;
};

export type DeskParts = {
  readonly catalog: Catalog;
  readonly store: () => Pick<Store, 'facts'>;
  readonly home: VersionsHome;
  readonly versions: Versions;
  readonly receipt: ReadReceipt;
  readonly who: string;
};

const NOW = 'now';

export function openDesk({ catalog, store, home, versions, receipt, who }: DeskParts): VersionsDesk {
  function list(skill: string): VersionList {
    const look = lookAt(catalog, skill);
    const archive = home.archive(skill);
    const current = archive.current();
    const all = archive.list();
    const version = all.find((each) => each.version === current);
    const { fingerprint, entry } = look;
    const facts = { skill, origin: entry.origin, skill_version_hash: fingerprint, versions: all };
    if (version === undefined) return { ...facts, state: 'none' };
    return { ...facts, current: version.version, state: stateOf(look, version) };
  }

  function found(skill: string, reference: string): Version {
    const all = home.archive(skill).list();
    if (all.length === 0) throw noVersions(skill);
    const number = /^v?(\d{1,9})$/.exec(reference)?.[1];
    const same = all.filter(
      ({ version, skill_version_hash }) =>
        String(version) === number || (reference.length >= 6 && skill_version_hash.startsWith(reference)),
    );
    const [only] = same;
    if (only !== undefined && same.length === 1) return only;
    throw new UserError('not_found', `"${skill}" has no version "${reference}"`, {
      where: { skill },
      hint: `There are: ${all.map(({ version }) => `v${version}`).join(', ')}.`,
    });
  }

  function sourceOf(look: Look, reference: string): { name: string; source: SkillSource } {
    if (reference === NOW) return { name: NOW, source: look.source };
    const version = found(look.skill, reference);
    const files = bytesOf(home.archive(look.skill).files(version));
    return { name: `v${version.version}`, source: catalog.sourceOf(look.entry, files) };
  }

  /** The receipt of the last verdict about what is there; one of PASS before others. */
  function receiptOf(skill: string, hash: string): ReceiptFacts | undefined {
    const reached = ['verdict_reached', 'state_carried'].flatMap((type) => store().facts(type));
    const ids = reached.flatMap((event) => {
      const fact =
        event.type === 'state_carried' && event.data.kind === 'verdict_reached' ? event.data.fact : event.data;
      const isAbout = isObject(fact) && fact.skill === skill && fact.skill_version_hash === hash;
      return isAbout && typeof fact.receipt === 'string' ? [fact.receipt] : [];
    });
    const all = ids.flatMap((id) => receipt(id) ?? []).filter((facts) => facts.skill === skill && facts.to === hash);
    return all.findLast(({ verdict }) => verdict === 'PASS') ?? all.at(-1);
  }

  function wanted(skill: string, hash: string, id: string | undefined): ReceiptFacts | undefined {
    if (id === undefined) return receiptOf(skill, hash);
    const facts = receipt(id);
    if (facts === undefined) throw new UserError('not_found', `there is no receipt "${id}" that holds`);
    if (facts.skill === skill && facts.to === hash) return facts;
    throw new UserError('refused', `the receipt "${id}" is not about what is in the folder of "${skill}" now`, {
      where: { skill },
    });
  }

  /** Whether a receipt of PASS compared with what was in the place before. */
  function isProved({ verdict, from }: ReceiptFacts, skill: string, hash: string): boolean {
    const all = home.archive(skill).list();
    const byNumber = (number: number | undefined) => all.find(({ version }) => version === number);
    const current = byNumber(home.archive(skill).current());
    const before = current?.skill_version_hash === hash ? byNumber(current.parent) : current;
    return verdict === 'PASS' && (before === undefined || before.skill_version_hash === from);
  }

  return {
    list,

    async diff(skill, from, to = NOW) {
      const look = lookAt(catalog, skill);
      const [a, b] = [sourceOf(look, from), sourceOf(look, to)];
      return { skill, from: a.name, to: b.name, diff: await diffOf(a.source.files, b.source.files) };
    },

    show(skill, reference) {
      const version = found(skill, reference);
      const { source } = sourceOf(lookAt(catalog, skill), `v${version.version}`);
      return { version, skill: loadSkill(source) };
    },

    async rollback(skill, to) {
      const before = openedOf(lookAt(catalog, skill).source);
      const number = to === undefined ? undefined : found(skill, to).version;
      const done = await asked(versions.rollback(skill, number, { reason: 'rolled back', by: who }));
      const after = openedOf(lookAt(catalog, skill).source);
      return {
        skill,
        from: done.from.version,
        to: done.to.version,
        skill_version_hash: done.to.skill_version_hash,
        ...(done.saved === undefined ? {} : { saved: done.saved }),
        loosens: before === undefined || after === undefined ? [] : loosens(before.skill, after.skill),
      };
    },

    async adopt(skill, { receipt: id, unverified = false } = {}) {
      const { fingerprint } = lookAt(catalog, skill);
      const facts = wanted(skill, fingerprint, id);
      const proved = facts !== undefined && isProved(facts, skill, fingerprint);
      if (facts === undefined && unverified) throw nothingToOverrule(skill);
      if (facts !== undefined && !proved && !unverified) throw notProved(skill, facts);
      const verdict = facts === undefined ? undefined : proved ? 'PASS' : 'promoted_unverified';
      const reason = verdict === undefined ? 'changed by hand' : 'merged, with its receipt';
      const proof = facts === undefined || verdict === undefined ? {} : proofOf(facts, verdict);
      const { version, isNew } = await asked(versions.adopt(skill, { reason, by: who }, proof));
      return {
        ...{ skill, version: version.version, isNew },
        ...(version.verdict === undefined ? {} : { verdict: version.verdict }),
        ...(version.receipt === undefined ? {} : { receipt: version.receipt }),
      };
    },
  };
}

function proofOf({ id, from, score, before }: ReceiptFacts, verdict: string): Proof {
  return {
    ...{ verdict, receipt: id, from },
    ...(score === undefined ? {} : { score }),
    ...(before === undefined ? {} : { before }),
  };
}

function stateOf(look: Look, version: Version): VersionList['state'] {
  if (look.fingerprint === version.skill_version_hash) return 'kept';
  return ownDigest(look.own) === version.own ? 'shared_changed' : 'changed';
}

function notProved(skill: string, { verdict }: ReceiptFacts): UserError {
  const why =
    verdict === 'PASS' ? 'compared with another version than the one before' : `is ${verdict}, which promotes nothing`;
  return new UserError('refused', `the verdict about what is in the folder of "${skill}" ${why}`, {
    where: { skill },
    hint: `\`reyn skill adopt ${skill} --unverified\` records it all the same, as promoted_unverified.`,
  });
}

function nothingToOverrule(skill: string): UserError {
  return new UserError('usage', `no verdict is about what is in the folder of "${skill}": there is none to overrule`, {
    where: { skill },
    hint: `\`reyn skill adopt ${skill}\` records it as a change by hand.`,
  });
}

/** What an op is told is told to a person as their fault here. */
async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    const message = error.message.replace(/\.$/, '');
    throw new UserError('refused', message, { hint: 'Try again: somebody changed it at the same time.', cause: error });
  }
}
