import { sha256 } from '../../os/json.ts';
import type { Op } from '../../os/ops/op.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { packSource } from '../../os/skills/source.ts';
import type { EvalSet } from '../evals/case.ts';
import type { Splits } from '../evals/splits.ts';
import type { Arms } from './drive-verdict.ts';
import type { Before } from './judge.ts';
import { alphaOf } from './ledger.ts';
import { lintErrors } from './lint-errors.ts';
import { precheck } from './prechecks.ts';
import type { DevScores } from './quarantine.ts';
import { caseDigest, type Receipt, runOf } from './receipt.ts';
import type { RuleSettings, RuleState } from './rule-state.ts';
import type { Verdict } from './verdict.ts';

/** What is verified against what, and on what. */
export type Question = {
  /** Id of the sealed session. */
  readonly session: string;
  readonly skill: string;
  readonly baseline: Opened;
  readonly candidate: Opened;
  /** Fingerprints that the candidate descends from. */
  readonly ancestors: readonly string[];
  /** Mean score of the candidate over the dev cases, and how many there are. */
  readonly dev: { readonly after?: number; readonly cases: number };
  readonly set: EvalSet;
  readonly splits: Splits;
  /** Digests of the eval files when the search began. */
  readonly locked: Pick<EvalSet, 'digest' | 'scorers'>;
  readonly model: string | undefined;
  /** Runs it may have. */
  readonly most: number | undefined;
};

export function settingsOf({ session, splits, most }: Question, attempt: number): RuleSettings {
  const cases = splits.holdout.map(({ id, mustPass, weight }) => ({
    case: caseDigest(session, id),
    cluster: caseDigest(session, `cluster\0${splits.clusters.get(id) ?? id}`),
    mustPass,
    weight,
  }));
  const limited = most === undefined ? {} : { most };
  return { seed: `verdict|${session}`, cases, attempt, alpha: alphaOf(attempt), ...limited };
}

export function armsOf({ session, splits, baseline, candidate }: Question): Arms {
  return {
    a: baseline,
    b: candidate,
    cases: new Map(splits.holdout.map((each) => [caseDigest(session, each.id), each])),
  };
}

type Judged = {
  readonly ops: readonly Op[];
  readonly loosens: (from: Opened['skill'], to: Opened['skill']) => readonly string[];
  /** Fingerprints of candidates that were quarantined. */
  readonly quarantined: ReadonlySet<string>;
};

/** What stands in the way before anything is run. */
export function beforeOf(question: Question, { ops, loosens, quarantined }: Judged): Before {
  const { baseline, candidate, splits, set, locked, ancestors } = question;
  const text = ({ skill, source }: Opened) => ({ fingerprint: skill.fingerprint, files: source.files });
  const breaches = precheck({
    baseline: text(baseline),
    candidate: text(candidate),
    errors: lintErrors(candidate, ops),
    widened: loosens(baseline.skill, candidate.skill),
    widenedApproved: false,
    holdout: splits.holdout,
    seen: [...splits.train, ...splits.dev],
    locked: `${locked.digest} ${locked.scorers}`,
    current: `${set.digest} ${set.scorers}`,
  });
  return { breaches, descends: [candidate.skill.fingerprint, ...ancestors].some((each) => quarantined.has(each)) };
}

/** The dev score with the standard error of that many runs that pass or fail; a pass and a miss are added (Agresti, Coull). */
export function devOf({ dev: { after, cases } }: Question): DevScores | undefined {
  if (after === undefined || cases < 2) return undefined;
  const share = (after * cases + 1) / (cases + 2);
  return { mean: after, error: Math.sqrt((share * (1 - share)) / cases), cases };
}

export function receiptFor(
  question: Question,
  before: Before,
  { settings, runs }: RuleState,
  verdict: Verdict,
): Receipt {
  const { skill, session, splits, baseline, candidate, set, model } = question;
  const dev = devOf(question);
  const version = ({ skill: { fingerprint }, source }: Opened) => ({
    skill_version_hash: fingerprint,
    pack: sha256(packSource(source)),
  });
  const { seed, attempt, alpha, cases, most } = settings;
  return {
    kind: 'verdict_receipt',
    format: 1,
    skill,
    lineage: splits.lineage,
    session,
    principal: 'verifier',
    seed,
    attempt,
    alpha,
    from: version(baseline),
    to: version(candidate),
    evals: { digest: set.digest, scorers: set.scorers },
    ...(model === undefined ? {} : { model }),
    cases: cases.map((each) => ({ ...each })),
    before: { breaches: before.breaches.map((each) => ({ ...each })), descends: before.descends },
    ...(dev === undefined ? {} : { dev }),
    ...(most === undefined ? {} : { most }),
    runs: runs.map(runOf),
    verdict: JSON.parse(JSON.stringify(verdict)) as Receipt['verdict'],
  };
}
