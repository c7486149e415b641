import { UserError } from '../../os/errors.ts';
import { OpError } from '../../os/op-error.ts';
import type { Version } from './version.ts';

/** The version a rollback leads to: the one named, else the one before. @throws UserError `not_found`, `usage`. */
export function targetOf(skill: string, all: readonly Version[], now: Version, to: number | undefined): Version {
  const before = now.parent ?? all.findLast(({ version }) => version < now.version)?.version;
  const wanted = to ?? before;
  const found = all.find(({ version }) => version === wanted);
  if (found !== undefined && found.version === now.version) throw isThere(skill, found);
  if (found !== undefined) return found;
  const numbers = all.map(({ version }) => `v${version}`).join(', ');
  throw new UserError(
    'not_found',
    wanted === undefined
      ? `no version of "${skill}" is before v${now.version}`
      : `"${skill}" has no version v${wanted}`,
    { where: { skill }, hint: `There are: ${numbers}. \`reyn skill versions ${skill}\` says more.` },
  );
}

export function noVersions(skill: string): UserError {
  return new UserError('not_found', `no version of "${skill}" is kept yet`, {
    where: { skill },
    hint: `\`reyn skill adopt ${skill}\` keeps it as it is now.`,
  });
}

export function isThere(skill: string, { version }: Version): UserError {
  return new UserError('usage', `"${skill}" is what v${version} is already`, {
    where: { skill },
    hint: `\`reyn skill versions ${skill}\` lists the others. Shared phases are no part of the folder and stay.`,
  });
}

export function changed(skill: string): OpError {
  return new OpError('changed', `The skill "${skill}" is not the version any more that was to be replaced.`);
}
