import type { JsonObject } from '../../../src/os/json.ts';
import type { McpServers } from '../../../src/os/network/mcp/port.ts';
import type { Network } from '../../../src/os/network/port.ts';
import type { SearchEngine } from '../../../src/os/network/search.ts';
import type { Handles, Op } from '../../../src/os/ops/op.ts';
import { checkArgs } from '../../../src/os/ops/validate.ts';

const absent = () => {
  throw new Error('not part of this stage');
};

type Around = {
  readonly network?: Network;
  readonly mayReach?: (host: string) => boolean;
  readonly mcp?: McpServers;
  readonly engine?: SearchEngine;
};

/** Does an op that acts outside: its arguments checked, its handles held to one network and its servers. */
export async function actOutside(op: Op, args: JsonObject, { network, mcp, engine, mayReach = () => true }: Around) {
  const [error] = checkArgs(op, args);
  if (error !== undefined) throw new Error(`invalid: ${error.path} ${error.message}`);
  if (op.effect !== 'external') throw new Error(`${op.kind} does not act outside`);
  const { signal } = new AbortController();
  const handles: Handles = {
    workspace: new Proxy({} as Handles['workspace'], { get: absent }),
    index: { recall: absent, standing: absent, write: absent, drop: absent, hasRecorded: absent },
    skills: { list: absent },
    runs: { list: absent },
    network: { fetch: async (request) => (network ?? absent()).fetch({ ...request, mayReach, signal }) },
    search: { search: async (request) => (engine ?? absent()).search({ ...request, signal }) },
    mcp: {
      call: async (request) => {
        const { pin } = await (mcp ?? absent()).tools(request.server, signal);
        return await (mcp ?? absent()).call({ ...request, pin, signal });
      },
    },
    exec: { run: absent },
    evals: { evaluate: absent, verify: absent },
    searches: { plan: absent, remains: absent },
    versions: { planSave: absent, planApply: absent, remains: absent },
    proposals: { plan: absent, remains: absent },
    signal,
  };
  return await op.run(args, handles);
}
