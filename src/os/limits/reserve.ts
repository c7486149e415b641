import type { Limits } from '../config/limits.ts';
import { type Crossing, capOf, type Raised, type Used } from './limits.ts';

/** USD per million tokens. */
export type Price = { readonly input: number; readonly output: number; readonly cached?: number };

export type Reservation =
  | { readonly ok: true; readonly maxOutputTokens: number }
  | { readonly ok: false; readonly crossing: Crossing };

/**
 * Makes room for a model call before it is made. A token is at least one byte, so the request costs at most as many
 * tokens as it has bytes; what remains of the token and USD limits after that bounds the answer.
 * @param requestBytes UTF-8 bytes of everything sent.
 * @param maxOutputTokens the model's own bound on one answer.
 */
export function reserve(
  limits: Limits,
  raised: Raised,
  used: Used,
  call: { readonly requestBytes: number; readonly maxOutputTokens: number; readonly price: Price | undefined },
): Reservation {
  const tokens = used.input + used.output;
  const tokenCap = capOf(limits, raised, 'tokens');
  const byTokens = tokenCap - tokens - call.requestBytes;
  if (byTokens < 1) return { ok: false, crossing: { limit: 'tokens', used: tokens, cap: tokenCap } };
  const usdCap = capOf(limits, raised, 'usd');
  const byUsd = answerTokensFor(usdCap - used.usd, call.requestBytes, call.price);
  if (byUsd < 1) return { ok: false, crossing: { limit: 'usd', used: used.usd, cap: usdCap } };
  return { ok: true, maxOutputTokens: Math.floor(Math.min(call.maxOutputTokens, byTokens, byUsd)) };
}

function answerTokensFor(usd: number, requestBytes: number, price: Price | undefined): number {
  if (price === undefined || usd === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const left = usd - (requestBytes * price.input) / 1e6;
  return price.output === 0 ? (left < 0 ? 0 : Number.POSITIVE_INFINITY) : (left * 1e6) / price.output;
}

/** Cost of one call in USD, or `undefined` where no price is known. Cached input costs `cached` where given. */
export function costOf(
  usage: { readonly input: number; readonly output: number; readonly cached?: number },
  price: Price | undefined,
): number | undefined {
  if (price === undefined) return undefined;
  const cached = usage.cached ?? 0;
  const input = (usage.input - cached) * price.input + cached * (price.cached ?? price.input);
  return (input + usage.output * price.output) / 1e6;
}
