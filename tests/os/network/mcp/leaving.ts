import { openMcpServers } from '../../../../src/os/network/mcp/servers.ts';
import { raw } from './plan.ts';

/** Opens a server that has a child, says the child's process id, and ends without closing anything. */
const servers = openMcpServers({
  servers: { srv: raw({ child: 'detached', stubborn: true }) },
  secret: () => undefined,
  env: process.env,
  cwd: process.cwd(),
  version: '1',
});
const { signal } = new AbortController();
const { pin } = await servers.tools('srv', signal);
const { text } = await servers.call({ server: 'srv', tool: 'add', args: {}, pin, signal });
process.stdout.write(text, () => process.exit(0));
