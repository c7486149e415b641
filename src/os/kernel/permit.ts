import type { Json, JsonObject } from '../json.ts';
import { OpError } from '../op-error.ts';
import type { Op } from '../ops/op.ts';
import { type Decision, decide } from '../permissions/decide.ts';
import { type Need, resourceOf } from '../permissions/need.ts';
import { contextOf, type Request } from './decided-in.ts';
import { askLeave, keepAnswer } from './leave-asked.ts';
import type { Drive } from './ports.ts';

/** What may be done, and what decided so. */
export type Permitted = { readonly by: string; readonly needs: readonly Need[] };

/** What asks: an op, or a step that acts by itself. */
export type Asker = Pick<Op, 'kind'>;

/**
 * The rules that allow the op; `undefined` when it was denied or has to wait (both recorded).
 * @param preview what a write would change, for whoever is asked.
 */
export async function permit(
  drive: Drive,
  op: Asker,
  request: Request,
  needs: readonly Need[],
  preview: () => Promise<JsonObject>,
): Promise<Permitted | undefined> {
  const by: string[] = [];
  const decided: Need[] = [];
  for (const bare of needs) {
    const need = await withFacts(drive, op, request, bare);
    const decision = decide(need, contextOf(drive, op, request));
    if (decision.by === 'answer') await keepAnswer(drive, request, need);
    const verdict =
      decision.verdict === 'ask' ? await askLeave(drive, op, request, { need, decision, preview }) : decision;
    if (verdict === undefined) return undefined;
    if (verdict.verdict !== 'allow') {
      deny(drive, op, request, need, verdict);
      return undefined;
    }
    by.push(verdict.by);
    decided.push(need);
  }
  return { by: by.length === 0 ? 'no need' : [...new Set(by)].join(', '), needs: decided };
}

/** The need with what only others know. */
async function withFacts(drive: Drive, op: Asker, request: Request, need: Need): Promise<Need> {
  if (need.kind === 'skill.write') return { ...need, standing: await drive.ports.improvement.standing(need) };
  return withPin(drive, op, request, need);
}

/**
 * A need of an MCP tool speaks of the tools as the server lists them now. A server is not spoken to for what is denied
 * anyhow. @throws OpError when it does not answer.
 */
async function withPin(drive: Drive, op: Asker, request: Request, need: Need): Promise<Need> {
  if (need.kind !== 'mcp') return need;
  if (decide(need, contextOf(drive, op, request)).verdict === 'deny') return need;
  const { pin, tools } = await drive.ports.mcp.tools(need.server, drive.ports.signal);
  if (tools.some(({ name }) => name === need.tool)) return { ...need, pin };
  const known = tools.map(({ name }) => name).join(', ');
  throw new OpError('not_found', `The server "${need.server}" has no tool "${need.tool}"; it has: ${known}.`);
}

export function deny(drive: Drive, op: Asker, request: Request, need: Need, decision: Decision): void {
  drive.emit({
    type: 'permission_denied',
    step: request.step,
    data: {
      kind: op.kind,
      ...(request.logged ? {} : { args: request.args as Json }),
      need: need.kind,
      resource: resourceOf(need),
      reason: decision.reason,
      by: decision.by,
    },
  });
}
