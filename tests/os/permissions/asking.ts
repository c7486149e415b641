import type { DecisionContext } from '../../../src/os/permissions/decide.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';

/** Fingerprint of the skill that asks. */
export const VERSION = 'a'.repeat(64);
export const NOON = Date.parse('2026-11-26T12:00:00Z');

/** A skill that declares nothing, and an operator who says nothing. */
export const ASKING: DecisionContext = {
  skill: 'demo',
  fingerprint: VERSION,
  op: 'any',
  step: '1/s1',
  now: NOON,
  permissions: NO_PERMISSIONS,
  bounds: [],
  policy: { allow: [], deny: [] },
  pins: {},
  grants: [],
  answers: [],
  blobs: new Set(),
  closed: [],
  onPropose: 'ask_user',
  isolated: true,
};
