import fs from 'node:fs';
import { join } from 'node:path';
import type { ExecLimits } from '../config/config.ts';
import type { ExecPort, ExecView } from '../kernel/ports.ts';
import { OpError } from '../op-error.ts';
import type { ExecRequest, ExecResult } from '../ops/op.ts';
import type { Mount, NoSandbox, Sandbox } from '../sandbox/port.ts';
import { isRefusal, parseLocation } from '../workspace/location.ts';
import type { ProgramView, StagedChange } from '../workspace/workspace.ts';

/** Where a program sees the work folder of its run. */
const WORK = '/work';

export type ExecOptions = {
  readonly root: string;
  /** Where programs see the project, where that can be another place; `root` if absent. */
  readonly seenAt?: string;
  /** Opened when a program is first to run. */
  readonly sandbox: () => Sandbox | NoSandbox;
  readonly limits: ExecLimits;
};

/** Runs programs of one run on its work folder and a view of the project. */
export function openExec({ root, seenAt = root, sandbox, limits }: ExecOptions, workDir: string): ExecPort {
  return {
    get backend() {
      return sandbox().backend;
    },
    run: async (request, view, signal) => {
      const opened = sandbox();
      if (opened.backend === undefined) throw new OpError('no_sandbox', `${opened.reason} ${opened.hint}`);
      const shown = await view.workspace.view({ ...view, signal });
      try {
        return await runIn(opened, { root, seenAt, workDir, limits }, request, { ...view, shown }, signal);
      } finally {
        shown.remove();
      }
    },
  };
}

type Setting = {
  readonly root: string;
  readonly seenAt: string;
  readonly workDir: string;
  readonly limits: ExecLimits;
};
type Viewed = ExecView & { readonly shown: ProgramView };

async function runIn(
  sandbox: Sandbox,
  { root, seenAt, workDir, limits }: Setting,
  request: ExecRequest,
  view: Viewed,
  signal: AbortSignal,
): Promise<ExecResult> {
  fs.mkdirSync(workDir, { recursive: true });
  const isolated = sandbox.backend === 'bubblewrap';
  const work: Mount = { kind: 'write', from: workDir, at: isolated ? WORK : workDir };
  const place = isolated ? seenAt : root;
  const mounts = isolated ? view.shown.mounts(place) : view.shown.direct(place);
  const end = await sandbox.run({
    argv: request.argv,
    cwd: cwdOf(request.cwd, { root: place, work: work.at, isEmpty: mounts.length === 0 }),
    mounts: [...mounts, work],
    env: { REYN_WORK: work.at },
    ...(request.stdin === undefined ? {} : { stdin: request.stdin }),
    limits: {
      wallMs: Math.min(request.timeoutMs ?? limits.seconds * 1000, limits.seconds * 1000),
      cpuSeconds: limits.cpu_seconds,
      memoryBytes: limits.memory_mb * 1024 ** 2,
      outputBytes: limits.output_kb * 1024,
      fileBytes: limits.file_mb * 1024 ** 2,
      processes: limits.processes,
    },
    signal,
  });
  const { backend } = sandbox;
  if (!isolated) return { backend, end, kept: 'direct', changed: [], refused: [] };
  // half of what was to be written helps nobody: the project stays as it was
  if (end.status !== 'exited') return { backend, end, kept: 'none', changed: [], refused: [] };
  return { backend, end, kept: 'whole', ...(await keep(view, signal)) };
}

function cwdOf(
  given: string | undefined,
  places: { readonly root: string; readonly work: string; readonly isEmpty: boolean },
): string {
  if (given === undefined) return places.isEmpty ? places.work : places.root;
  const location = parseLocation(given);
  if (isRefusal(location)) throw new OpError('refused', location.refused);
  if (location.root === 'work') return join(places.work, ...location.segments);
  if (location.root === 'project') return join(places.root, ...location.segments);
  throw new OpError('refused', `A program starts in the project or in its work folder, not in "${given}".`);
}

/** Takes over what the program changed, file by file, each through the gate; what may not be written is told. */
async function keep(view: Viewed, signal: AbortSignal): Promise<Pick<ExecResult, 'changed' | 'refused'>> {
  const { changed, odd } = await view.shown.changes(signal);
  const done: string[] = [];
  const refused = [...odd];
  for (const change of changed) {
    const reason = view.mayWrite(change.path)
      ? await takeOver(view, change)
      : 'The skill may not write it without asking.';
    if (reason === undefined) done.push(change.path);
    else refused.push({ path: change.path, reason });
  }
  return { changed: done, refused };
}

async function takeOver({ workspace }: ExecView, { path, pre, bytes }: StagedChange): Promise<string | undefined> {
  const handle = workspace.handle({ read: () => false, write: (asked) => asked === path });
  try {
    if (bytes !== undefined) await handle.replace(path, bytes, pre);
    else if (pre !== null) await handle.remove(path, pre);
    return undefined;
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    return error.message;
  }
}
