import { openSandbox } from '../../../src/os/sandbox/open.ts';

/** `node program.ts <program> [argument…]`: runs it in the sandbox, in /tmp, and aborts it at SIGINT. */
const sandbox = openSandbox({ setting: process.env.SETTING === 'none' ? 'none' : 'auto', root: '/' });
if (sandbox.backend === undefined) throw new Error(sandbox.reason);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const end = await sandbox.run({
  argv: process.argv.slice(2),
  cwd: '/tmp',
  mounts: [],
  env: {},
  limits: {
    wallMs: 20_000,
    cpuSeconds: 5,
    memoryBytes: 2 ** 32,
    outputBytes: 2 ** 20,
    fileBytes: 2 ** 20,
    processes: Number(process.env.PROCESSES ?? 64),
  },
  signal: stop.signal,
});
process.stdout.write(`${end.stdout}${end.stderr}`);
console.log(end.status, 'why' in end ? end.why : '');
