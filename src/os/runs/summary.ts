import type { RunEvent } from '../events/event.ts';
import type { Json } from '../json.ts';
import { foldAll } from '../kernel/fold.ts';
import type { RunState } from '../kernel/state.ts';
import { subjectOf, subjectsOf } from '../subject.ts';
import type { PendingIntervention, Spent } from './outcome.ts';
import { pendingOf, spentOf } from './outcome-of.ts';

/** Names the form of {@link RunSummary}, so that stored ones of another form are not mistaken for it. */
export const SUMMARY_FORM = 'run-summary/1';

/** One line of the list of runs. */
export type RunSummary = {
  readonly run: string;
  readonly skill: string;
  /** `damaged`: its log is not what was written, and `fault` says what; the other members are then as last known. */
  readonly status: RunState['status'] | 'damaged';
  readonly fault?: string;
  /** ISO 8601. */
  readonly started: string;
  readonly ended?: string;
  readonly parent?: string;
  /** Fingerprint of the skill it runs. */
  readonly version: string;
  readonly spent: Spent;
  readonly waiting: readonly PendingIntervention[];
};

/** A run as it can be read from its log. */
export type RunDetail = RunSummary & {
  readonly input: { readonly type: string; readonly artifact: Json };
  readonly outcome?: { readonly type: string; readonly artifact: Json };
  readonly reason?: { readonly code: string; readonly message: string };
  readonly visits: readonly VisitDetail[];
};

/** One visit to a phase. */
export type VisitDetail = {
  readonly phase: string;
  readonly visit: number;
  readonly turns: number;
  /** Turns that broke the contract. */
  readonly rejected: number;
  readonly ops: readonly OpDetail[];
  readonly left?: { readonly to: string; readonly reason?: string; readonly confidence?: number };
  /** From the first to the last event of the visit. */
  readonly ms: number;
};

export type OpDetail = {
  readonly step: string;
  readonly kind: string;
  /** What it touches: the path or resource, else the argument that says most; the empty string when none is text. */
  readonly about: string;
  readonly verdict: 'allowed' | 'denied' | 'waiting';
  /** Rule or zone that decided. */
  readonly by: string;
  /** Absent while it is under way. */
  readonly ok?: boolean;
};

export const NOTHING_SPENT: Spent = { turns: 0, ops: 0, visits: 0, inputTokens: 0, outputTokens: 0, usd: 0, ms: 0 };

export function summarize(events: readonly RunEvent[]): RunSummary {
  const state = foldAll(events);
  const { started, outcome } = state;
  return {
    run: state.run,
    skill: started.skill,
    status: state.status,
    started: state.startedAt,
    ...(outcome === undefined ? {} : { ended: state.lastAt }),
    ...(started.parent === undefined ? {} : { parent: started.parent.run }),
    version: started.skill_version_hash,
    spent: spentOf(state),
    waiting: state.status === 'waiting' ? pendingOf(state) : [],
  };
}

export function describeRun(events: readonly RunEvent[]): RunDetail {
  const state = foldAll(events);
  const { outcome, started } = state;
  return {
    ...summarize(events),
    input: { type: started.input.type, artifact: started.input.artifact as Json },
    ...(outcome?.status === 'finished' ? { outcome: { type: outcome.type, artifact: outcome.artifact } } : {}),
    ...(outcome?.status === 'failed' ? { reason: { code: outcome.code, message: outcome.message } } : {}),
    ...(outcome?.status === 'aborted' ? { reason: { code: 'aborted', message: outcome.reason } } : {}),
    visits: visitsOf(events, started.entry),
  };
}

type Draft = Omit<VisitDetail, 'ops' | 'ms'> & {
  ops: Map<string, OpDetail>;
  /** What the ops that turns asked for are about, by step id. */
  asked: Record<string, string>;
  first: string;
  last: string;
};

function visitsOf(events: readonly RunEvent[], entry: string): readonly VisitDetail[] {
  const counts: Record<string, number> = {};
  const drafts: Draft[] = [];
  const enter = (phase: string, ts: string) => {
    counts[phase] = (counts[phase] ?? 0) + 1;
    const visit = counts[phase];
    drafts.push({ phase, visit, turns: 0, rejected: 0, ops: new Map(), asked: {}, first: ts, last: ts });
  };
  enter(entry, events[0]?.ts ?? '');
  for (const event of events) {
    const draft = drafts.at(-1);
    if (draft === undefined || event.type === 'run_resumed') continue;
    const to = note(draft, event);
    drafts[drafts.length - 1] = { ...draft, ...to.changed, last: event.ts };
    if (to.entered !== undefined) enter(to.entered, event.ts);
  }
  return drafts.map(({ ops, asked: _, first, last, ...visit }) => ({
    ...visit,
    ops: [...ops.values()],
    ms: Date.parse(last) - Date.parse(first),
  }));
}

/** What one event changes in the present visit, and the phase it leads to. */
function note(draft: Draft, event: RunEvent): { changed: Partial<Draft>; entered?: string } {
  const step = event.step ?? '';
  switch (event.type) {
    case 'turn_acted':
      return {
        changed: { turns: draft.turns + 1, asked: { ...draft.asked, ...subjectsOf(step, event.data.ops) } },
      };
    case 'validation_error':
      return { changed: { rejected: draft.rejected + 1 } };
    case 'turn_decided': {
      const { to, edge, reason, confidence } = event.data;
      const said = { ...(reason === undefined ? {} : { reason }), ...(confidence === undefined ? {} : { confidence }) };
      const changed = { turns: draft.turns + 1, left: { to: edge === 'abort' ? 'abort' : to, ...said } };
      return edge === 'abort' || to === 'end' ? { changed } : { changed, entered: to };
    }
    case 'phase_left':
      return event.data.to === 'end'
        ? { changed: { left: { to: 'end' } } }
        : { changed: { left: { to: event.data.to } }, entered: event.data.to };
    case 'op_started': {
      const { kind, by, path, args } = event.data;
      const about = path ?? draft.asked[step] ?? subjectOf(args);
      return noteOp(draft, { step, kind, about, verdict: 'allowed', by });
    }
    case 'permission_denied': {
      const { kind, by, resource } = event.data;
      return noteOp(draft, { step, kind, about: resource, verdict: 'denied', by });
    }
    case 'op_finished': {
      const op = draft.ops.get(step);
      return op === undefined ? { changed: {} } : noteOp(draft, { ...op, ok: event.data.error === undefined });
    }
    case 'intervention_opened': {
      if (event.data.kind !== 'permission') return { changed: {} };
      const { op = '', resource = '' } = (event.data.about ?? {}) as { op?: string; resource?: string };
      return noteOp(draft, { step, kind: op, about: resource, verdict: 'waiting', by: 'ask' });
    }
    default:
      return { changed: {} };
  }
}

function noteOp(draft: Draft, op: OpDetail): { changed: Partial<Draft> } {
  return { changed: { ops: new Map(draft.ops).set(op.step, op) } };
}
