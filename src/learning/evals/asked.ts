import type { Json, JsonObject } from '../../os/json.ts';
import type { Asking } from '../../os/kernel/ports.ts';
import { OpError } from '../../os/op-error.ts';
import type { EvaluateRequest, Performed } from '../../os/ops/improvement.ts';
import type { Project } from '../../os/runs/project.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { Skill } from '../../os/skills/skill.ts';
import { readCandidate } from './candidate.ts';
import type { EvalCase, EvalSet } from './case.ts';
import type { EvalRow } from './row.ts';
import { addUsed, NOTHING_USED } from './rows.ts';
import type { Measure, OpenSession, Session } from './session.ts';
import type { Splits } from './splits.ts';

export type AskedDeps = {
  readonly project: Project;
  readonly open: OpenSession;
  readonly set: (skill: string) => EvalSet;
  readonly splitsOf: (set: EvalSet) => Splits;
  /** In what one version is held to less than another; empty = in nothing. */
  readonly loosens: (from: Skill, to: Skill) => readonly string[];
};

type Asked = Exclude<EvaluateRequest, { search: string }>;

type Chosen = { readonly case: EvalCase; readonly split: 'train' | 'dev' };

/**
 * An evaluation that a run asks for: scores of train and dev cases, and of train cases what went wrong. Sealed cases are
 * not there for it. What it uses counts in the meter of the run at once, and no batch is begun that could use more than
 * is left of the run's limits. A text that is held to less than the skill is not run: what it reads would come back as
 * feedback to a run that may not read it.
 * @throws OpError.
 */
export async function askedEvaluation(deps: AskedDeps, asking: Asking, request: Asked): Promise<Performed> {
  const { project, open } = deps;
  const { skill: name, dir, repeats = 1 } = request;
  const baseline = project.catalog.open(name);
  const version = dir === undefined ? baseline : await readCandidate(baseline, dir, asking.workspace);
  const [looser] = deps.loosens(baseline.skill, version.skill);
  if (looser !== undefined) {
    const what = `The skill in "${dir}" is held to less than "${name}", which only a person may allow`;
    throw new OpError('refused', `${what}: ${looser}.`);
  }
  const set = deps.set(name);
  const chosen = choose(set, deps.splitsOf(set), request);
  const began = performance.now();
  const session = await open({
    what: 'eval',
    skill: name,
    baseline,
    model: asking.model,
    cases: chosen.length,
    settings: null,
    by: asking.who,
    set,
    reuse: true,
  });
  try {
    const measures = chosen.flatMap((each) =>
      Array.from({ length: repeats }, (_, seed): Measure => ({ version, case: each.case, seed })),
    );
    const rows = await inBatches(session, measures, project.config.eval.concurrency, asking);
    const result = resultOf(version, set, chosen, rows, repeats);
    await session.close({ outcome: 'done', score: result.score as number });
    const { input, output, usd } = session.used();
    return { result, spent: { turns: 0, ops: 0, input, output, usd, ms: Math.round(performance.now() - began) } };
  } finally {
    await session.close();
  }
}

function choose({ skill, cases }: EvalSet, { train, dev }: Splits, { split, cases: wanted }: Asked): readonly Chosen[] {
  const open = [
    ...(split === 'dev' ? [] : train.map((each): Chosen => ({ case: each, split: 'train' }))),
    ...(split === 'train' ? [] : dev.map((each): Chosen => ({ case: each, split: 'dev' }))),
  ];
  const unknown = wanted?.find((id) => !open.some((each) => each.case.id === id));
  if (unknown !== undefined) throw new OpError('not_found', `${skill} has no case "${unknown}" that may be run here.`);
  const chosen = wanted === undefined ? open : open.filter((each) => wanted.includes(each.case.id));
  if (chosen.length > 0) return chosen;
  throw new OpError('not_found', `${skill} has ${cases.length} cases, and none of them may be run here.`);
}

/** Runs a batch at a time, each within what the run that asks has left. */
async function inBatches(
  session: Session,
  measures: readonly Measure[],
  concurrency: number,
  { meter, signal }: Asking,
): Promise<readonly EvalRow[]> {
  const rows: EvalRow[] = [];
  const takeBack: (() => void)[] = [];
  try {
    for (let at = 0; at < measures.length; ) {
      const fresh = measures.slice(at).findIndex((measure) => !session.has(measure));
      const batch = measures.slice(at, at + (fresh === -1 ? measures.length : fresh + concurrency));
      const most = share(meter.left(), Math.min(batch.length, concurrency));
      const onRow = ({ usage }: EvalRow, cached: boolean) => {
        const { input, output, usd } = usage;
        if (!cached) takeBack.push(meter.count({ input, output, usd }));
      };
      rows.push(...(await session.evaluate(batch, { concurrency, signal, most, onRow })));
      at += batch.length;
    }
    return rows;
  } finally {
    for (const take of takeBack) take();
  }
}

type Left = { readonly tokens?: number; readonly usd?: number };

/** What each of so many runs may use, so that all together stay within what is left. @throws OpError `limit`. */
function share({ tokens, usd }: Left, runs: number): Left {
  const each = tokens === undefined ? undefined : Math.floor(tokens / runs);
  if (each === 0 || usd === 0) throw new OpError('limit', 'The limits of this run leave nothing for more cases.');
  return { ...(each === undefined ? {} : { tokens: each }), ...(usd === undefined ? {} : { usd: usd / runs }) };
}

function resultOf(
  version: Opened,
  set: EvalSet,
  chosen: readonly Chosen[],
  rows: readonly EvalRow[],
  repeats: number,
): JsonObject {
  const byCase = Map.groupBy(rows, (row) => row.case);
  const told = chosen.map(({ case: { id, weight }, split }) => {
    const own = byCase.get(id) ?? [];
    const score = own.reduce((sum, row) => sum + row.score, 0) / repeats;
    const feedback = own.flatMap((row) => (row.pass || row.feedback === undefined ? [] : [row.feedback]));
    const shown = split === 'train' && feedback.length > 0 ? { feedback } : {};
    return { weight, score, told: { id, split, score, passed: own.filter(({ pass }) => pass).length, ...shown } };
  });
  const mean = (of: typeof told) => {
    const weights = of.reduce((sum, { weight }) => sum + weight, 0);
    return weights === 0 ? 0 : of.reduce((sum, { score, weight }) => sum + score * weight, 0) / weights;
  };
  const split = (name: 'train' | 'dev') => {
    const of = told.filter((each) => each.told.split === name);
    return of.length === 0 ? {} : { [name]: { cases: of.length, score: mean(of) } };
  };
  const usage = rows
    .filter(({ from }) => from === undefined)
    .reduce((sum, row) => addUsed(sum, row.usage), NOTHING_USED);
  return {
    skill: set.skill,
    skill_version_hash: version.skill.fingerprint,
    threshold: set.acceptanceThreshold,
    repeats,
    score: mean(told),
    ...split('train'),
    ...split('dev'),
    infra: rows.filter(({ status }) => status === 'infra').length,
    cases: told.map((each) => each.told) as unknown as Json,
    usage: { input: usage.input, output: usage.output, usd: usage.usd },
  };
}
