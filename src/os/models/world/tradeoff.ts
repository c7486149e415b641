import type { WorldSplit } from './checklist.ts';
import { type Stream, stream } from './stream.ts';

/**
 * A world in which a gain in most places can be a harm in one: two components, families of cases, and one family that
 * must pass. A rule that helps family 0 breaks family 3 unless it is stated for family 0 alone.
 *
 * A text of a component states an item for all (`R:T`) or for one family (`C:0:T`). Items are six global rules (`0` to
 * `5`) and `T`, `A`, `B`; even rules and T belong to the router, the others to the writer.
 */

export const COMPONENTS = ['router', 'writer'] as const;
export type Component = (typeof COMPONENTS)[number];
export type TradeoffTexts = Readonly<Record<Component, string>>;

const PRIOR = [0.4, 0.3, 0.2, 0.1];
const GLOBAL_RULES = 6;
/** What a family needs besides global rules. */
const OWN: readonly (string | undefined)[] = ['T', 'A', 'B', undefined];
export const MUST_PASS_FAMILY = 3;

export type TradeoffCase = { readonly id: string; readonly family: number; readonly rules: readonly number[] };
export type TradeoffRun = { readonly pass: boolean; readonly missed: readonly string[] };

/** Items stated by a component, as `R:item` or `C:family:item`. */
export type TradeoffRead = { readonly has: ReadonlySet<string> };

export function tradeoffCases(world: number, split: WorldSplit, count: number): TradeoffCase[] {
  const { int, wpick } = stream(`w5|${world}|${split}`);
  return Array.from({ length: count }, (_, index) => {
    const family = wpick(PRIOR);
    const needed = [1, 1, 2][int(3)] ?? 1;
    const rules = new Set<number>();
    while (rules.size < needed) rules.add(int(GLOBAL_RULES));
    return { id: `${split}${index}`, family, rules: [...rules].sort((a, b) => a - b) };
  });
}

/** Which component an item has to stand in. */
export function home(item: string): Component {
  return item === 'T' || (/^\d+$/.test(item) && Number(item) % 2 === 0) ? 'router' : 'writer';
}

/** Reads both texts; an item that stands in the wrong component is not there. */
export function readTradeoff(texts: TradeoffTexts): TradeoffRead {
  const has = new Set<string>();
  for (const component of COMPONENTS) {
    for (const line of texts[component].split('\n')) {
      const entry = /^\s*(?:[-*] )?((?:R|C:\d):(\w+))\s*$/.exec(line);
      if (entry?.[1] !== undefined && home(entry[2] ?? '') === component) has.add(entry[1]);
    }
  }
  return { has };
}

/** What a run of the case needs, each with the probability that it is done. */
function needs({ has }: TradeoffRead, { family, rules }: TradeoffCase): [string, number][] {
  const global = rules.map((rule): [string, number] => [String(rule), has.has(`R:${rule}`) ? 0.95 : 0.3]);
  const item = OWN[family];
  if (item === undefined) return [...global, ['breaks:T', has.has('R:T') ? 0.15 : 0.97]];
  const rival = item === 'A' ? 'B' : item === 'B' ? 'A' : undefined;
  const own = has.has(`C:${family}:${item}`)
    ? 0.95
    : !has.has(`R:${item}`)
      ? 0.35
      : rival !== undefined && has.has(`R:${rival}`)
        ? 0.55
        : 0.95;
  return [...global, [item, own]];
}

export function tradeoffPass(read: TradeoffRead, task: TradeoffCase): number {
  return needs(read, task).reduce((product, [, done]) => product * done, 1);
}

export function runTradeoff(read: TradeoffRead, task: TradeoffCase, chance: Stream): TradeoffRun {
  const missed = needs(read, task).flatMap(([item, done]) => (chance.next() < done ? [] : [item]));
  return { pass: missed.length === 0, missed };
}

/** The true score, without noise: mean pass probability over 400 cases of split e, or over those of one family. */
export function tradeoffTruth(world: number, texts: TradeoffTexts, family?: number): number {
  const read = readTradeoff(texts);
  const cases = tradeoffCases(world, 'e', 400).filter((task) => family === undefined || task.family === family);
  return cases.reduce((sum, task) => sum + tradeoffPass(read, task), 0) / cases.length;
}
