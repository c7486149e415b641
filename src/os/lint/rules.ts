import type { Family, Rule } from './rule.ts';
import { artifacts } from './rules/artifacts.ts';
import { carry } from './rules/carry.ts';
import { edges } from './rules/edges.ts';
import { guardFields } from './rules/guard-fields.ts';
import { guardValues } from './rules/guard-values.ts';
import { library } from './rules/library.ts';
import { limits } from './rules/limits.ts';
import { models } from './rules/models.ts';
import { ops } from './rules/ops.ts';
import { permissions } from './rules/permissions.ts';
import { prose } from './rules/prose.ts';
import { reach } from './rules/reach.ts';
import { steps } from './rules/steps.ts';
import { subSkills } from './rules/sub-skills.ts';
import { unasked } from './rules/unasked.ts';

/** Every family of rules, in the order of the reference. */
export const FAMILIES: readonly Family[] = [
  reach,
  edges,
  guardFields,
  guardValues,
  carry,
  unasked,
  ops,
  permissions,
  subSkills,
  models,
  steps,
  limits,
  artifacts,
  library,
  prose,
];

/** Every rule of a loaded skill. What the loader refuses has rules of its own, `format/…`. */
export const RULES: readonly Rule[] = FAMILIES.flatMap(({ rules }) => rules);
