import { OpError } from '../../op-error.ts';
import { visible } from '../../visible.ts';
import { abortable, openWays, type Ways, type WaysOptions } from '../reach.ts';
import { isRefusedUrl, readUrl } from '../url.ts';
import { checkArguments } from './arguments.ts';
import { MCP_BOUNDS } from './bounds.ts';
import { type Connection, openConnection } from './connection.ts';
import { openHttp } from './http.ts';
import type { McpServerConfig, McpServers, McpTools } from './port.ts';
import { readResult } from './result.ts';
import { withSecrets } from './secrets.ts';
import { openStdio } from './stdio.ts';
import { listTools, toolChanges } from './tools.ts';
import type { Violated, Wire } from './wire.ts';

export type McpOptions = WaysOptions & {
  /** Servers by name. Only these exist: no file of the project adds one. */
  readonly servers: Readonly<Record<string, McpServerConfig>>;
  /** What `${secret:NAME}` stands for. */
  readonly secret: (name: string) => string | undefined;
  /** Where PATH, HOME and LANG of a server come from; nothing else of it is handed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder a server starts in, absolute. */
  readonly cwd: string;
  /** Reyn's, told to servers. */
  readonly version: string;
  /** Milliseconds until a server is there, and until it has listed its tools; {@link MCP_BOUNDS} has what is usual. */
  readonly handshakeMs?: number;
  /** Milliseconds of a call. */
  readonly callMs?: number;
};

const INHERITED = ['PATH', 'HOME', 'LANG'];
/** Lists of tools that are remembered, to say what changed. */
const MAX_REMEMBERED = 100;

/** The servers of the configuration. None is started before it is needed. */
export function openMcpServers(options: McpOptions): McpServers {
  const ways = openWays(options);
  const { handshakeMs = MCP_BOUNDS.handshakeMs, callMs = MCP_BOUNDS.callMs } = options;
  const connections = new Map<string, Promise<Connection>>();
  const remembered = new Map<string, McpTools>();
  const closed = new AbortController();

  const connect = async (server: string, signal: AbortSignal): Promise<Connection> => {
    closed.signal.throwIfAborted();
    const current = connections.get(server);
    if (current !== undefined) {
      const connection = await abortable(current, signal);
      if (!connection.hasEnded()) return connection;
      if (connections.get(server) === current) connections.delete(server);
      return await connect(server, signal);
    }
    const config = Object.hasOwn(options.servers, server) ? options.servers[server] : undefined;
    if (config === undefined) throw new OpError('not_found', 'there is no such server in the configuration');
    const opening = openConnection((violated) => openWire(config, options, ways, violated), options.version, {
      ms: handshakeMs,
      signal: closed.signal,
    });
    connections.set(server, opening);
    opening.catch(() => connections.get(server) === opening && connections.delete(server));
    return await abortable(opening, signal);
  };

  const list = async (server: string, connection: Connection, signal: AbortSignal): Promise<McpTools> => {
    const end = performance.now() + handshakeMs; // for all pages
    const tools = await listTools((cursor) =>
      connection.listTools(cursor, { ms: Math.max(1, Math.ceil(end - performance.now())), signal }),
    );
    remembered.set(`${server} ${tools.pin}`, tools);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= MAX_REMEMBERED) break;
      remembered.delete(oldest);
    }
    return tools;
  };

  return {
    tools: (server, signal) => about(server, async () => await list(server, await connect(server, signal), signal)),
    call: ({ server, tool, args, pin, signal }) =>
      about(server, async () => {
        const connection = await connect(server, signal);
        const now = await list(server, connection, signal);
        if (now.pin !== pin) throw drift(remembered.get(`${server} ${pin}`), now);
        const found = now.tools.find(({ name }) => name === tool);
        if (found === undefined) throw new OpError('not_found', `it has no tool "${visible(tool)}"`);
        checkArguments(tool, found.schema, args);
        return readResult(tool, await connection.callTool(tool, args, { ms: callMs, signal }));
      }),
    close: async () => {
      closed.abort(new OpError('unreachable', 'it was closed'));
      const all = [...connections.values()];
      connections.clear();
      await Promise.all(all.map(async (one) => (await one.catch(() => undefined))?.close()));
    },
  };
}

function openWire(config: McpServerConfig, options: McpOptions, ways: Ways, violated: Violated): Wire | Promise<Wire> {
  if ('url' in config) {
    const url = readUrl(config.url);
    if (isRefusedUrl(url)) throw new OpError('not_configured', `its URL cannot be used: ${url.refused}`);
    return openHttp({ url, headers: withSecrets(config.headers, options.secret) }, ways, violated);
  }
  const inherited = INHERITED.flatMap((name) => {
    const value = options.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const env = { ...Object.fromEntries(inherited), ...withSecrets(config.env, options.secret) };
  return openStdio({ command: config.command, args: config.args, env, cwd: options.cwd }, violated);
}

function drift(before: McpTools | undefined, now: McpTools): OpError {
  const changes = before === undefined ? 'they are not what was allowed' : `it ${toolChanges(before, now)}`;
  return new OpError(
    'drift',
    `its tools have changed since they were allowed: ${changes}; they have to be allowed anew`,
  );
}

/** Does something with a server and puts its name before whatever goes wrong. */
async function about<T>(server: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    throw new OpError(error.code, `MCP server "${visible(server)}": ${error.message.replace(/\.$/, '')}.`);
  }
}
