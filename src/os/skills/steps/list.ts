import type { StepType } from './frame.ts';
import { iterateStep } from './iterate.ts';
import { jsStep } from './js.ts';
import { lintSkillStep } from './lint-skill.ts';
import { opStep } from './op.ts';
import { parallelStep } from './parallel.ts';
import { runSkillStep } from './run-skill.ts';
import { validateStep } from './validate.ts';

/** The types of step that load. */
export const STEP_TYPES: readonly StepType[] = [
  opStep,
  runSkillStep,
  lintSkillStep,
  validateStep,
  jsStep,
  iterateStep,
  parallelStep,
];

/** Types the format knows and this version does not load. */
export const LATER_STEP_TYPES = ['python'];
