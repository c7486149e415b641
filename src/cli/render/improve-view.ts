import type { RunEvent } from '../../os/events/event.ts';
import { isObject } from '../../os/json.ts';
import { duration, grouped, oneLine, type Paint, plural } from '../output.ts';

/** What a person sees of an improvement under way besides its runs: the budget, candidates, their scores. */
export type ImproveSeen = {
  /** Kind of the op that has begun, by run and step. */
  readonly begun: Readonly<Record<string, string>>;
  readonly calls?: { readonly used: number; readonly cap: number };
  /** Best score after each round, 0 to 1. */
  readonly scores: readonly number[];
  readonly before?: number;
  readonly candidates: number;
  readonly verifying: boolean;
};

export const NOTHING_IMPROVED: ImproveSeen = { begun: {}, scores: [], candidates: 0, verifying: false };

/** Kinds of op that an improvement consists of. */
const EVALUATES = 'eval_skill';
const OFFERS = 'search_next';
const VERIFIES = 'verify_skill';

/** The next view and the lines an event adds to it. Pure. */
export function seeImproving(
  seen: ImproveSeen,
  event: RunEvent,
  { bold, dim, green, red, yellow }: Paint,
): { seen: ImproveSeen; lines: string[] } {
  const key = `${event.run} ${event.step ?? ''}`;
  if (event.type === 'op_started') {
    const { kind } = event.data;
    if (![EVALUATES, OFFERS, VERIFIES].includes(kind)) return { seen, lines: [] };
    return { seen: { ...seen, begun: { ...seen.begun, [key]: kind }, verifying: kind === VERIFIES }, lines: [] };
  }
  const kind = seen.begun[key];
  if (event.type !== 'op_finished' || kind === undefined || event.data.error !== undefined) return { seen, lines: [] };
  const result = isObject(event.data.result) ? event.data.result : {};
  if (kind === OFFERS) {
    const offered = isObject(result.offered) || typeof result.candidate === 'string';
    return { seen: offered ? { ...seen, candidates: seen.candidates + 1 } : seen, lines: [] };
  }
  if (kind === VERIFIES) {
    const { verdict, reason = '' } = result;
    const color = verdict === 'PASS' ? green : verdict === 'FAIL' ? red : yellow;
    const line = `  ${color(bold(oneLine(String(verdict), 20)))} ${dim(oneLine(String(reason), 72))}`;
    return { seen: { ...seen, verifying: false }, lines: [line] };
  }
  const next = evaluated(seen, result);
  return { seen: next, lines: [`  ${dim(progressOf(next))}`] };
}

function evaluated(seen: ImproveSeen, { calls, scores, iterations }: Record<string, unknown>): ImproveSeen {
  const { used, cap } = isObject(calls) ? calls : {};
  const { before, after } = isObject(scores) ? scores : {};
  const score = typeof after === 'number' ? after : before;
  return {
    ...seen,
    ...(typeof used === 'number' && typeof cap === 'number' ? { calls: { used, cap } } : {}),
    ...(typeof before === 'number' ? { before } : {}),
    ...(typeof iterations === 'number' ? { candidates: Math.max(seen.candidates, iterations) } : {}),
    scores: typeof score === 'number' ? [...seen.scores, score] : seen.scores,
  };
}

const WIDTH = 12;
const MOST_SCORES = 16;
const LEVELS = '▁▂▃▄▅▆▇█';

/** `█████░░░░░░░`. */
export function bar(share: number, width = WIDTH): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Scores from 0 to 1 as a row of blocks, the newest last. */
export function sparkline(scores: readonly number[]): string {
  return scores
    .slice(-MOST_SCORES)
    .map((score) => LEVELS[Math.min(LEVELS.length - 1, Math.max(0, Math.floor(score * LEVELS.length)))] ?? '')
    .join('');
}

/** `312/1,200 calls · 4 candidates · ▁▃▅▇ .31 → .78`. */
function progressOf({ calls, candidates, scores, before }: ImproveSeen): string {
  const best = scores.at(-1);
  return [
    ...(calls === undefined
      ? []
      : [`${bar(calls.used / calls.cap)} ${grouped(calls.used)}/${grouped(calls.cap)} calls`]),
    ...(candidates === 0 ? [] : [plural(candidates, 'candidate')]),
    ...(best === undefined ? [] : [`${sparkline(scores)} ${points(before ?? scores[0] ?? best)} → ${points(best)}`]),
  ].join(' · ');
}

function points(score: number): string {
  return score.toFixed(2).replace(/^0/, '');
}

/**
 * The part of the moving line that is about the improvement; empty before anything is known of it.
 * @param ms since it began.
 */
export function improveStatus(seen: ImproveSeen, ms: number): string {
  const { calls, verifying } = seen;
  const left = calls === undefined || calls.used === 0 ? 0 : (ms / calls.used) * (calls.cap - calls.used);
  return [progressOf(seen), ...(verifying ? ['verifying'] : left > 0 ? [`ETA ${duration(left)}`] : [])]
    .filter((part) => part !== '')
    .join(' · ');
}
