import type { JsonObject } from '../../src/os/json.ts';
import type { Reyn } from '../../src/reyn.ts';
import type { Lab } from './lab.ts';
import { type Outcome, outcomeOf, refusalOf } from './outcome.ts';

/** Arguments of a row as the ops of Reyn call them. */
export function argsOf(op: string, input: Readonly<Record<string, unknown>>): JsonObject {
  const { old, new: by, cwd, ...rest } = input;
  if (op === 'edit_file' && old !== undefined) return { ...rest, edits: [{ find: old, replace: by }] } as JsonObject;
  if (op === 'glob_files' && cwd !== undefined) return { ...rest, path: cwd } as JsonObject;
  return (cwd === undefined ? rest : { ...rest, cwd }) as JsonObject;
}

/** Sends any op. Nobody is there to ask: where a row expects a question the run waits, else the op is denied. */
export async function sendOp(lab: Lab, reyn: Reyn, kind: string, args: JsonObject): Promise<Outcome> {
  const { events } = lab;
  const before = events.length;
  const onAsk = lab.row.expected.verdict.includes('ask') ? 'suspend' : 'fail';
  try {
    const done = await reyn.op(kind, args, { as: 'lab', onAsk, onEvent: (event) => events.push(event) });
    return outcomeOf(done, events.slice(before));
  } catch (error) {
    return refusalOf(error);
  }
}

/** Opens the project; where a row says which tools of a server are granted, the operator vouches for them. */
export async function openVouched(lab: Lab): Promise<Reyn> {
  const reyn = await lab.open();
  const { mcp } = lab.config as { mcp?: { servers: Record<string, object> } };
  const looked = lab.row.setup.some((action) => action.do === 'grant' && action.mcp_tools !== undefined);
  const hangs = lab.row.setup.some((action) => action.hang !== undefined);
  if (mcp === undefined || !looked || hangs) return reyn;
  const listed = await reyn.mcp.list();
  const servers = Object.entries(mcp.servers).map(([name, server]) => {
    const pin = listed.find((each) => each.name === name)?.pin;
    return [name, pin === undefined ? server : { ...server, pin }];
  });
  lab.config.mcp = { servers: Object.fromEntries(servers) };
  return lab.open();
}
