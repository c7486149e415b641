import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';
import { folderWith, reynIn, start } from './program.ts';

const SKILL = `---
type: skill
name: slow
artifacts:
  note: { text: string }
---
Write a note.
`;

/** A model server that takes a request and never answers it. */
let server: Server;
let asked = () => {};
const { root, remove } = folderWith({
  'reyn/project/slow/skill.md': SKILL,
  'reyn/project/slow/evals/scripted.yaml': 'rules:\n  - turn: { finish: { text: done } }\n',
});

beforeAll(async () => {
  server = createServer(() => asked());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(root, 'reyn.yaml'), `model: local\nbase_url: http://127.0.0.1:${port}/v1\n`);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  remove();
});

let reached: Promise<void>;
beforeEach(() => {
  reached = new Promise((resolve) => {
    asked = resolve;
  });
});

/** The state of the newest run, in another process. */
async function newest(): Promise<string> {
  const [run] = JSON.parse((await reynIn(root, ['runs', 'list', '--limit', '1', '--json'])).out) as {
    status: string;
  }[];
  return run?.status ?? 'none';
}

describe('a run that is stopped', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s is interrupted durably and exits 130', async (signal) => {
    const { child, ended } = start(root, ['run', 'slow', 'x', '--json']);
    await reached;
    child.kill(signal);
    const { out, err, exit } = await ended;
    expect(exit).toBe(130);
    expect((JSON.parse(out) as RunOutcome).status).toBe('interrupted');
    expect(err).toContain(`${signal}: stopping`);
    expect(err).toMatch(/next {3}reyn resume \w{10}/);
    expect(await newest()).toBe('interrupted');
  });

  it('under an old Node is stopped by a signal to the launcher, once', async () => {
    const { child, ended } = start(root, ['run', 'slow', 'x', '--json'], { old: true });
    await reached;
    child.kill('SIGINT');
    const { out, exit } = await ended;
    expect(exit).toBe(130);
    expect((JSON.parse(out) as RunOutcome).status).toBe('interrupted');
  });

  /** A process that listens; each line it says is answered by one of `signals`. @returns what it said, and its end. */
  async function listening(stdio: 'ipc' | 'ignore', signals: readonly NodeJS.Signals[]) {
    const module = new URL('../../src/cli/signals.ts', import.meta.url);
    const code = `const { interruptible } = await import('${module}');
      process.on('SIGUSR2', () => setTimeout(() => console.log('later'), 400));
      process.on('SIGINT', () => console.log('got'));
      interruptible((signal) => console.log('stops')); setInterval(() => {}, 1000); console.log('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit', stdio],
    });
    const exit = new Promise((resolve) => child.on('exit', resolve));
    const heard: string[] = [];
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      heard.push(line);
      const signal = line === 'stops' ? undefined : signals[heard.filter((each) => each !== 'stops').length - 1];
      if (signal !== undefined) child.kill(signal);
    }
    return { heard, exit: await exit };
  }

  it('exits at once at the second signal', async () => {
    const { heard, exit } = await listening('ignore', ['SIGINT', 'SIGINT']);
    expect({ heard, exit }).toEqual({ heard: ['ready', 'got', 'stops', 'got'], exit: 130 });
  });

  it('under a launcher counts a Ctrl-C once, though terminal and launcher both send it', async () => {
    const { heard, exit } = await listening('ipc', ['SIGINT', 'SIGINT', 'SIGUSR2', 'SIGINT']);
    expect({ heard, exit }).toEqual({ heard: ['ready', 'got', 'stops', 'got', 'later', 'got'], exit: 130 });
  });

  it('under an old Node stops when the launcher is killed', async () => {
    const { child, ended } = start(root, ['run', 'slow', 'x'], { old: true });
    await reached;
    child.kill('SIGKILL');
    await ended; // the pipes close only when the child has ended, too
    expect(await newest()).toBe('interrupted');
  });
});

describe('an old Node', () => {
  it('hands over to the pinned one, with arguments, streams and exit code', async () => {
    expect((await reynIn(root, ['--version'], { old: true })).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { err, exit } = await reynIn(root, ['run', 'none', '-'], { old: true, stdin: 'x' });
    expect(err).toContain('none');
    expect(exit).toBe(2);
  });

  it('is told what is needed where there is no pinned one', async () => {
    const copy = folderWith({ 'package.json': '{"name": "reyn", "version": "9.9.9"}' });
    mkdirSync(join(copy.root, 'bin'));
    cpSync(join(import.meta.dirname, '../../bin'), join(copy.root, 'bin'), { recursive: true });
    const options = { old: true, bin: join(copy.root, 'bin/reyn.js') };
    const { err, exit } = await reynIn(root, ['status'], options);
    expect(err).toBe(
      'error: Reyn needs Node 22.18 or newer; this is Node 20.11.0.\n' +
        '  Install a newer Node (https://nodejs.org), or put one beside Reyn with `npm install node@24`.\n',
    );
    expect(exit).toBe(2);
    expect((await reynIn(root, ['--version'], options)).out).toBe('9.9.9\n');
    expect((await reynIn(root, ['status'], { bin: options.bin })).err).toContain('Reyn is not built here.');
    copy.remove();
  });
});
