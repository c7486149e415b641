import { MOST_EDITS } from './proposer.ts';
import { pickSome, type Stream } from './stream.ts';
import { COMPONENTS, type Component, home, type TradeoffTexts } from './tradeoff.ts';

/** A run of the trade-off world that failed, as a proposer is told of it. */
export type TradeoffFailure = { readonly case: string; readonly family: number; readonly missed: readonly string[] };

/** Items an edit may add when it does not take one that the record names. */
const ITEMS = ['0', '1', '2', '3', '4', '5', 'T', 'A', 'B'];
const NAMED = 0.85;
const SKIPS_FOREIGN = 0.8;
const UNDOES_BREAKER = 0.6;
const STATES_NARROWLY = 0.5;

/**
 * Texts made by at most two edits of the components asked for, each edit from a record of its own; `undefined` where
 * nothing failed or every edit was skipped. An item that belongs to another component is skipped with .8, else it is
 * stated where it has no effect. An item that stands there for all and still fails is stated for the record's family.
 */
export function proposeTradeoff(
  texts: TradeoffTexts,
  failures: readonly TradeoffFailure[],
  components: readonly Component[],
  chance: Stream,
): TradeoffTexts | undefined {
  const lines = { router: texts.router.trimEnd().split('\n'), writer: texts.writer.trimEnd().split('\n') };
  for (const record of pickSome(failures, MOST_EDITS, chance)) {
    const named = record.missed.length > 0 && chance.next() < NAMED;
    const wanted = named ? record.missed[chance.int(record.missed.length)] : ITEMS[chance.int(ITEMS.length)];
    const breaker = wanted === 'breaks:T';
    const item = breaker ? 'T' : (wanted ?? 'T');
    const place = components.length === COMPONENTS.length ? home(item) : components[0];
    if (place === undefined || (place !== home(item) && chance.next() < SKIPS_FOREIGN)) continue;
    if (breaker) {
      if (chance.next() < UNDOES_BREAKER) lines[place] = lines[place].filter((line) => line !== 'R:T');
      if (chance.next() < STATES_NARROWLY) lines[place].push('C:0:T');
    } else if (lines[place].includes(`R:${item}`)) lines[place].push(`C:${record.family}:${item}`);
    else lines[place].push(`R:${item}`);
  }
  const made = { router: lines.router.join('\n'), writer: lines.writer.join('\n') };
  return made.router === texts.router.trimEnd() && made.writer === texts.writer.trimEnd() ? undefined : made;
}
