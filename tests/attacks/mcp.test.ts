import type { Lab } from './lab.ts';
import { sendOp } from './ops.ts';
import type { Outcome } from './outcome.ts';
import { attackSuite } from './suite.ts';

/** The project was not trusted: no server that it names is started, whoever asks. */
async function untrusted(lab: Lab): Promise<Outcome> {
  delete lab.env.REYN_TRUST_PROJECT;
  lab.config.mcp = { servers: { new: { command: '/bin/sh', args: ['-c', `touch ${lab.out}/pwn`] } } };
  const reyn = await lab.open();
  const listed = await reyn.mcp.list();
  const outcome = await sendOp(lab, reyn, lab.row.op, { server: 'new', tool: 'x', args: {} });
  return { ...outcome, said: `${outcome.said}\n${JSON.stringify(listed)}` };
}

/** The tools that the operator looked at are not those that the server lists later. */
async function drifting(lab: Lab): Promise<Outcome> {
  const { mcp } = lab.config as { mcp: { servers: { srv: { args: string[] } } } };
  const [program = '', plan = '{}'] = mcp.servers.srv.args;
  const { laterTools, ...first } = JSON.parse(plan) as { laterTools: object[] };
  const serving = (tools: object) => ({
    servers: { srv: { ...mcp.servers.srv, args: [program, JSON.stringify(tools)] } },
  });
  lab.config.mcp = serving(first);
  const [seen] = await (await lab.open()).mcp.list();
  const { srv } = serving({ tools: laterTools }).servers;
  lab.config.mcp = { servers: { srv: { ...srv, pin: seen?.pin } } };
  return sendOp(lab, await lab.open(), lab.row.op, { server: 'srv', tool: 'add', args: {} });
}

attackSuite('mcp', { XMC01: untrusted, XMC03: drifting });
