import { join } from 'node:path';
import type { Disk } from '../../os/disk.ts';
import type { ExecPort } from '../../os/kernel/ports.ts';
import type { Project } from '../../os/runs/project.ts';
import type { NoSandbox, Sandbox } from '../../os/sandbox/port.ts';
import type { EvalSet } from './case.ts';

export type SessionDeps = {
  readonly project: Project;
  /** Programs of a run, by the root of its copy. */
  readonly execAt: (root: string) => (workDir: string) => ExecPort;
  /** Eval files of a skill. @throws UserError `eval`, `not_found`. */
  readonly set: (skill: string) => EvalSet;
  /** For programs of checks. */
  readonly sandbox: () => Sandbox | NoSandbox;
  readonly disk?: Disk;
};

/** Where sessions lie in a project: those of evaluations and searches, and those whose cases are sealed. */
export function sessionDir(root: string, id: string, sealed: boolean): string {
  return join(root, '.reyn', sealed ? 'sealed' : 'evals', id);
}

/** Lock in the store of a session, held by the process that has it open. */
export const SESSION_LOCK = 'session';

/** Whoever runs sealed cases. */
export const VERIFIER = 'verifier';
