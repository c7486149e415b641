import { Bug, CorruptLog, UserError } from '../errors.ts';
import type { RunEventData } from '../events/event.ts';
import type { Blobs } from '../events/port.ts';
import { CONTRACT } from '../kernel/version.ts';
import { compileSkill } from '../skills/compile.ts';

import type { Skill } from '../skills/skill.ts';
import { packSource, type SkillSource, unpackSource } from '../skills/source.ts';

/** Blobs of sources that this process has pinned: a thousand sub-runs of one skill share theirs. */
const pinned = new WeakMap<Blobs, WeakMap<SkillSource, string>>();

/** Stores a skill's source so that runs of it can resume on the content they began with. @returns the blob's SHA-256. */
export function pinSkill(source: SkillSource, blobs: Blobs): string {
  const here = pinned.get(blobs) ?? new WeakMap<SkillSource, string>();
  pinned.set(blobs, here);
  const sha256 = here.get(source) ?? blobs.put(packSource(source));
  here.set(source, sha256);
  return sha256;
}

/**
 * The skill a run began with, whatever its folder holds today.
 * @throws UserError `usage` when the run was made under another contract: its frames would not be the same.
 */
export function pinnedSkill(started: RunEventData['run_skill_started'], blobs: Blobs): Skill {
  if (started.contract !== CONTRACT) {
    throw new UserError(
      'usage',
      `this run was made under the contract ${started.contract}; this Reyn keeps ${CONTRACT}`,
      {
        where: { skill: started.skill },
        hint: 'Go on with the version of Reyn that made it.',
      },
    );
  }
  const { skill, findings } = compileSkill(unpackSource(blobs.get(started.pack).toString('utf8')));
  if (skill === undefined) {
    throw new Bug(`the pinned skill ${started.skill} does not load any more: ${findings[0]?.message ?? 'no finding'}`);
  }
  if (skill.fingerprint !== started.skill_version_hash) {
    throw new CorruptLog('pack', `the pinned source of ${started.skill} is not the version the run names`, {
      skill: started.skill,
    });
  }
  return skill;
}
