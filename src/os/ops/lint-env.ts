import type { JsonObject } from '../json.ts';
import { isDeclared } from '../permissions/declared.ts';
import { resourceOf } from '../permissions/need.ts';
import type { Permissions } from '../skills/skill.ts';
import type { Op } from './op.ts';
import { checkArgs } from './validate.ts';

/** Ops as lint looks at them. */
export function lintOps(ops: readonly Op[]) {
  return ops.map((op) => ({
    kind: op.kind,
    effect: op.effect,
    needs: op.needKinds,
    // what writes or acts outside may be given a stored secret
    uses: op.effect === 'writes' || op.effect === 'external' ? ['secret'] : [],
    undeclared: (args: JsonObject, permissions: Permissions) => undeclared(op, args, permissions),
  }));
}

/** What a template begins with. */
const TEMPLATE = `\${`;

/** Arguments that do not fit, as they stand before templates are filled, say nothing yet. */
function undeclared(op: Op, args: JsonObject, permissions: Permissions): readonly string[] {
  if (checkArgs(op, args).length > 0) return [];
  return op
    .needs(args)
    .filter((need) => !resourceOf(need).includes(TEMPLATE) && !isDeclared(need, permissions))
    .map((need) => `${need.kind} of "${resourceOf(need)}"`);
}
