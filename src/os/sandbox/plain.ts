import { checkedSandbox } from './checked.ts';
import { runOnHost } from './host.ts';
import type { Sandbox } from './port.ts';
import type { Operator } from './programs.ts';

/**
 * No sandbox, as the user's own config says: the program can read, write and reach whatever the user can. What remains
 * are the bounds, the fresh environment and the end of the tree, as far as that can be had without namespaces.
 */
export function plain(operator: Operator): Sandbox {
  return checkedSandbox('none', (request) => runOnHost(request, operator, (inside) => inside));
}
