import type { RunEvent } from '../../os/events/event.ts';
import { isObject } from '../../os/json.ts';
import type { RunOutcome } from '../../os/runs/outcome.ts';
import { misfits } from '../../os/shape.ts';
import type { Catalog } from '../../os/skills/catalog.ts';
import { unpackSource } from '../../os/skills/source.ts';
import { gitDiff } from './git-diff.ts';
import { type NightOutcome, NightReportSchema, type NightVerdict, type SkillNight } from './report.ts';

/** Op whose result is a verdict. */
const VERIFIES = 'verify_skill';

/**
 * What the run that was to improve a skill came to. What it says itself counts for the prose alone; the verdict is the
 * one that the op gave, as the run's log has it.
 * @param events of the run, from its first to its last.
 */
export function skillNight(skill: string, outcome: RunOutcome, events: readonly RunEvent[]): SkillNight {
  const said = outcome.output?.value ?? outcome.artifact?.artifact;
  const report: Readonly<Record<string, unknown>> = isObject(said) ? said : {};
  const judged = lastVerdict(events);
  const verdict = judged === undefined ? undefined : verdictFrom(judged);
  const { spent, run, exit, denied } = outcome;
  const calls = isObject(report.calls) ? report.calls.used : report.calls;
  const scores = isObject(report.scores) ? report.scores : {};
  const applied = wasApplied(events);
  return {
    skill,
    outcome: outcomeOf(outcome, verdict, applied),
    exit,
    reason: reasonOf(outcome, report, verdict),
    run,
    ...(verdict === undefined ? {} : { verdict }),
    ...texts({
      from: judged?.from ?? report.from,
      to: judged?.to ?? report.to,
      receipt: judged?.receipt,
      diff: report.diff,
      hypothesis: report.hypothesis,
    }),
    ...wholes({ version: report.version, iterations: report.iterations, calls }),
    ...(Array.isArray(report.notes) ? { notes: report.notes.filter((note) => typeof note === 'string') } : {}),
    ...devOf(scores),
    denied: denied.filter(({ optional }) => !optional).map(({ op, resource, reason }) => ({ op, resource, reason })),
    usage: {
      turns: spent.turns,
      ops: spent.ops,
      input: spent.inputTokens,
      output: spent.outputTokens,
      usd: spent.usd,
      ms: Math.round(spent.ms),
    },
  };
}

function outcomeOf(outcome: RunOutcome, verdict: NightVerdict | undefined, applied: boolean): NightOutcome {
  const { status } = outcome;
  if (status === 'interrupted') return 'interrupted';
  if (applied) return 'improved';
  if (verdict?.verdict === 'PASS') return 'proposed';
  if (status === 'waiting') return 'waiting';
  if (status !== 'finished') return 'failed';
  if (verdict === undefined) return 'nothing';
  return verdict.verdict === 'FAIL' ? 'rejected' : 'held';
}

function reasonOf(
  { reason, waiting }: RunOutcome,
  report: Readonly<Record<string, unknown>>,
  verdict: NightVerdict | undefined,
): string {
  if (typeof report.summary === 'string') return report.summary;
  const [asked] = waiting;
  if (verdict !== undefined) return verdict.reason;
  return reason?.message ?? asked?.text ?? 'The run says nothing about it.';
}

type Judged = Readonly<Record<string, unknown>>;

/** What the last verification of a run gave. */
function lastVerdict(events: readonly RunEvent[]): Judged | undefined {
  return resultsOf(events, VERIFIES).at(-1);
}

const APPLIES = 'apply_version';

function wasApplied(events: readonly RunEvent[]): boolean {
  return resultsOf(events, APPLIES).length > 0;
}

/** Results of the ops of one kind that succeeded. */
function resultsOf(events: readonly RunEvent[], kind: string): Judged[] {
  const begun = new Set<string>();
  return events.flatMap((event) => {
    if (event.step === undefined) return [];
    const key = `${event.run} ${event.step}`;
    if (event.type === 'op_started' && event.data.kind === kind) begun.add(key);
    if (event.type !== 'op_finished' || !begun.has(key) || event.data.error !== undefined) return [];
    return isObject(event.data.result) ? [event.data.result] : [{}];
  });
}

const SHAPE = NightReportSchema.properties.skills.items.properties.verdict;

/** The members of a verdict that are known and fit. */
function verdictFrom(judged: Judged): NightVerdict | undefined {
  const { alpha, gain, counts, pass, cost, ...rest } = judged;
  const pick = (value: unknown, keys: readonly string[]) =>
    isObject(value) ? Object.fromEntries(keys.flatMap((key) => (key in value ? [[key, value[key]]] : []))) : undefined;
  const wanted = {
    verdict: rest.verdict,
    code: rest.code,
    reason: rest.reason ?? rest.summary ?? '',
    p: rest.p,
    runs: rest.runs,
    gain: pick(gain, ['mean', 'low', 'high']),
    alpha: pick(alpha, ['spent', 'attempt']),
    counts: pick(counts, ['fixed', 'broken', 'flaky', 'clusters']),
    pass,
    cost: pick(cost, ['usd', 'tokens', 'ms']),
  };
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  for (const { path } of misfits(SHAPE, given)) delete given[path[0] ?? ''];
  return misfits(SHAPE, given).length === 0 ? (given as unknown as NightVerdict) : undefined;
}

function texts(given: Readonly<Record<string, unknown>>): Partial<Record<string, string>> {
  const found = Object.entries(given).filter(([, value]) => typeof value === 'string' && value !== '');
  return Object.fromEntries(found) as Record<string, string>;
}

function wholes(given: Readonly<Record<string, unknown>>): Partial<Record<string, number>> {
  const found = Object.entries(given).filter(([, value]) => Number.isInteger(value) && Number(value) >= 0);
  return Object.fromEntries(found) as Record<string, number>;
}

function devOf({ before, after }: Readonly<Record<string, unknown>>): Pick<SkillNight, 'dev'> {
  const dev = {
    ...(typeof before === 'number' ? { before } : {}),
    ...(typeof after === 'number' ? { after } : {}),
  };
  return Object.keys(dev).length === 0 ? {} : { dev };
}

/**
 * What a pull request is to change: from the folder of the skill to the candidate.
 * @param pack the candidate, as `packSource` writes it. @returns `undefined` when it cannot be shown as text.
 */
export async function proposedDiff(
  catalog: Catalog,
  skill: string,
  pack: string | undefined,
): Promise<string | undefined> {
  if (pack === undefined) return undefined;
  const { dir, files: now } = catalog.source(skill);
  const own = ([name]: readonly [string, Uint8Array]) => !name.startsWith('shared/'); // it is not in the folder
  const { diff, left } = await gitDiff(
    dir,
    new Map([...now].filter(own)),
    new Map([...unpackSource(pack).files].filter(own)),
  );
  return left.length > 0 ? undefined : diff;
}
