import { Readable } from 'node:stream';
import type { Reyn } from '../../src/api.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/main.ts';
import { DEFAULT_LIMITS } from '../../src/os/config/limits.ts';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';

export type Captured = { out: string; err: string };

/** Streams that keep what is written. */
export function ioWith(options: Partial<Pick<Io, 'env' | 'cwd'>> & { stdin?: string; tty?: boolean } = {}): {
  io: Io;
  captured: Captured;
} {
  const captured: Captured = { out: '', err: '' };
  const isTTY = options.tty === true;
  const stdin = Readable.from([options.stdin ?? '']);
  const io: Io = {
    stdout: {
      write: (text) => {
        captured.out += text;
      },
      isTTY,
      columns: isTTY ? 80 : undefined,
    },
    stderr: {
      write: (text) => {
        captured.err += text;
      },
      isTTY,
      columns: isTTY ? 80 : undefined,
    },
    stdin: { isTTY, open: () => stdin },
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    gone: new AbortController().signal,
  };
  return { io, captured };
}

export const SPENT = { turns: 1, ops: 0, visits: 1, inputTokens: 0, outputTokens: 0, usd: 0, ms: 300 };

export function outcomeWith(rest: Partial<RunOutcome> = {}): RunOutcome {
  return {
    run: 'r4k2m9x0ab',
    skill: 'summarize',
    status: 'finished',
    exit: 0,
    waiting: [],
    denied: [],
    spent: SPENT,
    artifact: { type: 'summary', artifact: { title: 'T', points: ['a', 'b'] } },
    ...rest,
  };
}

/** A project that answers with what it is given; whatever a test does not give fails the test. */
export function projectWith(parts: Partial<Reyn>): Reyn {
  const absent = (): never => {
    throw new Error('not part of this test');
  };
  return {
    root: '/project',
    config: {
      default: 'scripted',
      classes: {},
      define: {},
      limits: DEFAULT_LIMITS,
      policy: { allow: [], deny: [] },
      separation_of_duties: false,
      grants: { days: 90 },
      mcp: {},
      sandbox: 'auto',
      exec: { seconds: 60, cpu_seconds: 60, memory_mb: 2048, output_kb: 1024, file_mb: 100, processes: 256 },
      untrusted: [],
      on_ask: 'suspend',
      self_improvement: { on_propose: 'ask_user', max_versions: 10, engine: 'race', budget: { calls: 1200 } },
      eval: { concurrency: 8, timeout: 300, allow: [] },
    },
    ops: [],
    skills: {
      list: () => [],
      folders: () => [],
      load: absent,
      lint: absent,
      copy: absent,
      vacant: () => undefined,
      adopt: absent,
      exportTo: absent,
      bundleTo: absent,
      importFrom: absent,
      create: absent,
      reshape: absent,
    },
    versions: { list: absent, diff: absent, show: absent, rollback: absent, adopt: absent },
    proposals: { list: absent, get: absent },
    run: absent,
    resume: absent,
    cancel: absent,
    fork: absent,
    replay: absent,
    inbox: () => [],
    answer: absent,
    runs: { list: () => [], show: absent, skillOf: absent, idOf: (reference) => reference },
    events: { query: () => [], tail: absent },
    receipts: { list: () => [], show: absent, verify: absent, cases: absent, read: absent },
    index: { list: () => [], search: absent, drop: absent },
    evals: { run: absent, list: () => [], get: absent, accept: absent },
    recordRefusal: absent,
    policy: { explain: absent },
    grants: { list: () => [], add: absent, revoke: absent, prune: absent },
    op: absent,
    mcp: { list: async () => [] },
    models: { list: async () => [], test: absent, probe: absent },
    verify: absent,
    audit: { seal: absent, decisions: absent, export: absent, key: absent, rotateKey: absent },
    gc: absent,
    spending: absent,
    nights: { begin: absent },
    close: async () => {},
    ...parts,
  };
}

/** Runs a command line on a project and returns what it wrote and its exit code. */
export async function reyn(
  argv: readonly string[],
  parts: Partial<Reyn> = {},
  options: Parameters<typeof ioWith>[0] = {},
): Promise<Captured & { exit: number }> {
  const { io, captured } = ioWith(options);
  const exit = await runCli(argv, io, async () => projectWith(parts));
  return { ...captured, exit };
}
