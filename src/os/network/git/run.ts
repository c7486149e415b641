import { type ChildProcess, spawn } from 'node:child_process';
import { OpError } from '../../op-error.ts';
import { visible } from '../../visible.ts';

/**
 * Runs the system's git so that nothing but its arguments decides what it does.
 *
 *  T1 The environment is written here: no setting of the machine, of the person, or of a repository it finds; no
 *     credentials, no question, no proxy, no protocol but https.
 *  T2 No program that a repository names is run: no hook, no monitor, no helper, no filter (nothing is checked out).
 *  T3 Time, output and the size of every file it writes are bounded.
 */
export type GitCall = {
  /** After the settings. What is not ours stands behind `--end-of-options` or was checked to begin with no dash. */
  readonly args: readonly string[];
  /** The repository's own folder (a bare one). */
  readonly gitDir: string;
  /** An empty folder that stands for the person's home. */
  readonly home: string;
  readonly path: string;
  readonly config?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Bytes of what it prints. */
  readonly maxOutput: number;
  readonly ms: number;
  readonly signal: AbortSignal;
};

const CONFIG = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'credential.helper=',
  'credential.interactive=false',
  'protocol.allow=never',
  'protocol.https.allow=always',
  'http.followRedirects=false',
  'http.proxy=',
  'http.emptyAuth=false',
  'http.saveCookies=false',
  'transfer.fsckObjects=true',
  'transfer.unpackLimit=1',
  'transfer.bundleURI=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
];

const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_ALLOW_PROTOCOL: 'https',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'false',
  SSH_ASKPASS: 'false',
  GIT_SSH_COMMAND: 'false',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C',
};

/** Blocks of 512 bytes that a file git writes may have: 64 MiB, most of which is history that is not asked for. */
const MAX_BLOCKS = 128 * 1024;

/** @throws OpError `git` with what git said, `too_large`, `timeout`; the signal's reason when aborted. */
export async function runGit(call: GitCall): Promise<Buffer> {
  const { args, gitDir, home, path, config = [], env = {}, stdin = '', maxOutput, ms, signal } = call;
  signal.throwIfAborted();
  const settings = [...CONFIG, ...config].flatMap((setting) => ['-c', setting]);
  const command = ['--no-pager', `--git-dir=${gitDir}`, ...settings, ...args];
  const child = spawn('/bin/sh', ['-c', `ulimit -f ${MAX_BLOCKS} && exec git "$@"`, 'git', ...command], {
    cwd: home,
    env: { PATH: path, HOME: home, ...ENVIRONMENT, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that its helpers end with it
  });
  child.stdin.on('error', () => {}); // it may end before it has read all
  child.stdin.end(stdin);
  return settle(child, { maxOutput, ms, signal });
}

function settle(
  child: ChildProcess,
  { maxOutput, ms, signal }: Pick<GitCall, 'maxOutput' | 'ms' | 'signal'>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    let size = 0;
    let said = '';
    const stop = (error: unknown) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      killGroup(child);
      reject(error as Error);
    };
    const onAbort = () => stop(signal.reason);
    const timer = setTimeout(() => stop(new OpError('timeout', `git took longer than ${ms / 1000} s`)), ms);
    signal.addEventListener('abort', onAbort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxOutput) stop(new OpError('too_large', 'git printed more than it may'));
      else out.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-2000);
    });
    child.on('error', (error) => stop(new OpError('git', `git cannot be run: ${error.message}`)));
    child.on('close', (code) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new OpError('git', lastLine(said) ?? `git ended with ${code ?? 'a signal'}`));
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

function lastLine(said: string): string | undefined {
  const line = said.trim().split('\n').at(-1);
  return line === undefined || line === '' ? undefined : visible(line).slice(0, 300);
}
