import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Config } from './os/config/config.ts';
import { userConfigDir } from './os/config/layer.ts';
import type { ExecPort } from './os/kernel/ports.ts';
import type { McpServers } from './os/network/mcp/port.ts';
import type { Network } from './os/network/port.ts';
import { OpError } from './os/op-error.ts';
import { type ClosedPlace, closedPlace } from './os/permissions/protections.ts';
import { openExec } from './os/runs/exec.ts';

/** What runs may reach beyond the project's files. Nothing is loaded, started or connected before it is used. */
export type Outside = {
  readonly network: Network;
  readonly mcp: McpServers;
  readonly exec: (workDir: string) => ExecPort;
  readonly closed: readonly ClosedPlace[];
  readonly who: string;
  readonly secret: (name: string) => string | undefined;
  close(): Promise<void>;
};

/** Folder of the skills that ship, beside this module in the sources and in the build. */
export const STDLIB = fileURLToPath(new URL('./stdlib/skills', import.meta.url));

export type OutsideOptions = {
  readonly root: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export function openOutside({ root, config, env }: OutsideOptions): Outside {
  const none = () => Promise.reject(new OpError('not_configured', 'There is no network yet.'));
  const userDir = userConfigDir(env);
  return {
    network: { fetch: none },
    mcp: { tools: none, call: none, close: () => Promise.resolve() },
    exec: (workDir) =>
      openExec(
        {
          root,
          sandbox: () => ({ backend: undefined, reason: 'There is no sandbox yet.', hint: '' }),
          limits: config.exec,
        },
        workDir,
      ),
    closed: [
      closedPlace(root, STDLIB, {
        id: 'stdlib',
        closes: 'write',
        reason: 'it is a skill that ships; `reyn skill copy` makes one of your own',
      }),
      ...(userDir === undefined
        ? []
        : [
            closedPlace(root, userDir, { id: 'user', closes: 'all', reason: 'it holds your settings, keys and trust' }),
          ]),
    ],
    who: whoIs(env),
    secret: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** The person at this process: `REYN_WHO`, else as the operating system calls them. */
function whoIs(env: Readonly<Record<string, string | undefined>>): string {
  const named = env.REYN_WHO?.trim();
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
