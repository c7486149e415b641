import type { Evaluation } from './evaluation.ts';
import { openImprovement } from './improvement.ts';
import type { EvalSet } from './learning/evals/case.ts';
import type { Splits } from './learning/evals/splits.ts';
import type { ProjectEvent } from './os/events/event.ts';
import type { ExecPort, Improvement } from './os/kernel/ports.ts';
import type { Project } from './os/runs/project.ts';
import type { NoSandbox, Sandbox } from './os/sandbox/port.ts';
import type { Signer } from './os/signing.ts';
import { openProposing, type Proposing } from './proposing.ts';
import type { Searching } from './searching.ts';
import type { Verification } from './verification.ts';
import type { Versioning } from './versioning.ts';

/** The rooms above the kernel. Most commands do without: each is loaded when it is asked for. */
export type Rooms = {
  readonly improvement: Improvement;
  readonly proposing: Proposing;
  evaluation(): Promise<Evaluation>;
  searching(): Promise<Searching>;
  verification(): Promise<Verification>;
};

export type RoomsParts = {
  readonly project: () => Project;
  readonly execAt: (root: string) => (workDir: string) => ExecPort;
  readonly sandbox: () => NoSandbox | Sandbox;
  readonly versioning: Versioning;
  /** Facts of the loop by the beginning of their type, those of other machines too. */
  readonly facts: (prefix: string) => readonly ProjectEvent[];
  readonly signer: Signer;
};

export function openRooms({ project, execAt, sandbox, versioning, facts, signer }: RoomsParts): Rooms {
  const proposing = openProposing({ project });
  const evaluation = once(async () => (await import('./evaluation.ts')).openEvaluation({ project, execAt, sandbox }));
  const searching: () => Promise<Searching> = once(async () => {
    const { openSearching } = await import('./searching.ts');
    const { open, set } = await evaluation();
    return openSearching({ project, open, set, facts, foreseen });
  });
  const verification: () => Promise<Verification> = once(async () => {
    const [{ openVerification }, { loosens }] = await Promise.all([
      import('./verification.ts'),
      import('./learning/versions/loosens.ts'),
    ]);
    const { open, set } = await evaluation();
    const best = async (id: string) => (await searching()).best(id);
    return openVerification({ project, open, set, facts, loosens, signer, best });
  });
  async function foreseen(set: EvalSet, splits: Splits): Promise<readonly string[]> {
    const { why } = (await verification()).foresee(set, splits);
    return why === undefined ? [] : [why];
  }
  const improvement = openImprovement({
    ...{ versioning, proposing, evaluation, searching },
    verify: async (...asked) => (await verification()).verify(...asked),
  });
  return { improvement, proposing, evaluation, searching, verification };
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}
