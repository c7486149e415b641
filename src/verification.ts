import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCandidate } from './learning/evals/candidate.ts';
import type { EvalSet } from './learning/evals/case.ts';
import type { EvalRow } from './learning/evals/row.ts';
import type { OpenSession, Session } from './learning/evals/session.ts';
import { sessionDir } from './learning/evals/session-deps.ts';
import { foldLock, isLocked, lockedFact, type Splits, splitCases } from './learning/evals/splits.ts';
import { driveVerdict } from './learning/verdicts/drive-verdict.ts';
import { type Feasibility, feasibility } from './learning/verdicts/feasibility.ts';
import { type Before, verdictAfter, verdictBefore } from './learning/verdicts/judge.ts';
import { nextAttempt } from './learning/verdicts/ledger.ts';
import { quarantined } from './learning/verdicts/quarantine.ts';
import { armsOf, beforeOf, devOf, type Question, receiptFor, settingsOf } from './learning/verdicts/question.ts';
import { type Receipt, sealReceipt } from './learning/verdicts/receipt.ts';
import { toldOf } from './learning/verdicts/receipt-facts.ts';
import { roomFor } from './learning/verdicts/room.ts';
import { start } from './learning/verdicts/rule.ts';
import type { RuleSettings, RuleState } from './learning/verdicts/rule-state.ts';
import type { Verdict } from './learning/verdicts/verdict.ts';
import { isOwnSession, vouchForSession, vouchForVerdict } from './learning/verdicts/vouched-for.ts';
import { realRoot } from './os/config/trust.ts';
import { UserError } from './os/errors.ts';
import type { ProjectEvent } from './os/events/event.ts';
import { layoutOf } from './os/events/layout.ts';
import { sqliteLocks } from './os/events/locks.ts';
import { derivedId } from './os/ids.ts';
import type { Asking } from './os/kernel/ports.ts';
import type { Performed, VerifyRequest } from './os/ops/improvement.ts';
import type { Project } from './os/runs/project.ts';
import type { Signer } from './os/signing.ts';
import type { Opened } from './os/skills/catalog.ts';
import { packSource } from './os/skills/source.ts';
import { canVouch } from './os/vouch.ts';
import { readKept } from './receipts.ts';

export type VerificationDeps = {
  /** Asked for when something is verified: until then nothing of it is opened. */
  readonly project: () => Project;
  readonly open: OpenSession;
  /** Eval files of a skill. @throws UserError. */
  readonly set: (skill: string) => EvalSet;
  /** The best candidate of a search. @throws OpError. */
  readonly best: (search: string) => Promise<Best>;
  /** What one skill may do that another may not, as a person reads it. */
  readonly loosens: (from: Opened['skill'], to: Opened['skill']) => readonly string[];
  readonly signer: Signer;
  /** Facts of the project log by the beginning of their type; default: as the log has them. */
  readonly facts?: (prefix: string) => readonly ProjectEvent[];
};

/** What a verification needs to know of a search. */
export type Best = Pick<Question, 'skill' | 'baseline' | 'candidate' | 'dev'> & {
  /** Fingerprints that the candidate descends from. */
  readonly ancestors?: readonly string[];
  /** Digests of the eval files as they were when the search began. */
  readonly set: { readonly digest: string; readonly scorers: string };
  readonly left: { readonly calls: number };
};

export type Verification = {
  /** Verifies a candidate on sealed cases, which nothing else runs. @throws OpError, UserError. */
  verify(asking: Asking, request: VerifyRequest): Promise<Performed>;
  /** Whether the next verdict on a skill could be a PASS, and how likely. */
  foresee(set: EvalSet, splits: Splits): Feasibility;
};

type Found = Pick<Question, 'skill' | 'baseline' | 'candidate' | 'dev' | 'ancestors' | 'most'> & {
  readonly locked?: Best['set'];
};

const NOTHING = { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0 };

/**
 * Verifications of one project: the only thing that opens sealed sessions.
 *
 *  - B1 Both arms run now, in a session of their own; no row of another one counts.
 *  - B2 A verdict is recorded once, with its receipt. Whoever asks again, after a crash, is told the same.
 *  - B3 What comes back is the verdict, why, and counts: nothing of any sealed case.
 *  - B4 A verdict is signed by this machine's user, and so is the beginning of its session: rows and verdicts that came
 *    along with a project are nobody's.
 */
