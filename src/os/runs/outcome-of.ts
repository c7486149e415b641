import { EXIT, type ExitCode, worstExit } from '../errors.ts';
import type { Json } from '../json.ts';
import { openInterventions } from '../kernel/next.ts';
import type { Intervention, RunState } from '../kernel/state.ts';
import type { Skill } from '../skills/skill.ts';
import type { Denial, PendingIntervention, RunOutcome, Spent } from './outcome.ts';

/** What a sub-run adds to the outcomes above it. */
export type SubRun = {
  readonly run: string;
  readonly denied: readonly Denial[];
  /** Its own questions; none unless it waits. */
  readonly waiting: readonly PendingIntervention[];
};

/** Where a run stands, for its caller, with what its sub-runs ask and were denied. */
export function outcomeOf(state: RunState, skill: Skill, line: readonly SubRun[]): RunOutcome {
  const denied = [
    ...denialsOf(state, skill),
    ...line.flatMap((sub) => sub.denied.map((denial) => ({ ...denial, run: sub.run }))),
  ];
  const waiting = state.status === 'waiting' ? [...pendingOf(state), ...line.flatMap((sub) => sub.waiting)] : [];
  const status = state.status === 'running' ? 'interrupted' : state.status;
  const { outcome } = state;
  return {
    run: state.run,
    skill: skill.name,
    status,
    exit: exitOf(state, denied),
    ...(outcome?.status === 'finished' ? { artifact: { type: outcome.type, artifact: outcome.artifact } } : {}),
    ...(outcome?.status === 'finished' && outcome.output !== undefined
      ? { output: { name: skill.postprocessor?.outputName ?? 'output', value: outcome.output } }
      : {}),
    ...reasonOf(state),
    waiting,
    denied,
    spent: spentOf(state),
  };
}

/** Questions of this run that nobody has answered. */
export function pendingOf(state: RunState): readonly PendingIntervention[] {
  return openInterventions(state).flatMap((id) => {
    const asked = state.interventions[id];
    return asked === undefined ? [] : [pendingIn(state, asked)];
  });
}

/** A question of this run as people meet it. */
export function pendingIn(state: RunState, asked: Intervention): PendingIntervention {
  const { step: _, answer: __, about, ...rest } = asked;
  return {
    ...rest,
    ...(about === undefined ? {} : { about: about as Json }),
    run: state.run,
    root: state.started.parent?.root ?? state.run,
    skill: state.started.skill,
  };
}

export function spentOf(state: RunState): Spent {
  const { turns, ops, input, output, usd, ms } = state.spent;
  return { turns, ops, visits: state.visitNo, inputTokens: input, outputTokens: output, usd, ms };
}

function reasonOf(state: RunState): Pick<RunOutcome, 'reason'> {
  const { outcome } = state;
  if (outcome?.status === 'failed') {
    const { code, message, phase } = outcome;
    return { reason: { code, message, ...(phase === undefined ? {} : { phase }) } };
  }
  if (outcome?.status === 'aborted') return { reason: { code: `aborted_by_${outcome.by}`, message: outcome.reason } };
  if (state.status === 'interrupted' && state.interrupted !== undefined) {
    return { reason: { code: state.interrupted.cause, message: state.interrupted.message, phase: state.phase } };
  }
  return {};
}

/** What this run itself was denied. */
export function denialsOf(state: RunState, skill: Skill): readonly Denial[] {
  return state.denied.map(({ step, kind, need, resource, reason }) => ({
    step,
    op: kind,
    need,
    resource,
    reason,
    optional: skill.permissions.optional.some((optional) => need === optional || need.startsWith(`${optional}.`)),
  }));
}

function exitOf(state: RunState, denied: readonly Denial[]): ExitCode {
  const codes: ExitCode[] = denied.some(({ optional }) => !optional) ? [EXIT.denied] : [];
  const own = ownExit(state);
  return own === EXIT.interrupted ? own : worstExit([...codes, own]);
}

function ownExit(state: RunState): ExitCode {
  switch (state.status) {
    case 'finished':
      return EXIT.done;
    case 'failed':
      return (state.outcome?.status === 'failed' ? state.outcome.exit : EXIT.internal) as ExitCode;
    case 'aborted':
      return EXIT.no;
    case 'waiting':
      return EXIT.undecided;
    case 'interrupted':
      return state.interrupted?.cause === 'signal' ? EXIT.interrupted : EXIT.infrastructure;
    case 'running':
      return EXIT.interrupted;
  }
}
