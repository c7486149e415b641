import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect } from 'vitest';
import { simulatedClock } from '../../src/os/clock.ts';
import { openStore } from '../../src/os/events/store.ts';
import { randomIds } from '../../src/os/ids.ts';
import { openRedactor } from '../../src/os/secrets/redactor.ts';
import { memoryDisk, memoryLocks } from '../os/events/memory-disk.ts';
import { decided, firstEvent, runFile } from '../os/events/scene.ts';
import { rawServer } from '../os/network/mcp/raw-server.ts';
import type { Row } from './cases.ts';
import type { Lab } from './lab.ts';
import { argsOf, openVouched } from './ops.ts';
import type { Outcome } from './outcome.ts';
import { attackSuite } from './suite.ts';

const CALLS = 'write,pwrite64,rename,renameat,renameat2,fsync,fdatasync,unlink,unlinkat,ftruncate';
const BIN = path.resolve('bin/reyn.js');

type Ended = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
};

/** The program, in the lab, perhaps below another one. It keeps no compiled code, so that it makes the same calls each time. */
function cli(lab: Lab, args: readonly string[], wrapper: readonly string[] = []) {
  const [command = '', ...rest] = [...wrapper, process.execPath, BIN, '-C', lab.ws, ...args];
  const child = spawn(command, rest, {
    env: { ...lab.env, NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen = { out: '', err: '' };
  const keep = (to: 'out' | 'err') => (chunk: Buffer) => {
    seen[to] += chunk.toString();
  };
  child.stdout.on('data', keep('out'));
  child.stderr.on('data', keep('err'));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...seen })),
  );
  return { child, ended };
}

const opOf = ({ op, input }: Row) => ['op', op, JSON.stringify(argsOf(op, input)), '--as', 'lab', '--json'];
const runs = (lab: Lab) => fs.readdirSync(path.join(lab.ws, '.reyn/runs'));

/**
 * Kills the program right after the call that changes the file of a row: an undisturbed run is traced first, to see
 * which of its calls that is; it is undone, and the next one dies at the call after it.
 */
async function killAfterTheEffect(lab: Lab, file: string, undo: () => void): Promise<string> {
  const trace = path.join(lab.ws, '..', 'trace');
  const first = await cli(lab, opOf(lab.row), ['strace', '-e', `trace=${CALLS}`, '-s', '400', '-o', trace]).ended;
  expect(first.code, first.err).toBe(0);
  const calls = fs
    .readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => /^\w+\(/.test(line));
  const effect = calls.findIndex((line) => /^(rename|unlink)/.test(line) && line.includes(`/${file}"`));
  expect(effect, 'the effect was seen').toBeGreaterThan(0);
  fs.rmSync(path.join(lab.ws, '.reyn'), { recursive: true });
  undo();
  // a tracer counts the calls of each name for itself
  const nameOf = (line: string | undefined) => line?.replace(/\(.*/s, '');
  const next = nameOf(calls[effect + 1]) ?? '';
  const nth = calls.slice(0, effect + 2).filter((line) => nameOf(line) === next).length;
  const kill = ['-e', `inject=${next}:signal=SIGKILL:when=${nth}`];
  const killed = await cli(lab, opOf(lab.row), ['strace', '-e', `trace=${CALLS}`, ...kill, '-o', '/dev/null']).ended;
  expect([killed.code, killed.signal]).not.toEqual([0, null]);
  const [run = ''] = runs(lab);
  return run;
}

type Spec = { readonly before?: string; readonly after: string | undefined; readonly count?: number };

/** The whole of a crash row about a file: killed after the effect, resumed, compared with a run that was not. */
function fileRow({ before, after }: Spec): (lab: Lab) => Promise<Outcome> {
  return async (lab) => {
    const file = path.join(lab.ws, 'out/a');
    const put = () => (before === undefined ? fs.rmSync(file, { force: true }) : fs.writeFileSync(file, before));
    put();
    await lab.open();
    const run = await killAfterTheEffect(lab, 'a', put);
    const now = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined);
    expect(now(), 'it died after the effect').toBe(after);
    expect(typesOf(lab, run)).not.toContain('op_finished');
    const { mtimeMs } = fs.statSync(path.dirname(file));
    const resumed = await cli(lab, ['resume', run]).ended;
    expect(resumed.code, resumed.err).toBe(0);
    const types = typesOf(lab, run);
    const reyn = await lab.open();
    expect(reyn.verify().problems).toEqual([]);
    const same = now() === after && types.filter((type) => type === 'op_finished').length === 1;
    return {
      verdicts: [lab.row.expected.verdict],
      said: resumed.out,
      prompt: '',
      facts: {
        'effect applied twice': now() !== after || fs.statSync(path.dirname(file)).mtimeMs !== mtimeMs,
        'lost acked effect': now() !== after,
        'state after resume equals a run without the crash, or an explicit in_doubt event': same,
      },
    };
  };
}

function typesOf(lab: Lab, run: string): readonly string[] {
  const lines = fs.readFileSync(runFile(lab.ws, run), 'utf8').split('\n');
  return lines.filter((line) => line.endsWith('}')).map((line) => (JSON.parse(line) as { type: string }).type);
}

/** What is left in doubt is asked about, and not done again before somebody said so. */
async function inDoubt(lab: Lab, run: string, times: () => number): Promise<Outcome> {
  expect(times(), 'it died after the effect').toBe(1);
  const resumed = await cli(lab, ['resume', run, '--on-ask', 'suspend']).ended;
  const [question] = (await lab.open()).inbox();
  const asked = question?.kind === 'in_doubt' && resumed.code === 3;
  return {
    verdicts: [asked ? 'in_doubt -> ask' : 'ok'],
    said: `${resumed.out}${resumed.err}`,
    prompt: question?.text ?? '',
    facts: {
      'effect applied twice': times() !== 1,
      'lost acked effect': times() < 1,
      'state after resume equals a run without the crash, or an explicit in_doubt event': asked,
    },
  };
}

