import { stream } from '../../src/os/models/world/stream.ts';
import {
  COMPONENTS,
  readTradeoff,
  runTradeoff,
  type TradeoffTexts,
  tradeoffCases,
} from '../../src/os/models/world/tradeoff.ts';
import { proposeTradeoff, type TradeoffFailure } from '../../src/os/models/world/tradeoff-proposer.ts';
import { SPLIT_SIZE } from './checklist-world.ts';
import type { World } from './harness.ts';

/** Texts of a trade-off world as the one text that a search carries about, and back. */
const joined = (texts: TradeoffTexts) => JSON.stringify([texts.router, texts.writer]);
export function textsOf(text: string): TradeoffTexts {
  const [router = '', writer = ''] = JSON.parse(text) as string[];
  return { router, writer };
}

/** A trade-off world. The proposer changes both components at once, or one after the other. */
export function tradeoffWorld(number: number, components: 'all' | 'round robin'): World {
  const cases = {
    train: tradeoffCases(number, 't', SPLIT_SIZE),
    dev: tradeoffCases(number, 'v', SPLIT_SIZE),
  };
  const tasks = new Map([...cases.train, ...cases.dev].map((task) => [task.id, task]));
  return {
    train: cases.train.map(({ id }) => id),
    dev: cases.dev.map(({ id }) => id),
    seedText: joined({ router: '# router', writer: '# writer' }),
    run: (text, _split, id, seed) => {
      const task = tasks.get(id);
      if (task === undefined) throw new Error(`no case ${id}`);
      const { pass, missed } = runTradeoff(
        readTradeoff(textsOf(text)),
        task,
        stream(`run|${number}|${id}|${seed}|${text}`),
      );
      return { score: pass ? 1 : 0, seen: { case: id, family: task.family, missed } satisfies TradeoffFailure };
    },
    propose: (nth, text, seen, other) => {
      if (other !== undefined) return undefined;
      const failed = (seen as TradeoffFailure[]).filter(({ missed }) => missed.length > 0);
      const turn = COMPONENTS[nth % COMPONENTS.length] ?? 'router';
      const chance = stream(`propose|${number}|${nth}|${text}`);
      const made = proposeTradeoff(textsOf(text), failed, components === 'all' ? COMPONENTS : [turn], chance);
      return made === undefined ? undefined : joined(made);
    },
  };
}
