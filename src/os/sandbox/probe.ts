import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from './port.ts';
import { listen } from './probe-ears.ts';
import { type Ground, SECRET, TRIES, type Try } from './probe-tries.ts';

/** One thing that must fail, or must work, and what came of it. */
export type Probe = {
  readonly name: string;
  /** What must be, as a phrase. */
  readonly expected: string;
  /** What was. */
  readonly got: string;
  readonly ok: boolean;
};

/**
 * Tries in a sandbox what must fail and what must work. Takes about a second.
 *
 * @returns one entry per attempt, also when it could not be made; never rejects for what the sandbox does
 */
export async function probeSandbox(sandbox: Sandbox): Promise<readonly Probe[]> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'reyn-probe-'));
  const ears = await listen();
  try {
    const secret = join(dir, 'secret');
    const folder = join(dir, 'shown');
    writeFileSync(secret, SECRET);
    mkdirSync(folder);
    const ground = { sandbox, folder, secret, ...ears };
    return await Promise.all(TRIES.map((attempt) => tried(attempt, ground)));
  } finally {
    ears.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function tried({ name, expected, act }: Try, ground: Ground): Promise<Probe> {
  try {
    return { name, expected, ...(await act(ground)) };
  } catch (error) {
    return { name, expected, ok: false, got: (error as Error).message };
  }
}