/** A server of MCP over HTTP whose tool takes effect, and then the program that called it is gone. */
async function payAndKill(lab: Lab): Promise<Outcome> {
  let paid = 0;
  let kill: () => void = () => undefined;
  let said = '';
  const take = rawServer({ tools: [{ name: 'pay' }] }, (text) => {
    said += text;
  });
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      said = '';
      const message = request.method === 'POST' ? JSON.parse(body) : {};
      if (message.method === 'tools/call') {
        paid++;
        kill();
      }
      if (request.method === 'POST') take(message);
      if (said === '') response.writeHead(request.method === 'POST' ? 202 : 405).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lab.closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  lab.config.mcp = { servers: { srv: { url: `http://127.0.0.1:${port}/mcp` } } };
  await openVouched(lab);
  const { child, ended } = cli(lab, opOf(lab.row));
  kill = () => child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  const [run = ''] = runs(lab);
  return inDoubt(lab, run, () => paid);
}

/** Whether this machine lets a test mount a file as a disk; where it does not, a disk in memory stands for one. */
const mayMount = process.getuid?.() === 0 && fs.existsSync('/dev/loop-control') && fs.existsSync('/usr/sbin/mkfs.ext4');

/** The same on a disk in memory, which forgets what was not synced. */
async function powerCutInMemory(): Promise<Outcome> {
  const root = '/project';
  const disk = memoryDisk(root);
  const ports = { root, disk, locks: memoryLocks(), clock: simulatedClock(), ids: randomIds, signer: undefined };
  const store = openStore({ ...ports, redact: openRedactor({ known: [] }) });
  const { log } = await store.createRun('run1', firstEvent(store, { pack: store.blobs.put('the skill') }));
  let acked = 0;
  for (let n = 0; n < 40; n++) {
    log.append(decided(`turn ${n}`));
    if (n % 3 === 0) await log.flush();
    if (n % 3 === 0) acked = log.head.seq;
  }
  disk.cutPower(0.5);
  const after = openStore({ ...ports, locks: memoryLocks(), redact: openRedactor({ known: [] }) });
  const there = after.readRun('run1').length;
  return {
    verdicts: ['recover'],
    said: `${acked} acknowledged, ${there} there`,
    prompt: '',
    facts: { 'acked event missing': there < acked, 'zero-length state file': there === 0 },
  };
}

/** A disk of its own, so that what had not reached it is gone when a copy of it is looked at. */
async function powerCut(lab: Lab): Promise<Outcome> {
  const image = path.join(lab.ws, '..', 'disk.img');
  const at = path.join(lab.ws, '..', 'disk');
  const copied = path.join(lab.ws, '..', 'copy.img');
  const seenAt = path.join(lab.ws, '..', 'copy');
  for (const folder of [at, seenAt]) fs.mkdirSync(folder);
  execFileSync('truncate', ['-s', '24M', image]);
  execFileSync('/usr/sbin/mkfs.ext4', ['-q', '-F', image]);
  execFileSync('mount', ['-o', 'loop', image, at]);
  lab.closers.push(() => void execFileSync('umount', ['-l', at]));
  const actor = spawn(process.execPath, [path.resolve('tests/os/events/actor.ts'), 'run', at, 'run1']);
  lab.closers.push(() => void actor.kill('SIGKILL'));
  let out = '';
  await new Promise<void>((resolve) =>
    actor.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.split('\n').length > 60) resolve();
    }),
  );
  actor.kill('SIGSTOP');
  const acked = Number(/durable (\d+)\n[^\n]*$/.exec(out)?.[1]);
  expect(acked).toBeGreaterThan(20);
  execFileSync('cp', [image, copied]);
  execFileSync('mount', ['-o', 'loop', copied, seenAt]);
  lab.closers.unshift(() => void execFileSync('umount', ['-l', seenAt]));
  const lines = fs
    .readFileSync(runFile(seenAt, 'run1'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  const files = fs.readdirSync(path.join(seenAt, '.reyn'), { recursive: true, withFileTypes: true });
  const empty = files
    .filter((entry) => entry.isFile() && /\.(jsonl|json)$/.test(entry.name))
    .filter((entry) => fs.statSync(path.join(entry.parentPath, entry.name)).size === 0);
  return {
    verdicts: ['recover'],
    said: `${acked} acknowledged, ${lines.length} there`,
    prompt: '',
    facts: { 'acked event missing': lines.length < acked, 'zero-length state file': empty.length > 0 },
  };
}

const execLog = (lab: Lab) => path.join(lab.ws, 'out/log');

attackSuite('crash', {
  CR02: fileRow({ after: 'v2' }),
  CR04: fileRow({ before: '1', after: '2' }),
  CR05: fileRow({ before: 'a', after: 'aa' }),
  CR06: fileRow({ before: 'x', after: undefined }),
  CR07: {
    adjust: (row) => ({ ...row, setup: [...row.setup, { do: 'grant', exec: ['sh'] }] }),
    play: async (lab) => {
      await lab.open();
      const run = await killAfterTheEffect(lab, 'log', () => fs.rmSync(execLog(lab)));
      return inDoubt(lab, run, () => fs.readFileSync(execLog(lab), 'utf8').split('x').length - 1);
    },
  },
  CR10: {
    adjust: (row) => ({ ...row, setup: [...row.setup, { do: 'grant', mcp: ['srv'], mcp_tools: { srv: ['pay'] } }] }),
    play: payAndKill,
  },
  CR15: { play: mayMount ? powerCut : powerCutInMemory, alone: true },
});
