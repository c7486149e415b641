import { type Stream, stream } from '../../src/os/models/world/stream.ts';

export type Interval = { readonly mean: number; readonly low: number; readonly high: number };

const RESAMPLES = 4000;

/** Mean and its 95 % interval, by percentiles of seeded bootstrap resamples. */
export function bootstrap(values: readonly number[], label: string): Interval {
  const chance = stream(`bootstrap|${label}`);
  const means = Array.from({ length: RESAMPLES }, () => resampled(values, chance)).sort((a, b) => a - b);
  const at = (share: number) => means[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  return { mean: average(values), low: at(0.025), high: at(0.975) };
}

function resampled(values: readonly number[], { int }: Stream): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[int(values.length)] ?? 0;
  return sum / values.length;
}

export const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** `.434 ± .030`, with half the width of the interval. */
export function written({ mean, low, high }: Interval): string {
  return `${share(mean)} ± ${share((high - low) / 2)}`;
}

/** A number below 1 as `.434`, with the sign of a difference where asked. */
export function share(value: number, signed = false): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value).toFixed(3).replace(/^0/, '');
  return `${value < 0 ? '−' : signed ? '+' : ''}${digits}`;
}
