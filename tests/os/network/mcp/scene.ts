import { onTestFinished } from 'vitest';
import type { Json, JsonObject } from '../../../../src/os/json.ts';
import type { McpServerConfig, McpServers } from '../../../../src/os/network/mcp/port.ts';
import { type McpOptions, openMcpServers } from '../../../../src/os/network/mcp/servers.ts';
import { OpError } from '../../../../src/os/op-error.ts';

export { raw } from './plan.ts';

/** Opens servers until the test ends. */
export function mcp(servers: Readonly<Record<string, McpServerConfig>>, options: Partial<McpOptions> = {}): McpServers {
  const opened = openMcpServers({
    servers,
    secret: () => undefined,
    env: process.env,
    cwd: process.cwd(),
    version: '1',
    ...options,
  });
  onTestFinished(() => opened.close());
  return opened;
}

export const patient = (): AbortSignal => new AbortController().signal;

/** Calls a tool with the pin of the tools as they are listed at that moment. */
export async function call(servers: McpServers, tool: string, args: JsonObject = {}, server = 'srv') {
  const { pin } = await servers.tools(server, patient());
  return await servers.call({ server, tool, args, pin, signal: patient() });
}

/** `code: message` of the OpError something ends with. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    (value) => new Error(`it came to ${JSON.stringify(value as Json)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OpError)) throw error;
  return `${error.code}: ${error.message}`;
}

/** Resolves when a process is gone. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
