import type { Op } from '../ops/op.ts';
import { type Decision, type DecisionContext, decide } from '../permissions/decide.ts';
import { type Need, resourceOf } from '../permissions/need.ts';
import { question } from './intervene.ts';
import type { Drive } from './ports.ts';
import type { DeniedRecord, OpCall } from './state.ts';

/** An op that is to be done. */
export type Request = OpCall & {
  /** Whether the arguments stand in the log already, in the turn that asked. */
  readonly logged: boolean;
  /** Blobs the present frame named. */
  readonly named: ReadonlySet<string>;
};

/** What decided where nobody could be asked; such a request is not put again in the run. */
const NOBODY = 'nobody to ask';

/** The rule that allows the op; `undefined` when it was denied or has to wait (both recorded). */
export async function permit(
  drive: Drive,
  op: Op,
  request: Request,
  needs: readonly Need[],
): Promise<string | undefined> {
  const by: string[] = [];
  for (const need of needs) {
    const decision = decide(need, contextOf(drive, request.named));
    const verdict = decision.verdict === 'ask' ? await askLeave(drive, op, request, need, decision) : decision;
    if (verdict === undefined) return undefined;
    if (verdict.verdict !== 'allow') {
      deny(drive, op, request, need, verdict);
      return undefined;
    }
    by.push(verdict.by);
  }
  return by.length === 0 ? 'no need' : [...new Set(by)].join(', ');
}

/** What a need is decided in. */
export function contextOf(drive: Drive, named: ReadonlySet<string>): DecisionContext {
  const { skill, ports } = drive;
  const { answers } = drive.state();
  const { policy, bounds } = ports;
  return { skill: skill.name, permissions: skill.permissions, bounds, policy, answers, blobs: named };
}

async function askLeave(
  drive: Drive,
  op: Op,
  request: Request,
  need: Need,
  decision: Decision,
): Promise<Decision | undefined> {
  const resource = resourceOf(need);
  const nobody = { verdict: 'deny', by: NOBODY, reason: `${decision.reason} Nobody was there to ask.` } as const;
  const same = (denied: DeniedRecord) => denied.need === need.kind && denied.resource === resource;
  if (drive.state().denied.some((denied) => denied.by === NOBODY && same(denied))) return nobody;
  const answer = await question(drive, {
    step: request.step,
    kind: 'permission',
    text: `May ${drive.skill.name} use ${op.kind} on ${resource}? ${decision.reason}`,
    choices: ['allow', 'deny'],
    about: { need: need.kind, resource, op: op.kind, args: request.args },
  });
  if (answer === 'waits') return undefined;
  if (answer !== 'nobody') return decide(need, contextOf(drive, request.named));
  return nobody;
}

export function deny(drive: Drive, op: Op, request: Request, need: Need, decision: Decision): void {
  drive.emit({
    type: 'permission_denied',
    step: request.step,
    data: {
      kind: op.kind,
      ...(request.logged ? {} : { args: request.args }),
      need: need.kind,
      resource: resourceOf(need),
      reason: decision.reason,
      by: decision.by,
    },
  });
}
