import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { supervise } from './child.ts';
import { environment } from './environment.ts';
import { onHost } from './mounts.ts';
import type { SandboxEnd, SandboxRequest } from './port.ts';
import { type Operator, programOf, SYSTEM_FOLDERS } from './programs.ts';
import { behindShell } from './shell.ts';
import { isTreeGone, killTree, MARK } from './tree.ts';

/**
 * Runs a program on the machine as it is: what macOS and the setting `none` have in common. Deadline, output, files
 * and processor time are bounded, the environment is fresh, home and temporary folder are its own and gone afterwards.
 * Files stay where the machine has them: of the mounts only the working folder is followed.
 *
 * @param around what to start, given the program behind its shell and the folder that is its own
 */
export async function runOnHost(
  request: SandboxRequest,
  operator: Operator,
  around: (inside: readonly string[], own: string) => readonly string[],
): Promise<SandboxEnd> {
  const { path, tool } = programOf(request.argv, operator);
  const own = mkdtempSync(join(realpathSync(tmpdir()), 'reyn-exec-'));
  const mark = randomUUID();
  const places = {
    path: tool === undefined ? SYSTEM_FOLDERS : [...SYSTEM_FOLDERS, dirname(tool.path)],
    home: join(own, 'home'),
    tmp: join(own, 'tmp'),
  };
  try {
    for (const folder of [places.home, places.tmp]) mkdirSync(folder);
    const [file = '', ...args] = around(behindShell([path, ...request.argv.slice(1)], request.limits, undefined), own);
    return await supervise(
      {
        file,
        args,
        env: { ...environment(request.env, places), [MARK]: mark },
        cwd: onHost(request.cwd, request.mounts) ?? request.cwd,
        channels: [],
        beforeGo: async () => undefined,
        kill: ({ pid }) => killTree(pid, mark),
        isGone: ({ pid }) => {
          killTree(pid, mark);
          return isTreeGone(pid, mark);
        },
        statusOf: (code) => ({ status: 'exited', code }),
      },
      request,
    );
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
