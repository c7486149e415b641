import { UserError } from '../../os/errors.ts';
import type { EvalSummary } from './report.ts';

/**
 * Finds the evaluations that a person means.
 *
 *  - `latest`, or the beginning of the id of an evaluation: that one alone.
 *  - `v3`, or the beginning of a fingerprint: every evaluation of that version.
 */

/** What is asked for of one evaluation: its id, the beginning of it, or `latest`. @throws UserError `not_found`, `ambiguous`. */
export function oneEvaluation(all: readonly EvalSummary[], reference = 'latest'): EvalSummary {
  if (reference === 'latest') {
    const [newest] = all;
    if (newest !== undefined) return newest;
    throw new UserError('not_found', 'there is no evaluation yet', { hint: 'Make one with `reyn eval run <skill>`.' });
  }
  const found = all.filter(({ id }) => id.startsWith(reference.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length > 1) {
    const some = found.slice(0, 5).map(({ id }) => id);
    throw new UserError('ambiguous', `"${reference}" is the beginning of several evaluations: ${some.join(', ')}`, {
      hint: 'Give more characters.',
    });
  }
  throw new UserError('not_found', `there is no evaluation "${reference}"`, { hint: HINT });
}

const HINT = '`reyn eval report --list` shows what there is.';

export type Sides = { readonly baseline: readonly EvalSummary[]; readonly candidate: readonly EvalSummary[] };

/**
 * The two sides of a comparison. Without a reference the candidate is the version evaluated last, the baseline the one
 * evaluated last before it.
 * @param all evaluations of one skill, newest first. @param versionOf fingerprint of a numbered version, where it is known.
 * @throws UserError `not_found`, `ambiguous`.
 */
export function chooseSides(
  all: readonly EvalSummary[],
  { baseline, candidate }: { readonly baseline?: string | undefined; readonly candidate?: string | undefined },
  versionOf: (version: number) => string | undefined = () => undefined,
): Sides {
  const newest = oneEvaluation(all);
  const after = candidate === undefined ? ofVersion(all, newest.skill_version_hash) : named(all, candidate, versionOf);
  if (baseline !== undefined) return { baseline: named(all, baseline, versionOf), candidate: after };
  const hash = after[0]?.skill_version_hash;
  const other = all.find((each) => each.skill_version_hash !== hash);
  if (other !== undefined) return { baseline: ofVersion(all, other.skill_version_hash), candidate: after };
  throw new UserError(
    'not_found',
    'only one version of this skill was evaluated, so there is nothing to compare with',
    {
      hint: 'Evaluate another version with `reyn eval run`, or name the baseline: --baseline v1.',
    },
  );
}

function ofVersion(all: readonly EvalSummary[], hash: string): readonly EvalSummary[] {
  return all.filter(({ skill_version_hash }) => skill_version_hash === hash);
}

function named(
  all: readonly EvalSummary[],
  reference: string,
  versionOf: (version: number) => string | undefined,
): readonly EvalSummary[] {
  const number = /^v(\d+)$/i.exec(reference)?.[1];
  if (number !== undefined) {
    const hash = versionOf(Number(number)) ?? all.find(({ version }) => version === Number(number))?.skill_version_hash;
    const found = hash === undefined ? [] : ofVersion(all, hash);
    if (found.length > 0) return found;
    throw new UserError('not_found', `version ${number} was not evaluated`, { hint: HINT });
  }
  const hashes = new Set(all.map((each) => each.skill_version_hash).filter((hash) => hash.startsWith(reference)));
  const [hash] = hashes;
  const byId = all.some(({ id }) => id.startsWith(reference.toLowerCase()));
  if (hash !== undefined && hashes.size === 1 && !byId && reference !== '') return ofVersion(all, hash);
  if (hash !== undefined && !byId) {
    throw new UserError('ambiguous', `"${reference}" is the beginning of several fingerprints`, {
      hint: 'Give more characters.',
    });
  }
  return [oneEvaluation(all, reference)];
}
