import { LEARNING_OPS } from './learning/ops/list.ts';
import { kernelOps } from './os/ops/list.ts';
import type { Op } from './os/ops/op.ts';

/** Every op there is, in the order models and the reference see them. */
export const OPS: readonly Op[] = [...kernelOps(() => OPS), ...LEARNING_OPS];
