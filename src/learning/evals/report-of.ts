import type { ProjectEvent } from '../../os/events/event.ts';
import type { EvalCase, EvalSet } from './case.ts';
import type { CaseReport, EvalReport } from './report.ts';
import type { EvalRow } from './row.ts';
import { rowsIn, usedBy } from './rows.ts';

/** What an evaluation keeps with its session, so that its report can be made of its log alone. */
export type EvalSettings = {
  readonly cases: readonly Pick<EvalCase, 'id' | 'tags' | 'mustPass' | 'weight'>[];
  readonly repeats: number;
  readonly set: Pick<EvalSet, 'digest' | 'scorers'>;
  readonly threshold: number;
  readonly skill_version_hash: string;
  readonly version?: number;
  readonly sealed?: number;
};

/** @returns `undefined` when the log is not that of an evaluation a person started. */
export function reportFrom(events: readonly ProjectEvent[]): EvalReport | undefined {
  const opened = events.find((event) => event.type === 'session_opened');
  if (opened?.type !== 'session_opened' || opened.data.what !== 'eval' || opened.data.settings === null)
    return undefined;
  const { id, skill } = opened.data;
  const settings = opened.data.settings as EvalSettings;
  const { set, threshold, repeats, skill_version_hash, version, sealed } = settings;
  const rows = rowsIn(events);
  const byCase = Map.groupBy(rows, (row) => row.case);
  const cases = settings.cases.map((each) => caseReport(each, byCase.get(each.id) ?? [], repeats));
  const infra = rows.filter(({ status }) => status === 'infra').length;
  return {
    id,
    skill,
    skill_version_hash,
    ...(version === undefined ? {} : { version }),
    date: opened.ts,
    model: rows[0]?.model ?? 'none',
    repeats,
    set,
    threshold,
    score: weightedMean(cases),
    cases,
    usage: usedBy(rows),
    ms: Date.parse(events.at(-1)?.ts ?? opened.ts) - Date.parse(opened.ts),
    cached: rows.filter(({ from }) => from !== undefined).length,
    ...(sealed === undefined || sealed === 0 ? {} : { sealed }),
    ...(infra === 0 ? {} : { infra }),
  };
}

function caseReport(about: EvalSettings['cases'][number], all: readonly EvalRow[], repeats: number): CaseReport {
  const { id, tags, mustPass, weight } = about;
  const rows = all.filter(({ seed }) => seed < repeats).sort((a, b) => a.seed - b.seed);
  const score = rows.reduce((sum, row) => sum + row.score, 0) / repeats;
  return { id, tags, mustPass, weight, score, passed: rows.filter(({ pass }) => pass).length, rows };
}

/** 0 where there is no case: what was not shown counts for nothing. */
export function weightedMean(cases: readonly Pick<CaseReport, 'score' | 'weight'>[]): number {
  const weights = cases.reduce((sum, { weight }) => sum + weight, 0);
  return weights === 0 ? 0 : cases.reduce((sum, { score, weight }) => sum + score * weight, 0) / weights;
}
