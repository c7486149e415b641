import type { AskJudge, ScoreTools } from '../../../src/learning/evals/scorers/scorer.ts';
import type { Json } from '../../../src/os/json.ts';
import type { ModelRequest } from '../../../src/os/ops/op.ts';

const LIMITS = {
  wallMs: 20_000,
  cpuSeconds: 10,
  memoryBytes: 2 * 1024 ** 3,
  outputBytes: 64 * 1024,
  fileBytes: 1024 ** 2,
  processes: 32,
};

/** Tools none of which may be used. */
export function noTools(given: Partial<ScoreTools> = {}): ScoreTools {
  const never = () => {
    throw new Error('nothing of the kind is expected here');
  };
  return {
    sandbox: never,
    limits: LIMITS,
    js: { run: never },
    ask: never,
    modules: {},
    signal: new AbortController().signal,
    ...given,
  };
}

/** A judge that gives scores in turn, and keeps what it was asked. An error stands for a judge that fails. */
export function judgeOf(...scores: readonly (number | Error | Json)[]) {
  const asked: ModelRequest[] = [];
  const ask: AskJudge = async (request) => {
    const next = scores[asked.length % scores.length];
    asked.push(request);
    if (next instanceof Error) throw next;
    const answer: Json = typeof next === 'number' ? { reasons: [`It is ${next}.`], score: next } : (next ?? null);
    return { answer, usage: { input: 100, output: 10, usd: 0.01 } };
  };
  return { ask, asked };
}
