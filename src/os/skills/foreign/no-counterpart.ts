import { isObject } from '../../json.ts';
import { member, type Part, warn } from '../part.ts';
import { type Change, GONE } from './change.ts';

/** Keys of the original that nothing here goes by, with why that is so. */
const KEYS: Readonly<Record<'skill' | 'phase' | 'routing', Readonly<Record<string, string>>>> = {
  skill: {
    required_credentials: 'no skill is handed credentials',
    search_hints: 'skills are matched by "routing"',
  },
  phase: {
    max_retries: 'how often a reply is asked for again is the same for every phase',
    default_sandbox_policy: 'the operator says what a sandbox allows',
  },
  routing: {
    intents: 'skills are matched by "triggers"',
    priority: 'skills are matched by "triggers"',
    tier: 'skills are matched by "triggers"',
  },
};

/** Leaves out the keys that mean nothing here. */
export function withoutKeys(part: Part, place: keyof typeof KEYS): Record<string, Change> {
  const { value } = part;
  if (!isObject(value)) return {};
  const found = Object.entries(KEYS[place]).filter(([key]) => Object.hasOwn(value, key));
  for (const [key, why] of found) {
    warn(member(part, key), 'foreign/no-counterpart', `"${key}" does nothing here: ${why}`, 'Delete it.');
  }
  return Object.fromEntries(found.map(([key]) => [key, GONE]));
}
