import type { PowerRow } from './verdict.ts';

export const POWER: readonly { readonly clusters: number; readonly rows: readonly PowerRow[] }[] = [];
