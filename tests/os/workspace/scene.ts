import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { randomIds } from '../../../src/os/ids.ts';
import type { Lookup } from '../../../src/os/workspace/folder.ts';
import { openWorkspace, type WorkspaceOptions } from '../../../src/os/workspace/open.ts';
import type { Permits, Workspace, WorkspaceHandle } from '../../../src/os/workspace/workspace.ts';

export const CANARY = 'canary-7f3a';
export const ANYTHING: Permits = { read: () => true, write: () => true };

/** A project in a temporary folder, with a folder beside it that holds the canary and must never be touched. */
export type Scene = {
  readonly root: string;
  readonly out: string;
  readonly workspace: Workspace;
  readonly files: WorkspaceHandle;
  put(name: string, text?: string | Uint8Array): void;
  get(name: string): string;
  link(name: string, target: string): void;
};

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

export function scene(options: Partial<WorkspaceOptions> & { lookup?: Lookup } = {}): Scene {
  const top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-ws-')));
  made.push(top);
  const root = path.join(top, 'project');
  const out = path.join(top, 'out');
  fs.mkdirSync(root);
  fs.mkdirSync(out);
  fs.writeFileSync(path.join(out, 'secret.txt'), CANARY);
  const workspace = openWorkspace({
    root,
    workDir: path.join(root, '.reyn/work/run1'),
    readBlob: () => {
      throw new Error('no blobs here');
    },
    written: [],
    shareDisk: () => false,
    stageDir: () => path.join(root, '.reyn/tmp', `stage-${randomIds.next()}`),
    ...options,
  });
  return {
    root,
    out,
    workspace,
    files: workspace.handle(ANYTHING),
    put: (name, text = 'text') => {
      fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      fs.writeFileSync(path.join(root, name), text);
    },
    get: (name) => fs.readFileSync(path.join(root, name), 'utf8'),
    link: (name, target) => fs.symlinkSync(target, path.join(root, name)),
  };
}

/** The code of the OpError that `act` ends with; `none` when it ends well. */
export async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

export async function listOf(items: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
