import { declaredFor } from '../permissions/declared.ts';
import type { Permissions, Phase } from '../skills/skill.ts';
import type { Op } from './op.ts';

/**
 * The ops a phase may ask for, in the order of `ops`. A phase that names none may ask a person, and read what the
 * skill's permissions cover; what needs no permission it has to name.
 */
export function offeredOps(
  phase: Pick<Phase, 'allowedOps'>,
  permissions: Permissions,
  ops: readonly Op[],
): readonly Op[] {
  const { allowedOps } = phase;
  if (allowedOps !== undefined) return ops.filter(({ kind }) => allowedOps.includes(kind));
  return ops.filter(({ effect, needKinds }) => {
    const covered = needKinds.length > 0 && needKinds.every((kind) => declaredFor(kind, permissions).length > 0);
    return effect === 'waits' || (effect === 'reads' && covered);
  });
}
