import type { Most, Spent } from './server.ts';

/**
 * A run that had less than so many times the mean might end by its cap and not by its own doing: some take longer than
 * others, and room for a model call is made by the bytes of its request, of which a token has several.
 */
const SPREAD = 8;

/**
 * The most that each run of a batch may use: an equal share of what is left, or so many times what runs have used in the
 * mean, where that is more. A batch that does not fit is then cut, rather than run with less than runs need.
 */
export function mostOf(own: Spent, spent: Spent, runs: number, concurrency: number): Most {
  const share = (limit: 'tokens' | 'usd' | 'ms', atOnce = 1): number => {
    if (own[limit] === Number.POSITIVE_INFINITY) return 0;
    const equal = ((own[limit] - spent[limit]) / runs) * atOnce;
    const usual = spent.calls === 0 ? 0 : ((SPREAD * spent[limit]) / spent.calls) * atOnce;
    return Math.max(equal, usual);
  };
  const whole = (value: number) => (value === 0 ? 0 : Math.max(1, Math.floor(value)));
  const atOnce = Math.min(runs, concurrency);
  return { tokens: whole(share('tokens')), usd: share('usd'), ms: whole(share('ms', atOnce)) };
}
