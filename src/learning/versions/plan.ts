import { UserError } from '../../os/errors.ts';
import type { Store } from '../../os/events/port.ts';
import type { Asking } from '../../os/kernel/ports.ts';
import { OpError } from '../../os/op-error.ts';
import type { ApplyRequest, VersionsHandle } from '../../os/ops/improvement.ts';
import type { Remains, WriteImages, WritePlan } from '../../os/ops/write-plan.ts';
import type { SavedGrants } from '../../os/permissions/saved.ts';
import type { Catalog } from '../../os/skills/catalog.ts';
import { fingerprintOf } from '../../os/skills/fingerprint.ts';
import { type SkillSource, unpackSource } from '../../os/skills/source.ts';
import { diffOf } from './diff.ts';
import { isOwnPath, type OwnFiles, ownBytes } from './folder.ts';
import { grantChange, hasSameReach, showGrant } from './grants.ts';
import type { VersionsHome } from './home.ts';
import { type Look, lookAtOwn, openedOf } from './look.ts';
import { loosens } from './loosens.ts';
import type { ReadReceipt, ReceiptFacts } from './version.ts';
import type { Versions } from './versions.ts';

export type PlanParts = {
  readonly catalog: Catalog;
  readonly store: () => Pick<Store, 'blobs'>;
  readonly grants: Pick<SavedGrants, 'list'>;
  readonly home: VersionsHome;
  readonly versions: Versions;
  readonly receipt: ReadReceipt;
  readonly now: () => number;
};

/** A subject of the op that keeps a version; that of one that applies is `version:<skill>`. */
const KEPT = '/kept';
/** Characters of a diff that a question carries; nobody reads more of it at a prompt. */
const MAX_DIFF = 60_000;

/** What ops may do with versions, for one op: only with the skills it has leave for. */
export function versionsHandle(parts: PlanParts, { needs, who, run }: Asking): VersionsHandle {
  const { catalog, home, versions } = parts;
  const allowed = (skill: string) => {
    if (needs.some((need) => need.kind === 'skill.write' && need.skill === skill)) return;
    throw new OpError('refused', `There is no leave to write the skill "${skill}".`);
  };

  return {
    async planSave({ skill, reason }) {
      allowed(skill);
      isThere(catalog, skill);
      return asOp(async () => {
        const { fingerprint } = lookAtOwn(catalog, skill);
        const all = home.archive(skill).list();
        const there = all.findLast((version) => version.skill_version_hash === fingerprint);
        const version = there?.version ?? home.archive(skill).next();
        return {
          path: `version:${skill}${KEPT}`,
          pre: all.at(-1)?.skill_version_hash ?? null,
          post: fingerprint,
          result: { skill, version, skill_version_hash: fingerprint },
          commit: () =>
            asOp(async () => {
              const kept = await versions.keep(skill, { reason, by: who, run });
              if (kept.skill_version_hash !== fingerprint)
                throw new OpError('changed', `The skill "${skill}" was changed.`);
            }),
        };
      });
    },

    async planApply(request) {
      allowed(request.skill);
      return asOp(() => planApply(parts, request, { by: who, run }));
    },

    async remains(images) {
      return asOp(async () => remainsOf(parts, images));
    },
  };
}

async function planApply(
  parts: PlanParts,
  request: ApplyRequest,
  { by, run }: { by: string; run: string },
): Promise<WritePlan> {
  const { catalog, home, versions, grants, now } = parts;
  const { skill, from, to, receipt, reason } = request;
  const look = lookAtOwn(catalog, skill);
  if (look.fingerprint !== from) {
    throw new OpError('changed', `The skill "${skill}" is not the version any more that was improved.`);
  }
  const facts = factsFor(parts, request);
  const { files, source } = candidateOf(parts, look, facts, to);
  const [a, b] = [openedOf(look.source), openedOf(source)];
  if (b === undefined) throw new OpError('invalid', `The candidate for "${skill}" does not load.`);
  const sameReach = a !== undefined && hasSameReach(a, b);
  const { carry } = grantChange(grants.list(), { skill, from, to, sameReach }, now());
  const verdict = facts.verdict === 'PASS' ? 'PASS' : 'promoted_unverified';
  const diff = await diffOf(look.source.files, source.files);
  return {
    path: `version:${skill}`,
    pre: from,
    post: to,
    result: { skill, from, to, verdict, version: numberOf(home, request) },
    shown: {
      reason,
      verdict: facts.verdict,
      summary: facts.summary,
      receipt,
      ...(verdict === 'PASS'
        ? {}
        : { unverified: 'It did not pass; applied, it is shown as promoted_unverified for ever.' }),
      loosens: a === undefined ? ['the present version does not load'] : [...loosens(a.skill, b.skill)],
      grants: carry.map(showGrant),
      replaces: nameOf(home, look),
      diff: diff.length > MAX_DIFF ? `${diff.slice(0, MAX_DIFF)}\n… cut off here` : diff,
    },
    commit: () =>
      asOp(async () => {
        const { score, before } = facts;
        const proof = {
          ...{ verdict, receipt },
          ...(score === undefined ? {} : { score }),
          ...(before === undefined ? {} : { before }),
        };
        await versions.apply(skill, { from, files, made: { reason, by, run }, proof });
      }),
  };
}

