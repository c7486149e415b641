import type { StepType } from './frame.ts';
import { iterateStep } from './iterate.ts';
import { jsStep } from './js.ts';
import { lintSkillStep } from './lint-skill.ts';
import { opStep } from './op.ts';
import { parallelStep } from './parallel.ts';
import { pythonStep } from './python.ts';
import { runSkillStep } from './run-skill.ts';
import { validateStep } from './validate.ts';

/** The types of step there are. */
export const STEP_TYPES: readonly StepType[] = [
  opStep,
  runSkillStep,
  lintSkillStep,
  validateStep,
  jsStep,
  pythonStep,
  iterateStep,
  parallelStep,
];
