import type { PowerRow } from './verdict.ts';

/** Measured by `node bench/worlds/verdicts.ts --write`, which writes this file. */
export const POWER: readonly { readonly clusters: number; readonly rows: readonly PowerRow[] }[] = [
  {
    clusters: 12,
    rows: [
      { gain: 0.1, first: 0.03, second: 0.005, runs: 118 },
      { gain: 0.15, first: 0.072, second: 0.018, runs: 117 },
      { gain: 0.2, first: 0.158, second: 0.035, runs: 115 },
      { gain: 0.3, first: 0.427, second: 0.102, runs: 106 },
    ],
  },
  {
    clusters: 16,
    rows: [
      { gain: 0.1, first: 0.07, second: 0.013, runs: 156 },
      { gain: 0.15, first: 0.107, second: 0.058, runs: 154 },
      { gain: 0.2, first: 0.285, second: 0.1, runs: 147 },
      { gain: 0.3, first: 0.672, second: 0.355, runs: 122 },
    ],
  },
  {
    clusters: 20,
    rows: [
      { gain: 0.1, first: 0.113, second: 0.028, runs: 192 },
      { gain: 0.15, first: 0.25, second: 0.105, runs: 184 },
      { gain: 0.2, first: 0.475, second: 0.182, runs: 171 },
      { gain: 0.3, first: 0.802, second: 0.595, runs: 131 },
    ],
  },
  {
    clusters: 30,
    rows: [
      { gain: 0.1, first: 0.215, second: 0.072, runs: 281 },
      { gain: 0.15, first: 0.453, second: 0.21, runs: 257 },
      { gain: 0.2, first: 0.64, second: 0.47, runs: 226 },
      { gain: 0.3, first: 0.968, second: 0.863, runs: 145 },
    ],
  },
  {
    clusters: 40,
    rows: [
      { gain: 0.1, first: 0.3, second: 0.182, runs: 365 },
      { gain: 0.15, first: 0.645, second: 0.357, runs: 324 },
      { gain: 0.2, first: 0.828, second: 0.657, runs: 266 },
      { gain: 0.3, first: 0.993, second: 0.978, runs: 160 },
    ],
  },
  {
    clusters: 50,
    rows: [
      { gain: 0.1, first: 0.393, second: 0.237, runs: 447 },
      { gain: 0.15, first: 0.748, second: 0.51, runs: 358 },
      { gain: 0.2, first: 0.932, second: 0.813, runs: 276 },
      { gain: 0.3, first: 0.993, second: 0.978, runs: 161 },
    ],
  },
  {
    clusters: 75,
    rows: [
      { gain: 0.1, first: 0.583, second: 0.35, runs: 609 },
      { gain: 0.15, first: 0.877, second: 0.785, runs: 459 },
      { gain: 0.2, first: 0.985, second: 0.943, runs: 329 },
      { gain: 0.3, first: 0.988, second: 0.993, runs: 203 },
    ],
  },
  {
    clusters: 100,
    rows: [
      { gain: 0.1, first: 0.782, second: 0.59, runs: 720 },
      { gain: 0.15, first: 0.945, second: 0.91, runs: 513 },
      { gain: 0.2, first: 0.97, second: 0.958, runs: 361 },
      { gain: 0.3, first: 0.988, second: 0.983, runs: 249 },
    ],
  },
];
