import { hasProtoKey, isDeeperThan, MAX_DEPTH } from '../../json.ts';
import { OpError } from '../../op-error.ts';
import type { NoSandbox, Sandbox, SandboxEnd } from '../../sandbox/port.ts';
import { didYouMean } from '../../suggest.ts';
import { seedOf } from '../js/seed.ts';
import { endOf, failed, type PythonFailed, shownModule } from './answer.ts';
import { DRIVER } from './driver.ts';
import { PYTHON_LIMITS, type PythonCall, type PythonEngine } from './port.ts';

/** Room for what the function prints, and for the marks around the answer. */
const BESIDES_BYTES = 64 * 1024;

/**
 * Python of this machine, started for each call; nothing is kept between calls.
 *
 * @param sandbox opened when a function is first to run
 */
export function openPythonEngine({ sandbox }: { readonly sandbox: () => Sandbox | NoSandbox }): PythonEngine {
  return {
    get backend() {
      return sandbox().backend;
    },
    run: async (call, signal) => {
      signal.throwIfAborted();
      const request = requestOf(call);
      if (typeof request !== 'string') return request;
      const opened = sandbox();
      if (opened.backend === undefined) return failed('no_sandbox', `${opened.reason} ${opened.hint}`);
      const end = await start(opened, call, request, signal);
      if ('ok' in end) return end;
      if (end.status === 'stopped' && end.why === 'aborted') throw signal.reason;
      return endOf(end, call);
    },
  };
}

async function start(
  sandbox: Sandbox,
  call: PythonCall,
  request: string,
  signal: AbortSignal,
): Promise<SandboxEnd | PythonFailed> {
  const { outputBytes, memoryBytes, processes } = PYTHON_LIMITS;
  try {
    return await sandbox.run({
      // no packages, nobody's start-up files, nothing written; the environment is ours, so that it may be read
      argv: ['python3', '-s', '-S', '-B', '-X', 'utf8', '-c', DRIVER],
      cwd: '/',
      mounts: [],
      env: { PYTHONHASHSEED: String(seedOf(call.seed)) },
      stdin: request,
      limits: {
        wallMs: call.seconds * 1000,
        cpuSeconds: Math.ceil(call.seconds),
        memoryBytes,
        outputBytes: outputBytes + BESIDES_BYTES,
        fileBytes: outputBytes,
        processes,
      },
      signal,
    });
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    if (error.code === 'not_found')
      return failed('no_python', 'There is no python3 on this machine: install Python 3.8.');
    return failed('no_sandbox', error.message);
  }
}

/** What the driver reads; a fault where the call cannot be made. */
function requestOf({ modules, module, function: name, input, seed }: PythonCall): string | PythonFailed {
  const place = shownModule(module);
  const inputOf = `the input of ${name} of ${place}`;
  if (!Object.hasOwn(modules, module)) {
    return failed('python_error', `there is no ${place}${didYouMean(module, Object.keys(modules))}`);
  }
  if (isDeeperThan(input, MAX_DEPTH)) {
    return failed('python_input', `${inputOf} is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (hasProtoKey(input)) return failed('python_input', `${inputOf} has a key "__proto__"`);
  const bytes = Buffer.byteLength(JSON.stringify(input));
  const most = PYTHON_LIMITS.inputBytes;
  if (bytes > most) return failed('python_input', `${inputOf} is ${bytes} bytes of JSON; ${most} at most`);
  return JSON.stringify({
    sources: sourcesFor(module, modules),
    module: place,
    function: name,
    input,
    seed,
    limit: PYTHON_LIMITS.outputBytes,
    depth: MAX_DEPTH,
  });
}

/** Sources by the path the driver knows them by. A module of `steps/` imports from there only. */
function sourcesFor(module: string, modules: PythonCall['modules']): Record<string, string> {
  const isInside = !module.startsWith('../');
  const seen = Object.entries(modules).filter(([path]) => !isInside || !path.startsWith('../'));
  return Object.fromEntries(seen.map(([path, text]) => [shownModule(path), text]));
}
