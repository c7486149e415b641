import { checkKeys, member, membersOf, numberOf, type Part } from './part.ts';
import type { SkillLimits } from './skill.ts';

/** Each limit with the least it may be, and whether it counts whole things. */
export const LIMITS = {
  max_phase_visits: { least: 1, whole: true },
  max_turns: { least: 0, whole: true },
  tokens: { least: 0, whole: true },
  usd: { least: 0, whole: false },
  seconds: { least: 0, whole: false },
} as const satisfies Record<keyof SkillLimits, { least: number; whole: boolean }>;

/** Reads `limits`. */
export function readLimits(part: Part): SkillLimits {
  if (membersOf(part) === undefined) return {};
  checkKeys(part, Object.keys(LIMITS), 'limits');
  const entries = Object.entries(LIMITS).flatMap(([key, { least, whole }]) => {
    const value = numberOf(member(part, key), least, whole);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries) as SkillLimits;
}
