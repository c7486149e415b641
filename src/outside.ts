import { fileURLToPath } from 'node:url';
import type { Config } from './os/config/config.ts';
import { userConfigDir } from './os/config/layer.ts';
import type { McpServerEntry } from './os/config/schema-governance.ts';
import type { ExecPort } from './os/kernel/ports.ts';
import type { McpServerConfig, McpServers } from './os/network/mcp/port.ts';
import type { Network } from './os/network/port.ts';
import type { WaysOptions } from './os/network/reach.ts';
import type { SearchEngine } from './os/network/search.ts';
import { OpError } from './os/op-error.ts';
import { type ClosedPlace, closedPlace } from './os/permissions/protections.ts';
import { openExec } from './os/runs/exec.ts';
import { openSandbox } from './os/sandbox/open.ts';
import type { NoSandbox, Sandbox } from './os/sandbox/port.ts';
import { linkedEvals } from './os/skills/linked-evals.ts';
import { openPythonEngine } from './os/steps/python/engine.ts';
import type { PythonEngine } from './os/steps/python/port.ts';
import { whoIs } from './who.ts';

/** What runs may reach beyond the project's files. Nothing is loaded, started or connected before it is used. */
export type Outside = {
  readonly network: Network;
  readonly search: () => Promise<SearchEngine | undefined>;
  readonly mcp: McpServers;
  readonly exec: (workDir: string) => ExecPort;
  /** The same for a copy of the project, by its root. */
  readonly execAt: (root: string) => (workDir: string) => ExecPort;
  /** What programs are isolated by, opened when first asked for. */
  readonly sandbox: () => Sandbox | NoSandbox;
  readonly python: PythonEngine;
  readonly closed: readonly ClosedPlace[];
  readonly who: string;
  close(): Promise<void>;
};

/** Folder of the skills that ship, beside this module in the sources and in the build. */
export const STDLIB = fileURLToPath(new URL('./stdlib/skills', import.meta.url));

export type OutsideOptions = {
  readonly root: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A stored secret by its name. */
  readonly secret: (name: string) => string | undefined;
  /** What stands between names and wires; empty = the system's own. */
  readonly ways: WaysOptions;
};

export function openOutside(options: OutsideOptions): Outside {
  const { root, config, env, ways } = options;
  let sandbox: Sandbox | NoSandbox | undefined;
  const opened = () => {
    sandbox ??= openSandbox({ setting: config.sandbox, root, env });
    return sandbox;
  };
  const mcp = lazyMcp(options);
  return {
    network: {
      fetch: async (request) => (await import('./os/network/fetch.ts')).openNetwork(ways).fetch(request),
    },
    search: async () =>
      config.search === undefined
        ? undefined
        : (await import('./os/network/search.ts')).openSearch(config.search, ways),
    mcp,
    exec: (workDir) => openExec({ root, sandbox: opened, limits: config.exec }, workDir),
    // a program that saw where the copy lies could tell a sealed case from any other, and an evaluation from a run
    execAt: (copy) => (workDir) =>
      openExec({ root: copy, seenAt: root, sandbox: opened, limits: config.exec }, workDir),
    sandbox: opened,
    python: openPythonEngine({ sandbox: opened }),
    closed: closedPlaces(root, env),
    who: whoIs(env),
    close: () => mcp.close(),
  };
}

/**
 * Places that are closed wherever they lie: the skills that ship, the user's own settings, keys and trust, and eval files
 * of skills that a link leads to.
 */
export function closedPlaces(root: string, env: OutsideOptions['env']): readonly ClosedPlace[] {
  const userDir = userConfigDir(env);
  const ships = 'a skill that ships is the same for everybody; `reyn skill copy` makes one of your own';
  const stdlib = closedPlace(root, STDLIB, { id: 'stdlib', closes: 'write', reason: ships });
  const exam = 'a skill that could see or change its own exam could not be trusted with the result';
  const evals = linkedEvals(root).map((path) => closedPlace(root, path, { id: 'eval', closes: 'all', reason: exam }));
  if (userDir === undefined) return [stdlib, ...evals];
  return [
    stdlib,
    ...evals,
    closedPlace(root, userDir, { id: 'user', closes: 'all', reason: 'it holds your settings and keys' }),
  ];
}

/** MCP servers, whose client is loaded when a server is first spoken to. */
function lazyMcp({ root, config, env, secret, ways }: OutsideOptions): McpServers {
  let open: Promise<McpServers> | undefined;
  const opened = () => {
    open ??= import('./os/network/mcp/servers.ts').then(async ({ openMcpServers }) => {
      const { version } = await import('./os/package.ts');
      const servers = Object.fromEntries(Object.entries(config.mcp).map(([name, entry]) => [name, serverOf(entry)]));
      return openMcpServers({ ...ways, servers, secret, env, cwd: root, version: version() });
    });
    return open;
  };
  const refuseUntrusted = (server: string) => {
    if (!config.untrusted.includes(`mcp.servers.${server}`)) return;
    throw new OpError(
      'untrusted',
      `The server "${server}" is in a file of the project that nobody has trusted here: look at it, then run \`reyn config trust\`.`,
    );
  };
  return {
    tools: async (server, signal) => {
      refuseUntrusted(server);
      return (await opened()).tools(server, signal);
    },
    call: async (request) => {
      refuseUntrusted(request.server);
      return (await opened()).call(request);
    },
    close: async () => (await open)?.close(),
  };
}

function serverOf({ command, args = [], env = {}, url, headers = {} }: McpServerEntry): McpServerConfig {
  return command === undefined ? { url: url ?? '', headers } : { command, args, env };
}
