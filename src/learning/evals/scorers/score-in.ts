import type { Json } from '../../../os/json.ts';
import { shown } from './look.ts';

/** A score somebody else gives: a number from 0 to 1, or true or false. Anything else is 0, and says so. */
export function scoreIn(value: Json | undefined): { readonly score: number; readonly why?: string } {
  if (typeof value === 'boolean') return { score: value ? 1 : 0 };
  if (typeof value === 'number' && value >= 0 && value <= 1) return { score: value };
  return { score: 0, why: `${shown(value)} is not a score from 0 to 1` };
}
