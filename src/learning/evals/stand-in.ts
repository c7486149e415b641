import fs from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, digest, type Json, sameJson } from '../../os/json.ts';
import type { EvalCase, EvalSet } from './case.ts';
import type { CaseOutcome } from './outcome.ts';
import type { Scored } from './session-deps.ts';

export function readEvalSet(dir: string, skill: string): EvalSet {
  const text = fs.readFileSync(join(dir, 'evals', 'cases.jsonl'), 'utf8');
  const cases = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at): EvalCase => {
      const given = JSON.parse(line) as Partial<EvalCase> & { id: string; input: Json };
      const where = { file: 'evals/cases.jsonl', line: at + 1 };
      return { checks: [], tags: [], mustPass: false, weight: 1, ...given, where };
    });
  return { skill, cases, acceptanceThreshold: 0.85, digest: digest(canonicalJson(text)), scorers: 'stand-in' };
}

export async function scoreCase({ expected }: EvalCase, { result }: CaseOutcome): Promise<Scored> {
  const pass = expected === undefined || (result !== undefined && sameJson(expected, result));
  return { score: pass ? 1 : 0, pass, checks: [] };
}
