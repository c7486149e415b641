import type { Line } from '../events/line.ts';
import type { ProjectAudit } from './project.ts';
import type { AuditProblem } from './report.ts';
import { type Seal, sealHolds } from './seal-file.ts';

/** A seal and where it was read from, as shown to a person. */
export type Against = { readonly seal: Seal; readonly file: string };

/**
 * Compares a store with a seal made earlier: everything that was sealed must still be there, as it was.
 * @param linesOf lines of a run's log; `undefined` when it has none. @param only the one run to look at.
 */
export function auditAgainst(
  { seal, file }: Against,
  project: ProjectAudit,
  linesOf: (run: string) => readonly Line[] | undefined,
  only: string | undefined,
): AuditProblem[] {
  if (!sealHolds(seal)) {
    return [{ reason: 'bad_seal', file, message: 'the seal was changed: its signature was not made over it' }];
  }
  const problems: AuditProblem[] = [];
  if (seal.project !== undefined) {
    const { seq, head } = seal.project;
    const found = project.entries.find(({ line }) => line.seq === seq);
    if (found?.line.hash !== head) {
      const place = found === undefined ? project.end : { file: found.file, line: found.number };
      const what = found === undefined ? 'is gone from' : 'is another in';
      const message = `event ${seq}, which ${file} seals, ${what} the project log`;
      problems.push({ reason: 'sealed', ...place, message });
    }
  }
  for (const { run, opened, seq, head } of seal.runs) {
    if (only !== undefined && run !== only) continue;
    const registered = project.runs.get(run);
    if (registered?.opened?.line.hash !== opened) {
      problems.push({
        reason: 'sealed',
        ...project.end,
        run,
        message: `run ${run}, which ${file} seals, was never opened`,
      });
    }
    if (registered?.removed !== undefined) continue;
    const lines = linesOf(run);
    const line = lines?.find((each) => each.seq === seq);
    if (line?.hash === head) continue;
    const at = {
      file: `.reyn/runs/${run}/events.jsonl`,
      ...(lines === undefined ? {} : { line: Math.max(1, lines.at(-1)?.seq ?? 1) }),
    };
    const what = line === undefined ? 'is gone' : 'is another';
    const where = line === undefined ? at : { ...at, line: seq };
    problems.push({
      reason: 'sealed',
      ...where,
      run,
      message: `event ${seq} of run ${run}, which ${file} seals, ${what}`,
    });
  }
  return problems;
}
