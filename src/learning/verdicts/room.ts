import type { Limits } from '../../os/config/limits.ts';
import { OpError } from '../../os/op-error.ts';
import type { Used } from '../evals/row.ts';
import type { MeasureOptions } from '../evals/session.ts';

/**
 * A run that had less than so many times the mean might end by its cap and not by its own doing, which would be counted
 * against its arm.
 */
const SPREAD = 8;

/**
 * The most that each of so many runs of a verification may use, so that all of them stay within what is left: an equal
 * share. What earlier runs used says whether that is enough.
 * @param done how many runs `used` is of.
 * @throws OpError `limit` where it is not: a verdict is never made of runs that were cut short.
 */
export function roomFor(
  runs: number,
  used: Used,
  done: number,
  left: Pick<Limits, 'tokens' | 'usd'>,
): MeasureOptions['most'] {
  const share = (name: 'tokens' | 'usd', spent: number): number | undefined => {
    const room = left[name];
    if (room === undefined) return undefined;
    const usual = done === 0 ? 0 : spent / done;
    const each = room / runs;
    if (each > 0 && each >= usual * SPREAD) return each;
    if (usual === 0 && room > 0) return each;
    throw new OpError(
      'limit',
      `The verification stops before it passes the limit on ${name}: ${amount(room)} are left for ${runs} runs, which used ${amount(usual)} each so far, some more. What was run is kept, and no verdict was reached.`,
    );
  };
  const tokens = share('tokens', used.input + used.output);
  const usd = share('usd', used.usd);
  if (tokens === undefined && usd === undefined) return undefined;
  return {
    ...(tokens === undefined ? {} : { tokens: Math.max(1, Math.floor(tokens)) }),
    ...(usd === undefined ? {} : { usd }),
  };
}

function amount(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
