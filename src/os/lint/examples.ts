import { CARRY_EXAMPLES } from './examples/carry.ts';
import type { Example } from './examples/example.ts';
import { GRAPH_EXAMPLES } from './examples/graph.ts';
import { OPS_EXAMPLES } from './examples/ops.ts';
import { PROSE_EXAMPLES } from './examples/prose.ts';

export { EXAMPLE_ENV, EXAMPLE_SKILL, type Example } from './examples/example.ts';

/**
 * One example for each rule, by its id: for the reference, and held to what it says by the tests. Nothing else imports
 * this, so that it is no part of the program.
 */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  ...GRAPH_EXAMPLES,
  ...CARRY_EXAMPLES,
  ...OPS_EXAMPLES,
  ...PROSE_EXAMPLES,
};
