import { OpError } from '../op-error.ts';
import type { ExecHandle } from '../ops/op.ts';
import { type DecisionContext, decide } from '../permissions/decide.ts';
import type { Need } from '../permissions/need.ts';
import { resolveReferences } from '../secrets/reference.ts';
import type { Drive } from './ports.ts';

/**
 * Programs for one op: only the command that was allowed. What it sees and may change of the project is what the skill
 * declares and nobody would have to be asked for; a program cannot be stopped to ask.
 */
export function execHandle(drive: Drive, context: DecisionContext, needs: readonly Need[]): ExecHandle {
  const { ports, skill } = drive;
  const commands = needs.flatMap((need) => (need.kind === 'exec' ? [filled(need.argv, ports.secret)] : []));
  const isAllowed = (need: Need) => decide(need, context).verdict === 'allow';
  const { read, write } = skill.permissions.file;
  return {
    run: (request) => {
      if (!commands.some((argv) => isSame(argv, request.argv))) {
        throw new OpError('refused', 'Another command was granted to this op.');
      }
      const view = {
        reads: read,
        writes: write,
        mayRead: (path: string) => isAllowed({ kind: 'file.read', path }),
        mayWrite: (path: string) => isAllowed({ kind: 'file.write', path }),
        workspace: ports.workspace,
      };
      return ports.exec.run(request, view, ports.signal);
    },
  };
}

/** A command as it is run: it was decided by the names of the secrets in it. */
function filled(argv: readonly string[], secret: Drive['ports']['secret']): readonly string[] {
  const found = resolveReferences([...argv], secret);
  return found.ok ? found.value : argv;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, at) => word === other[at]);
}
