import { Bug } from '../errors.ts';
import { EVENTS } from '../indexed-source.ts';
import { OpError } from '../op-error.ts';
import type { Handles, Op } from '../ops/op.ts';
import { decide } from '../permissions/decide.ts';
import type { Need } from '../permissions/need.ts';
import { permitsOf, sourcesOf } from '../permissions/permits.ts';
import { contextOf, type Request } from './decided-in.ts';
import { execHandle } from './exec-handle.ts';
import type { Drive } from './ports.ts';

/** Handles narrowed to needs that were allowed, and closed where there was no such need. */
export function handlesFor(drive: Drive, op: Op, request: Request, needs: readonly Need[]): Handles {
  const { ports, skill } = drive;
  const { signal } = ports;
  const context = contextOf(drive, op, request);
  const sources = sourcesOf(needs);
  const mayRun = (name: string) =>
    name !== skill.name && decide({ kind: 'skill.run', skill: name }, context).verdict === 'allow';
  const hosts = needs.flatMap((need) => (need.kind === 'net' ? [need.host] : []));
  const tools = needs.flatMap((need) => (need.kind === 'mcp' ? [need] : []));
  const workspace = ports.workspace.handle(permitsOf(needs, context));
  const { run, started } = drive.state();
  const { meter, who } = ports;
  const asking = {
    run,
    step: request.step,
    skill: skill.name,
    who,
    needs,
    model: started.model,
    workspace,
    meter,
    signal,
  };
  return {
    ...ports.improvement.handles(asking),
    workspace,
    index: ports.index.handle({ run: drive.state().run, step: request.step, ...sources }),
    skills: { list: () => ports.skills(mayRun) },
    runs: {
      list: (filter) => {
        if (!sources.recall.includes(EVENTS)) throw new Bug('an op looked runs up without leave to recall events');
        return ports.runs(filter, drive.state().run);
      },
    },
    network: {
      // a redirect leads where it leads: another host is one more need, decided without asking
      fetch: (asked) =>
        ports.network.fetch({
          ...asked,
          signal,
          mayReach: (host) => hosts.includes(host) || decide({ kind: 'net', host }, context).verdict === 'allow',
        }),
    },
    search: {
      search: async (request) => {
        const engine = needs.some((need) => need.kind === 'net' && need.engine === true);
        const chosen = engine ? await ports.search() : undefined;
        if (chosen !== undefined) return chosen.search({ ...request, signal });
        throw new OpError('not_configured', 'There is no search engine: the configuration names none in `search`.');
      },
    },
    mcp: {
      call: ({ server, tool, args }) => {
        const granted = tools.find((need) => need.server === server && need.tool === tool);
        if (granted?.pin === undefined) throw new OpError('refused', `${server}/${tool} was not granted to this op.`);
        return ports.mcp.call({ server, tool, args, pin: granted.pin, signal });
      },
    },
    exec: execHandle(drive, context, needs),
    signal,
  };
}
