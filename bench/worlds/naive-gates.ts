import { alphaByLook, LOOKS } from '../../src/learning/verdicts/ledger.ts';
import { clusterDifferences, pairsOf, type RuleCase } from '../../src/learning/verdicts/pairs.ts';
import { signFlip } from '../../src/learning/verdicts/sign-flip.ts';
import type { ArmRun } from '../../src/learning/verdicts/verdict.ts';
import { stream } from '../../src/os/models/world/stream.ts';

/** Gates that are often used, for comparison: whether they promote. */

type Pass = (name: string, arm: ArmRun['arm']) => number;
export type Gate = (cases: readonly RuleCase[], label: string, pass: Pass) => boolean;

function runsOf(cases: readonly RuleCase[], label: string, pass: Pass, repeats: number): ArmRun[] {
  const { next } = stream(label);
  return cases.flatMap(({ case: name }) =>
    Array.from({ length: repeats }, (_, repeat) =>
      (['a', 'b'] as const).map((arm): ArmRun => {
        const score = next() < pass(name, arm) ? 1 : 0;
        return { case: name, arm, repeat, score, infra: false, tokens: 1, usd: 0, ms: 1 };
      }),
    ).flat(),
  );
}

const scoreOf = (runs: readonly ArmRun[], arm: ArmRun['arm']) => {
  const scores = runs.filter((run) => run.arm === arm).map(({ score }) => score);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
};

/** The higher mean of one run of each case. */
const once: Gate = (cases, label, pass) => {
  const runs = runsOf(cases, label, pass, 1);
  return scoreOf(runs, 'b') > scoreOf(runs, 'a');
};

/** Five runs of each case, all counted as independent, tested at 5 % after every one of them. */
const pooled: Gate = (cases, label, pass) => {
  const all = runsOf(cases, label, pass, 5);
  return [1, 2, 3, 4, 5].some((repeats) => {
    const runs = all.filter(({ repeat }) => repeat < repeats);
    const [a, b] = [scoreOf(runs, 'a'), scoreOf(runs, 'b')];
    const error = Math.sqrt((2 * ((a + b) / 2) * (1 - (a + b) / 2)) / (runs.length / 2));
    return error > 0 && (b - a) / error > 1.645;
  });
};

/** The mean test of the rule with 5 % at every attempt, and nothing else of the rule. */
const meanTest: Gate = (cases, label, pass) => {
  const all = runsOf(cases, label, pass, 5);
  return LOOKS.some(({ repeats }, at) => {
    const pairs = pairsOf(all.filter(({ repeat }) => repeat < repeats));
    const { gain } = signFlip(clusterDifferences(cases, pairs, repeats), `${label}|${at}`, 10_000);
    return gain <= (alphaByLook(0.05)[at] ?? 0);
  });
};

export const GATES = { once, pooled, 'mean test': meanTest } as const satisfies Readonly<Record<string, Gate>>;
export type GateName = keyof typeof GATES;
