import path from 'node:path';
import type { McpServerConfig } from '../../../../src/os/network/mcp/port.ts';
import type { Plan } from './raw-server.ts';

const RAW = path.join(import.meta.dirname, 'raw-server.ts');

/** The configuration of a raw server over standard input and output. */
export function raw(plan: Plan, env: Readonly<Record<string, string>> = {}): McpServerConfig {
  return { command: process.execPath, args: [RAW, JSON.stringify(plan)], env };
}
