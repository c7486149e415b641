import { join } from 'node:path';
import type { Disk } from '../../os/disk.ts';
import type { ExecPort } from '../../os/kernel/ports.ts';
import type { Project } from '../../os/runs/project.ts';
import type { EvalCase } from './case.ts';
import type { CaseOutcome } from './outcome.ts';
import type { CheckScore } from './row.ts';

/** What an outcome is worth. */
export type Scored = { readonly score: number; readonly pass: boolean; readonly checks: readonly CheckScore[] };

export type SessionDeps = {
  readonly project: Project;
  /** Programs of a run, by the root of its copy. */
  readonly execAt: (root: string) => (workDir: string) => ExecPort;
  /** Scores an outcome. What fails in it scores 0; it never rejects for a case. */
  readonly score: (asked: EvalCase, outcome: CaseOutcome) => Promise<Scored>;
  readonly disk?: Disk;
};

/** Where sessions lie in a project: those of evaluations and searches, and those whose cases are sealed. */
export function sessionDir(root: string, id: string, sealed: boolean): string {
  return join(root, '.reyn', sealed ? 'sealed' : 'evals', id);
}

/** Whoever runs sealed cases. */
export const VERIFIER = 'verifier';
