import type { McpServerEntry } from './api.ts';
import type { Config } from './os/config/config.ts';
import type { McpServers } from './os/network/mcp/port.ts';
import { OpError } from './os/op-error.ts';

/** Every MCP server of the configuration, with the tools it lists now. */
export async function listMcp(
  config: Config,
  servers: McpServers,
  signal: AbortSignal,
): Promise<readonly McpServerEntry[]> {
  const prefix = 'mcp.servers.';
  const untrusted = config.untrusted.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  const asked = Object.entries(config.mcp).map(
    async ([name, { command, args = [], url, pin }]): Promise<McpServerEntry> => {
      const how = command === undefined ? (url ?? '') : [command, ...args].join(' ');
      try {
        const listed = await servers.tools(name, signal);
        const pinned = pin === undefined ? {} : { pinned: pin === listed.pin };
        const tools = listed.tools.map((tool) => ({ name: tool.name, description: tool.description }));
        return { name, how, pin: listed.pin, ...pinned, tools };
      } catch (error) {
        if (!(error instanceof OpError)) throw error;
        return { name, how, tools: [], error: error.message };
      }
    },
  );
  const waiting = untrusted.map((name) => ({
    name,
    how: 'in a file of the project that nobody has trusted here',
    tools: [],
    error: 'Look at it, then run `reyn config trust`.',
  }));
  return [...(await Promise.all(asked)), ...waiting];
}