export function openVerification(deps: VerificationDeps): Verification {
  const { project, signer } = deps;
  const root = () => realRoot(project().root);
  const factsOf = deps.facts ?? ((prefix: string) => project().store.facts(prefix));
  const attemptOn = (skill: string, lineage: string) => nextAttempt(factsOf('verdict_reached'), skill, lineage);

  async function verify(asking: Asking, request: VerifyRequest): Promise<Performed> {
    const session = derivedId('verify', asking.run, asking.step);
    const known = recorded(session);
    if (known !== undefined) return { result: toldOf(known.id, known.receipt), spent: NOTHING };
    const question = await ask(await find(asking, request), session, asking.model);
    const facts = {
      ops: project().ops,
      loosens: deps.loosens,
      quarantined: quarantined(factsOf('verdict_'), question.skill),
    };
    const before = beforeOf(question, facts);
    const refused = verdictBefore(now(question), before) !== undefined;
    if (refused) return { result: await settle(question, before, async (settings) => start(settings)), spent: NOTHING };
    return inSession(question, asking, (opened, onRow) => {
      const options = { concurrency: project().config.eval.concurrency, signal: asking.signal, onRow };
      return settle(question, before, (settings) => {
        const room = (runs: number) => roomFor(runs, opened.used(), opened.rows().length, asking.meter.left());
        return driveVerdict(opened, settings, armsOf(question), options, room);
      });
    });
  }

  /** The receipt of a session whose verdict is recorded already. */
  function recorded(session: string): { readonly id: string; readonly receipt: Receipt } | undefined {
    for (const fact of factsOf('verdict_reached').toReversed()) {
      if (fact.type !== 'verdict_reached') continue;
      const receipt = readKept(project().store, fact.data.receipt);
      if (receipt?.session === session) return { id: fact.data.receipt, receipt };
    }
    return undefined;
  }

  async function find({ workspace }: Asking, request: VerifyRequest): Promise<Found> {
    if ('search' in request) {
      const { set, left, ancestors = [], ...best } = await deps.best(request.search);
      return { ...best, ancestors, most: left.calls, locked: set };
    }
    const baseline = project().catalog.open(request.skill);
    const candidate = await readCandidate(baseline, request.dir, workspace);
    return { skill: request.skill, baseline, candidate, ancestors: [], dev: { cases: 0 }, most: undefined };
  }

  /** Sets the cases aside, where that was not done before. */
  async function ask(found: Found, session: string, model: string | undefined): Promise<Question> {
    const set = deps.set(found.skill);
    const lock = foldLock(factsOf('holdout_locked'), found.skill);
    const splits = splitCases(set.cases, lock);
    if (!isLocked(lock, set, splits)) await project().store.appendProject(lockedFact(set, splits));
    return { ...found, session, set, splits, locked: found.locked ?? set, model };
  }

  /** The rule's settings as the ledger has them now. */
  function now(question: Question): RuleSettings {
    return settingsOf(question, attemptOn(question.skill, question.splits.lineage));
  }

  /** Drives to a verdict and records it. Where another verdict on these cases comes first, it may spend less: once more. */
  async function settle(question: Question, before: Before, drive: (settings: RuleSettings) => Promise<RuleState>) {
    for (;;) {
      const settings = now(question);
      const state = await drive(settings);
      const sealed = await alone(() => {
        if (now(question).attempt !== settings.attempt) return Promise.resolve(undefined);
        return record(question, before, state);
      });
      if (sealed !== undefined) return toldOf(sealed.id, sealed.receipt);
    }
  }

  async function record(question: Question, before: Before, state: RuleState) {
    const { store, who } = project();
    const { skill, splits, baseline, candidate } = question;
    const verdict = verdictBefore(state.settings, before) ?? (verdictAfter(state, devOf(question)) as Verdict);
    const receipt = receiptFor(question, before, state, verdict);
    const { id, text } = sealReceipt(receipt);
    for (const blob of [packSource(baseline.source), packSource(candidate.source), text]) store.blobs.put(blob);
    const vouched = vouchForVerdict(signer, root(), id);
    await store.appendProject({
      type: 'verdict_reached',
      data: {
        skill,
        lineage: splits.lineage,
        attempt: state.settings.attempt,
        from_hash: baseline.skill.fingerprint,
        skill_version_hash: candidate.skill.fingerprint,
        verdict: verdict.verdict,
        code: verdict.code,
        ...(verdict.gain === undefined ? {} : { gain: verdict.gain.mean }),
        alpha: verdict.alpha.spent,
        receipt: id,
        by: who,
        ...(vouched === undefined ? {} : { vouched }),
      },
    });
    return { id, receipt };
  }

  /** One verdict is recorded at a time: two must not spend the same alpha. */
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    const locks = sqliteLocks(layoutOf(project().root).locks);
    project().store.temp(); // makes the folder of locks
    let held = locks.take('verdict');
    for (; held === undefined; held = locks.take('verdict')) await sleep(5);
    try {
      return await work();
    } finally {
      held.release();
    }
  }

  async function inSession(
    question: Question,
    asking: Asking,
    body: (session: Session, onRow: (row: EvalRow, cached: boolean) => void) => Promise<Performed['result']>,
  ): Promise<Performed> {
    const began = performance.now();
    const vouched = vouchForSession(signer, root(), question.session);
    fs.mkdirSync(sessionDir(project().root, question.session, true), { recursive: true, mode: 0o700 });
    const session = await deps.open({
      id: question.session,
      what: 'verify',
      skill: question.skill,
      baseline: question.baseline,
      model: asking.model,
      cases: question.splits.holdout.length,
      settings: { run: asking.run, step: asking.step },
      ...(vouched === undefined ? {} : { vouched }),
      by: asking.who,
      set: question.set,
    });
    const takeBack: (() => void)[] = [];
    try {
      refuseBrought(session);
      const result = await body(session, ({ usage: { input, output, usd } }, cached) => {
        if (!cached) takeBack.push(asking.meter.count({ input, output, usd }));
      });
      const { input, output, usd } = session.used();
      await session.close({ outcome: (result as { verdict: string }).verdict });
      return { result, spent: { ...NOTHING, input, output, usd, ms: Math.round(performance.now() - began) } };
    } finally {
      for (const take of takeBack) take();
      await session.close();
    }
  }

  /** @throws UserError `refused` for a session that another machine began. */
  function refuseBrought(session: Session): void {
    const [opening] = session.events();
    const vouched = opening?.type === 'session_opened' ? opening.data.vouched : undefined;
    if (vouched === undefined && !canVouch(signer)) return;
    if (isOwnSession(signer, root(), session.id, vouched)) return;
    throw new UserError('refused', 'this verification was not begun on this machine: its runs prove nothing here', {
      where: { file: session.dir },
      hint: 'Begin it anew: `reyn improve`.',
    });
  }

  return {
    verify,
    foresee: ({ skill }, { holdout, clusters, lineage }) =>
      feasibility(new Set(holdout.map(({ id }) => clusters.get(id))).size, attemptOn(skill, lineage)),
  };
}
