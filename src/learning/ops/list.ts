import type { Op } from '../../os/ops/op.ts';
import { applyVersion } from './apply-version.ts';
import { evalSkill } from './eval-skill.ts';
import { propose } from './propose.ts';
import { saveVersion } from './save-version.ts';
import { searchNext } from './search-next.ts';
import { verifySkill } from './verify-skill.ts';

/** Every op about improving skills, in the order models and the reference see them. */
export const LEARNING_OPS: readonly Op[] = [evalSkill, verifySkill, searchNext, saveVersion, applyVersion, propose];
