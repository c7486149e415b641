/** What surfaces do with evaluations that are there: write them down, compare them, export their rows. */
export { chooseSides, oneEvaluation } from './learning/evals/choose.ts';
export { compare } from './learning/evals/compare.ts';
export { EXPORTS } from './learning/evals/export.ts';
export { REPORTERS } from './learning/evals/reporters/list.ts';
