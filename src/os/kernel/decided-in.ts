import type { Op } from '../ops/op.ts';
import type { DecisionContext } from '../permissions/decide.ts';
import type { Drive } from './ports.ts';
import type { OpCall } from './state.ts';

/** An op that is to be done. */
export type Request = OpCall & {
  /** Whether the arguments stand in the log already, in the turn that asked. */
  readonly logged: boolean;
  /** Blobs the present frame named. */
  readonly named: ReadonlySet<string>;
};

/** What a need of an op is decided in. */
export function contextOf(
  drive: Drive,
  op: Pick<Op, 'kind'>,
  { step, named }: Pick<Request, 'step' | 'named'>,
): DecisionContext {
  const { skill, ports } = drive;
  const { answers, started } = drive.state();
  const { policy, bounds, pins, grants, closed, onPropose } = ports;
  return {
    skill: started.as?.skill ?? skill.name,
    fingerprint: started.as?.skill_version_hash ?? skill.fingerprint,
    op: op.kind,
    step,
    now: ports.now(),
    permissions: skill.permissions,
    bounds,
    policy,
    pins,
    grants: grants.list(),
    answers,
    blobs: named,
    closed,
    onPropose,
    isolated: ports.python.backend !== 'none',
  };
}
