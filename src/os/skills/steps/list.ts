import type { StepType } from './frame.ts';
import { opStep } from './op.ts';
import { validateStep } from './validate.ts';

/** The types of step that load. */
export const STEP_TYPES: readonly StepType[] = [opStep, validateStep];

/** Types the format knows and this version does not load. */
export const LATER_STEP_TYPES = ['run_skill', 'iterate', 'parallel', 'js', 'python', 'lint_skill'];
