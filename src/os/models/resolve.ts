import type { Candidate, Decoded, DecodedDecision, Frame, Violation } from './port.ts';
import { nameOf, violation } from './violation.ts';

/** What a reply means when it keeps the contract as far as it can be told without schemas of artifacts and ops. */
export type Resolved =
  | { readonly kind: 'act'; readonly ops: Decoded['ops'] }
  | {
      readonly kind: 'decide';
      readonly candidate: Candidate;
      readonly reason?: string;
      /** 0 to 1. */
      readonly confidence?: number;
      /** Absent for `abort`, and where the model wrote none. */
      readonly artifact?: unknown;
    }
  | { readonly kind: 'violation'; readonly violation: Violation };

/** Ops or exactly one edge, of those the frame offers, and nothing else. */
export function resolveDecision(decoded: Decoded, frame: Frame): Resolved {
  const { ops, decisions } = decoded;
  const [decision, second] = decisions;
  if (decision === undefined)
    return ops.length === 0
      ? broken('empty', 'The reply neither asks for an op nor chooses an edge.')
      : act(decoded, frame);
  if (second !== undefined) {
    const got = decisions.map(({ edge }) => edge).join(', ');
    return broken('two_decisions', `The reply chooses ${decisions.length} edges; choose one.`, { got });
  }
  if (ops.length > 0) {
    const got = [...ops.map(({ kind }) => kind), decision.edge].join(', ');
    return broken('op_and_edge', 'The reply asks for ops and chooses an edge; do one of the two.', { got });
  }
  return decide(decision, frame);
}

function act(decoded: Decoded, frame: Frame): Resolved {
  const offered = frame.ops.map(({ kind }) => kind);
  const index = decoded.ops.findIndex(({ kind }) => !offered.includes(kind));
  const unknown = decoded.ops[index];
  if (unknown === undefined) return { kind: 'act', ops: decoded.ops };
  const edges = frame.candidates.map(({ id }) => id);
  const message =
    offered.length === 0
      ? `No op can be asked for now, "${unknown.kind}" neither; choose an edge: ${edges.join(', ')}.`
      : `There is no op or edge "${unknown.kind}"; ops: ${offered.join(', ')}; edges: ${edges.join(', ')}.`;
  return broken('unknown_op', message, { path: `/ops/${index}`, got: unknown.kind, allowed: [...offered, ...edges] });
}

function decide(decision: DecodedDecision, frame: Frame): Resolved {
  const candidate = frame.candidates.find(({ id }) => id === decision.edge);
  if (candidate === undefined) {
    const allowed = frame.candidates.map(({ id }) => id);
    const message = `There is no edge ${decision.edge}; choose one of: ${allowed.join(', ')}.`;
    return broken('unknown_edge', message, { got: decision.edge, allowed });
  }
  if (decision.type !== undefined && decision.type !== candidate.type)
    return wrongType(decision.type, candidate, frame);
  const { reason, confidence, artifact } = decision;
  if (reason !== undefined && typeof reason !== 'string') {
    return broken('confidence', `reason is ${nameOf(reason)}; a string is expected.`, { path: '/reason', got: reason });
  }
  if (confidence !== undefined && !(typeof confidence === 'number' && confidence >= 0 && confidence <= 1)) {
    const message = 'confidence is a number from 0 to 1.';
    return broken('confidence', message, { path: '/confidence', got: confidence });
  }
  return {
    kind: 'decide',
    candidate,
    ...(reason === undefined ? {} : { reason }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(artifact === undefined ? {} : { artifact }),
  };
}

function wrongType(got: string, candidate: Candidate, frame: Frame): Resolved {
  const allowed = frame.candidates
    .filter(({ kind, to }) => kind === candidate.kind && to === candidate.to)
    .flatMap(({ type }) => type ?? []);
  const message =
    got === ''
      ? `This edge needs an artifact that names its type: ${allowed.join(' or ')}.`
      : `This edge takes an artifact of type ${allowed.join(' or ')}, not ${got}.`;
  return broken('artifact_type', message, { path: '/artifact/type', got, allowed });
}

function broken(...args: Parameters<typeof violation>): Resolved {
  return { kind: 'violation', violation: violation(...args) };
}
