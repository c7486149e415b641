import { branchOf } from '../branches.ts';
import type { RunEvent } from '../events/event.ts';
import type { Json } from '../json.ts';
import { foldAll } from '../kernel/fold.ts';
import type { RunState } from '../kernel/state.ts';
import { subjectOf, subjectsOf } from '../subject.ts';
import type { PendingIntervention, Spent } from './outcome.ts';
import { pendingOf, spentOf } from './outcome-of.ts';
import { type SpendEntry, spendOf } from './spend.ts';

/** Names the form of {@link RunSummary}, so that stored ones of another form are not mistaken for it. */
export const SUMMARY_FORM = 'run-summary/2';

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
  /** What the run used itself, sub-runs left out, by day and model. */
  readonly own: readonly SpendEntry[];
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
  /** ISO 8601. */
  readonly started: string;
  /** From the first to the last event of the visit. */
  readonly ms: number;
  /** In and out, those of sub-runs left out. */
  readonly tokens: number;
  readonly usd: number;
  /** Steps that ran branches at once; their ops are among `ops`. */
  readonly branches: readonly BranchesDetail[];
};

/** The branches of one step, counted together. */
export type BranchesDetail = {
  readonly step: string;
  /** How many there are; those that have begun where the step does not say. */
  readonly count: number;
  readonly done: number;
  readonly failed: number;
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
  /** The sub-run it started, and what that used. */
  readonly child?: ChildDetail;
};

export type ChildDetail = {
  readonly run: string;
  /** ISO 8601. */
  readonly started: string;
  /** From its start to its result; 0 while it is under way. */
  readonly ms: number;
  readonly turns: number;
  readonly ops: number;
  readonly tokens: number;
  readonly usd: number;
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
    own: spendOf(events),
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

type Draft = Omit<VisitDetail, 'ops' | 'ms' | 'started' | 'branches'> & {
  ops: Map<string, OpDetail>;
  branches: Map<string, Branches>;
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
    drafts.push({ phase, visit, turns: 0, rejected: 0, tokens: 0, usd: 0, ...fresh(), first: ts, last: ts });
  };
  enter(entry, events[0]?.ts ?? '');
  for (const event of events) {
    const draft = drafts.at(-1);
    if (draft === undefined || event.type === 'run_resumed') continue;
    const to = note(draft, event);
    noteBranch(draft.branches, event);
    drafts[drafts.length - 1] = { ...draft, ...to.changed, ...spending(draft, event), last: event.ts };
    if (to.entered !== undefined) enter(to.entered, event.ts);
  }
  return drafts.map(({ ops, branches, asked: _, first, last, ...visit }) => ({
    ...visit,
    ops: [...ops.values()],
    started: first,
    ms: Date.parse(last) - Date.parse(first),
    branches: [...branches].map(([step, { count, seen, done, failed }]) => ({
      step,
      count: Math.max(count, seen.size),
      done: done.size,
      failed,
    })),
  }));
}

type Branches = { count: number; readonly seen: Set<string>; readonly done: Set<string>; failed: number };

function fresh(): Pick<Draft, 'ops' | 'asked' | 'branches'> {
  return { ops: new Map(), asked: {}, branches: new Map() };
}

/** Counts the branches of a step: those it opens, those that begin, those that end. */
function noteBranch(branches: Draft['branches'], event: RunEvent): void {
  const id = event.step ?? '';
  const within = branchOf(id);
  const isOpening = event.type === 'branches_opened' && within === undefined;
  const step = isOpening ? id : within?.step;
  if (step === undefined) return;
  const known = branches.get(step) ?? { count: 0, seen: new Set(), done: new Set(), failed: 0 };
  branches.set(step, known);
  if (isOpening) known.count = event.data.count;
  if (within === undefined) return;
  const { branch, whole } = within;
  known.seen.add(branch);
  if (!whole || known.done.has(branch) || (event.type !== 'op_finished' && event.type !== 'step_finished')) return;
  known.done.add(branch);
  if (event.data.error !== undefined) known.failed += 1;
}

function spending(draft: Draft, event: RunEvent): Partial<Draft> {
  const usage = 'usage' in event.data ? event.data.usage : undefined;
  if (usage === undefined) return {};
  return { tokens: draft.tokens + usage.input + usage.output, usd: draft.usd + (usage.usd ?? 0) };
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
      const { child: run } = event.data;
      const child =
        run === undefined ? {} : { child: { run, started: event.ts, ms: 0, turns: 0, ops: 0, tokens: 0, usd: 0 } };
      return noteOp(draft, { step, kind, about, verdict: 'allowed', by, ...child });
    }
    case 'permission_denied': {
      const { kind, by, resource } = event.data;
      return noteOp(draft, { step, kind, about: resource, verdict: 'denied', by });
    }
    case 'op_finished': {
      const op = draft.ops.get(step);
      if (op === undefined) return { changed: {} };
      return noteOp(draft, { ...op, ok: event.data.error === undefined, ...childUse(op, event) });
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

/** What the sub-run of an op used, as its receipt says. */
function childUse({ child }: OpDetail, event: Extract<RunEvent, { type: 'op_finished' }>): { child?: ChildDetail } {
  if (child === undefined) return {};
  const { turns = 0, ops = 0, input = 0, output = 0, usd = 0 } = event.data.spent ?? {};
  const ms = Date.parse(event.ts) - Date.parse(child.started);
  return { child: { ...child, ms, turns, ops, tokens: input + output, usd } };
}

function noteOp(draft: Draft, op: OpDetail): { changed: Partial<Draft> } {
  return { changed: { ops: new Map(draft.ops).set(op.step, op) } };
}
