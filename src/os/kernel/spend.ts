import type { RunEventData } from '../events/event.ts';
import { type Json, sizeOf } from '../json.ts';
import type { RunState } from './state.ts';

/** The part of the fold that counts what a run uses. Only `fold` calls it (K1). */
export type Charge = {
  readonly [K in 'turns' | 'ops' | 'input' | 'output' | 'usd' | 'ms' | 'bytes']?: number | undefined;
};

/** The state after more was used. */
export function spend(state: RunState, more: Charge): RunState {
  const { spent } = state;
  return {
    ...state,
    spent: {
      turns: spent.turns + (more.turns ?? 0),
      ops: spent.ops + (more.ops ?? 0),
      input: spent.input + (more.input ?? 0),
      output: spent.output + (more.output ?? 0),
      usd: spent.usd + (more.usd ?? 0),
      ms: spent.ms + (more.ms ?? 0),
      bytes: spent.bytes + (more.bytes ?? 0),
    },
  };
}

/** The state after one turn: what it cost, and how much it said. */
export function charge(
  state: RunState,
  usage: RunEventData['turn_acted']['usage'],
  output: Json | undefined,
): RunState {
  const { input = 0, output: tokens = 0, usd = 0 } = usage ?? {};
  return spend(state, { turns: 1, input, output: tokens, usd, bytes: sizeOf(output) });
}

/** A call that ran into the limit on running time has used it up, whatever the clock says. */
export function turnLost(state: RunState, { usage, over }: RunEventData['turn_lost']): RunState {
  const { input, output, usd = 0 } = usage;
  const charged = spend(state, { input, output, usd });
  if (over === undefined || charged.spent.ms > over * 1000) return charged;
  return { ...charged, spent: { ...charged.spent, ms: Math.floor(over * 1000) + 1 } };
}
