import { expect, it } from 'vitest';
import type { EvalCase } from '../../../src/learning/evals/case.ts';
import type { EvalRow } from '../../../src/learning/evals/row.ts';
import type { Measure, Session } from '../../../src/learning/evals/session.ts';
import { splitCases } from '../../../src/learning/evals/splits.ts';
import { driveVerdict } from '../../../src/learning/verdicts/drive-verdict.ts';
import { armsOf, type Question, settingsOf } from '../../../src/learning/verdicts/question.ts';
import type { Opened } from '../../../src/os/skills/catalog.ts';

const version = (fingerprint: string) => ({ skill: { fingerprint } }) as unknown as Opened;

const CASES = Array.from({ length: 50 }, (_, at): EvalCase => {
  const where = { file: 'eval.md', line: 1 };
  const id = `c${at}`;
  return { id, input: id, cluster: id, checks: [], tags: [], mustPass: false, weight: 1, where };
});

/** Drives a verification whose candidate is better in seven clusters: too few for the first look. */
async function asked(session: string): Promise<readonly Measure[]> {
  const splits = splitCases(CASES);
  const question = { session, splits, baseline: version('a'), candidate: version('b') } as unknown as Question;
  const better = new Set(splits.holdout.slice(0, 7).map(({ id }) => id));
  const measures: Measure[] = [];
  const fake = {
    id: session,
    has: () => false,
    evaluate: (batch: readonly Measure[]) => {
      measures.push(...batch);
      const usage = { input: 1, output: 1, usd: 0, ms: 1, turns: 1 };
      return Promise.resolve(
        batch.map((measure) => {
          const pass = measure.version.skill.fingerprint === 'b' || !better.has(measure.case.id);
          return { score: pass ? 1 : 0, pass, status: 'scored', usage } as EvalRow;
        }),
      );
    },
  } as unknown as Session;
  const options = { concurrency: 1, signal: new AbortController().signal };
  await driveVerdict(fake, settingsOf(question, 1), armsOf(question), options, () => undefined);
  return measures;
}

const keyOf = (measure: Measure) => `${measure.version.skill.fingerprint}/${measure.case.id}/${measure.seed}`;

it('runs both arms anew for every repeat, with seeds that no other session has', async () => {
  const [first, other] = [await asked('session1'), await asked('session2')];
  expect(first.length).toBeGreaterThan(2 * splitCases(CASES).holdout.length);
  expect(new Set(first.map(keyOf)).size).toBe(first.length);
  for (const arm of ['a', 'b']) {
    expect(first.filter((each) => each.version.skill.fingerprint === arm)).toHaveLength(first.length / 2);
  }
  const keys = new Set(other.map(keyOf));
  expect(first.filter((measure) => keys.has(keyOf(measure)))).toEqual([]);
});

it('runs the sealed cases, all of them and no others', async () => {
  const { holdout } = splitCases(CASES);
  const ran = new Set((await asked('session1')).map((each) => each.case.id));
  expect([...ran].sort()).toEqual(holdout.map(({ id }) => id).sort());
  const names = settingsOf({ session: 's', splits: splitCases(CASES) } as unknown as Question, 1).cases;
  expect(names).toHaveLength(holdout.length);
});
