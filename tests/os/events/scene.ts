import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, simulatedClock } from '../../../src/os/clock.ts';
import { DEFAULT_LIMITS } from '../../../src/os/config/limits.ts';
import type { Disk } from '../../../src/os/disk.ts';
import type { RunEventBody } from '../../../src/os/events/event.ts';
import type { Locks } from '../../../src/os/events/locks.ts';
import type { Listing } from '../../../src/os/events/parts.ts';
import type { Store } from '../../../src/os/events/port.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import type { Signer } from '../../../src/os/signing.ts';

/** An empty project folder that is gone after the test. */
export function freshRoot(): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-log-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  return root;
}

/** A store that is closed after the test. */
export function openIn(
  root: string,
  with_: { disk?: Disk; locks?: Locks; clock?: Clock; signer?: Signer; listing?: Listing } = {},
): Store {
  const store = openStore({
    root,
    clock: simulatedClock(),
    ids: randomIds,
    signer: undefined,
    redact: openRedactor({ known: [] }),
    ...with_,
  });
  onTestFinished(() => store.close());
  return store;
}

const NONE = '0'.repeat(64);

/** The first event of a run, as small as its schema allows. */
export function firstEvent(
  store: Pick<Store, 'owner'>,
  rest: { parent?: string; pack?: string; skill?: string; dir?: string } = {},
): RunEventBody {
  const { parent, pack = NONE, skill = 'sample', dir = 'reyn/project/sample' } = rest;
  return {
    type: 'run_skill_started',
    data: {
      skill,
      skill_version_hash: NONE,
      skill_md_sha256: NONE,
      pack,
      dir,
      origin: 'project',
      entry: 'sample',
      input: { type: 'user_message', artifact: { text: 'hello' } },
      models: {},
      limits: DEFAULT_LIMITS,
      ops: 'ops',
      config: 'config',
      contract: '1',
      owner: store.owner,
      ...(parent === undefined ? {} : { parent: { run: parent, step: 's', root: parent } }),
    },
  };
}

export function decided(text: string): RunEventBody {
  return {
    type: 'turn_decided',
    step: 'sample.1/1',
    data: { request: 'r', edge: 'finish', to: 'end', type: 'summary', artifact: { text } },
  };
}

export const FINISHED: RunEventBody = { type: 'run_finished', data: { type: 'summary', artifact: { text: 'done' } } };

export function runFile(root: string, run: string): string {
  return path.join(root, '.reyn', 'runs', run, 'events.jsonl');
}

export function monthFiles(root: string): string[] {
  const dir = path.join(root, '.reyn', 'log');
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => path.join(dir, name));
}

/** Another process that acts on the store: see actor.ts for what it can be told. */
export type Actor = {
  readonly pid: number;
  /** All it printed so far. */
  said(): string;
  /** Resolves with the next line it prints. */
  line(): Promise<string>;
  kill(): Promise<void>;
  /** Resolves when it has ended, with its exit code or signal and all it printed on either stream. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }>;
};

const ACTOR = path.join(import.meta.dirname, 'actor.ts');

export function startActor(args: readonly string[], wrap: readonly string[] = []): Actor {
  const [command = '', ...rest] = [...wrap, process.execPath, ACTOR, ...args];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
  let out = '';
  let err = '';
  let read = 0;
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const go of waiting.splice(0)) go();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  let hasEnded = false;
  const ended: Actor['ended'] = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      hasEnded = true;
      wake();
      resolve({ code, signal, out, err });
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    said: () => out,
    async line() {
      for (;;) {
        const newline = out.indexOf('\n', read);
        if (newline >= 0) {
          const text = out.slice(read, newline);
          read = newline + 1;
          return text;
        }
        if (hasEnded) throw new Error(`the actor ended: ${err}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}
