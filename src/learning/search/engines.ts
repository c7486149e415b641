import { bestOfN } from './best-of-n.ts';
import { gepa } from './gepa.ts';
import type { PlannedEngine } from './plan.ts';
import { race } from './race.ts';

/** Engines by the name that configuration has for them. */
export const ENGINES_BY_NAME: Readonly<Record<'race' | 'gepa' | 'best_of_n', PlannedEngine>> = {
  race,
  gepa,
  best_of_n: bestOfN,
};