/** Number that the candidate has once it is in place; what is there now and not kept yet comes before it. */
function numberOf(home: PlanParts['home'], { skill, from, to }: ApplyRequest): number {
  const archive = home.archive(skill);
  const kept = (hash: string) => archive.list().findLast((each) => each.skill_version_hash === hash)?.version;
  return kept(to) ?? archive.next() + (kept(from) === undefined ? 1 : 0);
}

/** A name that is no skill is the fault of whoever asked. @throws OpError `usage`. */
function isThere(catalog: PlanParts['catalog'], skill: string): void {
  try {
    catalog.source(skill);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not_found') return;
    throw new OpError('usage', `${error.message}. ${error.hint ?? ''}`.trim());
  }
}

/** The receipt of exactly this change. */
function factsFor({ receipt: read }: PlanParts, { skill, from, to, receipt }: ApplyRequest): ReceiptFacts {
  const facts = read(receipt);
  if (facts === undefined) {
    throw new OpError('not_found', `There is no receipt "${receipt}" that holds; verify_skill gives one.`);
  }
  if (facts.skill === skill && facts.from === from && facts.to === to) return facts;
  throw new OpError('refused', `The receipt "${receipt}" is about another change.`);
}

/** The candidate in the place of the skill. A version is a folder: what it changes in shared files is for a person. */
function candidateOf(
  { catalog, store }: PlanParts,
  look: Look,
  { pack }: ReceiptFacts,
  to: string,
): { files: OwnFiles; source: SkillSource } {
  const packed = unpackSource(store().blobs.get(pack).toString('utf8'));
  const own = ownBytes(packed.files);
  if (fingerprintOf(packed) !== to || ![...own.keys()].every(isOwnPath)) {
    throw new OpError('refused', 'The files of the candidate are not those that were verified.');
  }
  const source = catalog.sourceOf(look.entry, own);
  if (fingerprintOf(source) !== to) {
    const what = 'The candidate counts on other shared phases or artifacts than those of the project';
    throw new OpError('refused', `${what}, which a version of one skill does not change. A person changes them first.`);
  }
  const files = new Map(
    [...own].map(([file, bytes]) => [file, { bytes, executable: look.own.get(file)?.executable ?? false }]),
  );
  return { files, source };
}

async function remainsOf({ catalog, home }: PlanParts, { path, pre, post }: WriteImages): Promise<Remains> {
  const isKeep = path.endsWith(KEPT);
  const skill = path.slice('version:'.length, isKeep ? -KEPT.length : undefined);
  const look = lookAtOwn(catalog, skill); // brings an open intent forward by the way
  if (isKeep) {
    const isThere = home
      .archive(skill)
      .list()
      .some((each) => each.skill_version_hash === post);
    return { left: isThere ? 'all' : 'nothing' };
  }
  if (look.fingerprint === post) return { left: 'all' };
  return look.fingerprint === pre ? { left: 'nothing' } : { left: 'other', now: look.fingerprint };
}

/** The version that a folder is, for people. */
function nameOf(home: VersionsHome, { skill, fingerprint }: Look): string {
  const version = home
    .archive(skill)
    .list()
    .findLast((each) => each.skill_version_hash === fingerprint);
  return version === undefined ? 'a state that is not kept yet, and will be' : `v${version.version}`;
}

/** What is the user's fault is told to whoever asked: the op failed, the run goes on. */
async function asOp<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'disk' || error.code === 'corrupt') throw error;
    throw new OpError(error.code, error.hint === undefined ? `${error.message}.` : `${error.message}. ${error.hint}`);
  }
}
