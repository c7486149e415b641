import type { Disk } from '../disk.ts';
import { type Chain, readChain } from '../events/chain.ts';
import { TERMINAL } from '../events/event.ts';
import type { Layout } from '../events/layout.ts';
import type { Line } from '../events/line.ts';
import { type Locks, ownerLock } from '../events/locks.ts';
import { RELEASING } from '../events/run-log.ts';
import { ownerAmong, runRules } from '../events/run-read.ts';
import { unrecorded } from '../events/torn.ts';
import { keptProblems, type ProjectAudit, type Registered } from './project.ts';
import type { AuditProblem, AuditReason } from './report.ts';
import { isSigned } from './signatures.ts';

export type RunAudit = {
  readonly lines: readonly Line[];
  readonly problems: readonly AuditProblem[];
  /** That nobody signed where it stands. */
  readonly notes: readonly AuditProblem[];
};

type Setting = { readonly disk: Disk; readonly layout: Layout; readonly locks: Locks; readonly project: ProjectAudit };

/** Reasons that would be repeated for every line that follows. */
const ONCE: readonly string[] = ['bad_run', 'after_end'];

/** Checks one run's log: its chain, its ends against the project log, and what was cut off it. */
export function auditRun(setting: Setting, run: string): RunAudit {
  const { disk, layout, locks, project } = setting;
  const file = layout.show(layout.runFile(run));
  const problems: AuditProblem[] = [];
  const report = (reason: AuditReason, message: string, line?: number) => {
    problems.push({ reason, file, ...(line === undefined ? {} : { line }), run, message });
  };

  const bytes = disk.read(layout.runFile(run));
  if (bytes === undefined) {
    report('missing_log', `run ${run} has no log`);
    return { lines: [], problems, notes: [] };
  }
  const chain = readChain(bytes, runRules(run), undefined, true);
  const seen = new Set<string>();
  for (const { reason, line, message } of chain.faults) {
    if (!ONCE.includes(reason) || !seen.has(reason)) report(reason as AuditReason, message, line);
    seen.add(reason);
  }
  const first = chain.lines[0];
  if (first?.type !== 'run_skill_started') report('bad_first', 'the log does not begin with the start of a run', 1);

  const owner = ownerAmong(chain.lines);
  const isAlive = owner !== undefined && locks.held(ownerLock(owner.id));
  const registered = project.runs.get(run) ?? { heads: [] };
  const standing = { run, chain, isAlive, registered, hasEnded: hasEnded(chain) };
  checkTail(standing, report);
  problems.push(...registrationProblems(standing, file, project));
  problems.push(...signedHeadProblems(standing, file));
  problems.push(...cutProblems(setting, standing));
  const isVouchedFor =
    (isAlive && registered.closed === undefined) || registered.opened === undefined || isSigned(registered, chain.link);
  return { lines: chain.lines, problems, notes: isVouchedFor ? [] : [unsignedNote(standing, file, project)] };
}

type Standing = {
  readonly run: string;
  readonly chain: Chain;
  /** Whether the process that owns the run lives: then it may be writing this moment. */
  readonly isAlive: boolean;
  readonly hasEnded: boolean;
  readonly registered: Registered;
};

function hasEnded({ lines }: Chain): boolean {
  return (TERMINAL as readonly string[]).includes(lines.at(-1)?.type ?? '');
}

function checkTail(standing: Standing, report: (reason: AuditReason, message: string, line: number) => void): void {
  const { chain, isAlive, registered } = standing;
  if (chain.torn === undefined) return;
  const { line } = chain.torn;
  const isReleased = (RELEASING as readonly string[]).includes(chain.lines.at(-1)?.type ?? '');
  if (standing.hasEnded || registered.closed !== undefined) report('bad_hash', `line ${line} was changed`, line);
  else if (!isAlive || isReleased) report('torn', `line ${line} is half written; \`reyn resume\` cuts it off`, line);
}

function registrationProblems(standing: Standing, file: string, project: ProjectAudit): AuditProblem[] {
  const { run, chain, isAlive, registered } = standing;
  const { opened, closed } = registered;
  const problems: AuditProblem[] = [];
  if (opened === undefined && !(isAlive && chain.lines.length === 1)) {
    const message =
      chain.lines.length === 1
        ? `run ${run} was never opened in the project log; \`reyn resume\` does so`
        : `the project log does not know run ${run}`;
    problems.push({ reason: 'unregistered', file, line: 1, run, message });
  }
  if (opened !== undefined && opened.line.data.first !== chain.lines[0]?.hash) {
    const message = 'the first event is not the one the run was opened with';
    problems.push({ reason: 'head', file, line: 1, run, message });
  }
  if (closed !== undefined && chain.torn === undefined) {
    const { seq, head } = closed.line.data;
    if (seq !== chain.link.seq || head !== chain.link.hash) {
      const line = Math.max(1, chain.numbers.at(-1) ?? 1);
      const message = `the log ends with event ${chain.link.seq}, the run was closed with event ${String(seq)}`;
      problems.push({ reason: 'head', file, line, run, message });
    }
  }
  if (closed === undefined && standing.hasEnded && !isAlive) {
    const message = `run ${run} has ended, and nothing says so here; if it was a crash, \`reyn resume ${run}\` mends it`;
    problems.push({ reason: 'unclosed', ...project.end, run, message });
  }
  return problems;
}

/** Where a run was signed to stand must be one of its lines: a cut end shows even if its chain is whole. */
function signedHeadProblems({ run, chain, registered }: Standing, file: string): AuditProblem[] {
  return registered.heads.flatMap(({ line: { data } }): AuditProblem[] => {
    const found = chain.lines.find(({ seq }) => seq === data.seq);
    if (found?.hash === data.head) return [];
    const line = found === undefined ? Math.max(1, chain.numbers.at(-1) ?? 1) : found.seq;
    const what = found === undefined ? 'is gone' : 'is another';
    return [{ reason: 'head', file, line, run, message: `event ${String(data.seq)}, which was signed, ${what}` }];
  });
}

/** A log that nobody signed is usual where there is no key; after others were signed it deserves a look. */
function unsignedNote({ run, chain, registered }: Standing, file: string, { signedFrom }: ProjectAudit): AuditProblem {
  const line = Math.max(1, chain.numbers.at(-1) ?? 1);
  const isLate = registered.closed !== undefined && registered.closed.line.seq > signedFrom;
  const late = isLate ? ' although earlier ones are signed: it ran without a key, or its signature was taken away' : '';
  const message = `nobody signed where this log ends${late}; \`reyn audit seal\` does`;
  return { reason: 'unsigned', file, line, run, message };
}

/** What was cut off must be as its record says; what was cut and not recorded is for the next who takes the run. */
function cutProblems({ disk, layout }: Setting, { run, chain, isAlive }: Standing): AuditProblem[] {
  const dir = layout.runDir(run);
  const records = chain.lines.filter(({ type }) => type === 'log_torn');
  const recorded = new Set(records.map(({ data }) => String(data.kept)));
  // Within the first epoch such a record can only be a fork's copy; what it speaks of lies with the original.
  const bad = records.filter(({ epoch }) => epoch > 1).flatMap((line) => keptProblems(disk, layout, dir, line));
  if (isAlive) return bad;
  const left = unrecorded(disk, dir, recorded).map(({ kept }): AuditProblem => {
    const message = 'was cut off the log and is not recorded yet; `reyn resume` does so';
    return { reason: 'torn', file: `${layout.show(dir)}/${kept}`, run, message };
  });
  return [...bad, ...left];
}
