import { branchOf } from '../../os/branches.ts';
import type { RunEvent } from '../../os/events/event.ts';
import { subjectOf, subjectsOf } from '../../os/subject.ts';
import { clean, dollars, duration, grouped, oneLine, type Paint, plural } from '../output.ts';

/** What the view of one run has seen so far. Made by {@link see} alone. */
export type Seen = {
  readonly skill: string;
  readonly phase: string;
  /** How often each phase was entered. */
  readonly visits: Readonly<Record<string, number>>;
  readonly turns: number;
  readonly ops: number;
  readonly tokens: number;
  readonly usd: number;
  /** What each op that has begun is, by step id. */
  readonly begun: Readonly<Record<string, string>>;
  /** Branches of the step that runs some now. */
  readonly branches?: Branches;
};

/** Times in milliseconds since the epoch. */
type Branches = {
  readonly step: string;
  readonly count: number;
  readonly done: number;
  readonly since: number;
  readonly last: number;
};

export const NOTHING_SEEN: Seen = { skill: '', phase: '', visits: {}, turns: 0, ops: 0, tokens: 0, usd: 0, begun: {} };

const WIDTH = 72;

/** Where an edge leads that enters no phase. */
const LEAVES = ['end', 'abort'];

/** The next view and the lines an event adds to it. Pure: at a terminal, in a pipe and in tests alike. */
export function see(seen: Seen, event: RunEvent, paint: Paint): { seen: Seen; lines: string[] } {
  const { bold, dim, green, red, yellow, cyan } = paint;
  const step = event.step ?? '';
  const spent = branched(spend(seen, event), event);
  const only = (...lines: string[]) => ({ seen: spent, lines });
  switch (event.type) {
    case 'run_skill_started': {
      const { data } = event;
      const models = [...new Set(Object.values(data.models).map((model) => model.name))];
      const providers = Object.values(data.models).map(({ provider }) => provider);
      const model = models.length === 0 ? 'no model' : `model ${models.join(', ')}${unreal(providers)}`;
      const from = data.forked_from === undefined ? '' : ` · forked from ${data.forked_from.run}`;
      return {
        seen: entered({ ...spent, skill: data.skill }, data.entry),
        lines: [`${bold(data.skill)} ${dim(`run ${event.run} · ${model}${from}`)}`, heading(data.entry, 1, paint)],
      };
    }
    case 'run_resumed':
      return only(goesOn(seen, event.run, paint));
    case 'turn_acted':
      return {
        seen: { ...spent, turns: spent.turns + 1, begun: { ...spent.begun, ...asked(step, event.data.ops) } },
        lines: [],
      };
    case 'turn_decided':
    case 'phase_left': {
      const { to } = event.data;
      const turns = event.type === 'turn_decided' ? 1 : 0;
      const why = 'reason' in event.data && event.data.reason !== undefined ? oneLine(event.data.reason, WIDTH) : '';
      const sure = 'confidence' in event.data ? ` (${event.data.confidence})` : '';
      const arrow = `  ${cyan('→')} ${to}${dim(sure)}${why === '' ? '' : dim(`  ${why}`)}`;
      const after = { ...spent, turns: spent.turns + turns };
      if (LEAVES.includes(to)) return { seen: after, lines: [arrow] };
      const inside = entered(after, to);
      return { seen: inside, lines: [arrow, heading(to, inside.visits[to] ?? 1, paint)] };
    }
    case 'validation_error':
      return only(
        `  ${yellow('✗')} ${dim(`refused (${event.data.violation.code}):`)} ${oneLine(event.data.violation.message, WIDTH)}`,
      );
    case 'op_started': {
      const { kind, path, args } = event.data;
      const about = path ?? (args === undefined ? undefined : subjectOf(args));
      const what = about === undefined ? (spent.begun[step] ?? kind) : named(kind, about);
      const line = `  ${green('•')} ${what}${dim(`  allowed: ${oneLine(event.data.by, WIDTH)}`)}`;
      const lines = branchOf(step) === undefined ? [line] : []; // of many at once only what goes wrong is told
      return { seen: { ...spent, ops: spent.ops + 1, begun: { ...spent.begun, [step]: what } }, lines };
    }
    case 'branches_opened':
      if (branchOf(step) !== undefined) return only();
      return only(`  ${cyan('≡')} ${plural(event.data.count, 'branch', 'branches')}${dim(`  step ${step}`)}`);
    case 'op_finished': {
      const { error } = event.data;
      if (error === undefined) return only();
      return only(
        `  ${red('✗')} ${spent.begun[step] ?? step}${dim(`  ${error.code}: ${oneLine(error.message, WIDTH)}`)}`,
      );
    }
    case 'permission_denied': {
      const { kind, need, resource, reason } = event.data;
      return only(
        `  ${red('✗')} ${kind} ${oneLine(resource, WIDTH)}  ${red('denied')} ${dim(`(${need}) ${oneLine(reason, WIDTH)}`)}`,
      );
    }
    case 'step_finished': {
      const { error, skipped } = event.data;
      if (error !== undefined)
        return only(`  ${red('✗')} step ${step}${dim(`  ${error.code}: ${oneLine(error.message, WIDTH)}`)}`);
      return skipped === true ? only(dim(`  - step ${step} skipped`)) : only();
    }
    case 'intervention_opened':
      return only(`  ${yellow('?')} ${oneLine(event.data.text, WIDTH)}${dim(`  ${event.data.kind} ${event.data.id}`)}`);
    case 'intervention_answered':
      return only(`  ${green('!')} ${oneLine(event.data.answer, WIDTH)}${dim(`  answered by ${event.data.by}`)}`);
    case 'limit_reached':
      return only(`  ${red('✗')} limit ${event.data.limit}: ${event.data.used} of ${event.data.cap}`);
    case 'log_torn':
      return only(
        dim(`  the log's torn end (${plural(event.data.bytes, 'byte')}) was cut and kept: ${event.data.kept}`),
      );
    default:
      return only();
  }
}

/** What is told of models that are none. */
function unreal(providers: readonly string[]): string {
  if (providers.every((provider) => provider === 'scripted')) return ' (no model is called)';
  return providers.every((provider) => provider === 'world') ? ' (a simulated world: no model is called)' : '';
}

function heading(phase: string, visit: number, { bold, dim }: Paint): string {
  return `${bold(clean(phase))}${visit === 1 ? '' : dim(`  visit ${visit}`)}`;
}

function entered(seen: Seen, phase: string): Seen {
  return { ...seen, phase, visits: { ...seen.visits, [phase]: (seen.visits[phase] ?? 0) + 1 } };
}

/** The ops a turn asked for, by the step ids they get. */
function asked(step: string, ops: readonly { kind: string; args: unknown }[]): Record<string, string> {
  const subjects = Object.entries(subjectsOf(step, ops));
  return Object.fromEntries(subjects.map(([id, about], i) => [id, named(ops[i]?.kind ?? '', about)]));
}

/** An op and what it is about, on one line. */
export function named(kind: string, about: string): string {
  return `${kind} ${oneLine(about, WIDTH)}`.trim();
}

/** The head of a run that is taken up again: `letter run r4k2m9x0ab goes on in review`. */
export function goesOn({ skill, phase }: Seen, run: string, { bold, dim }: Paint): string {
  const whose = skill === '' ? '' : `${bold(skill)} `;
  return `${whose}${dim(`run ${run} goes on`)}${phase === '' ? '' : `${dim(' in')} ${bold(phase)}`}`;
}

function spend(seen: Seen, event: RunEvent): Seen {
  const usage = 'usage' in event.data ? event.data.usage : undefined;
  if (usage === undefined) return seen;
  return { ...seen, tokens: seen.tokens + usage.input + usage.output, usd: seen.usd + (usage.usd ?? 0) };
}

/** Keeps count of the branches of a step from its opening to its end; those within one of them count with it. */
function branched(seen: Seen, event: RunEvent): Seen {
  const at = Date.parse(event.ts);
  const step = event.step ?? '';
  if (event.type === 'branches_opened' && branchOf(step) === undefined) {
    return { ...seen, branches: { step, count: event.data.count, done: 0, since: at, last: at } };
  }
  const { branches, ...rest } = seen;
  if (branches === undefined || (event.type !== 'op_finished' && event.type !== 'step_finished')) return seen;
  if (step === branches.step) return rest;
  const within = branchOf(step);
  if (within?.whole !== true || within.step !== branches.step) return seen;
  return { ...seen, branches: { ...branches, done: branches.done + 1, last: at } };
}

/** A guess is shown only of what takes a while. */
const WORTH_A_GUESS_MS = 2000;

/** `12/50 · ETA 8 s`. */
function progress({ count, done, since, last }: Branches): string {
  const left = done === 0 ? 0 : ((last - since) / done) * (count - done);
  return `${done}/${count}${left + last - since < WORTH_A_GUESS_MS || left === 0 ? '' : ` · ETA ${duration(left)}`}`;
}

/** `draft · 3 turns · 2 ops · 1,234 tokens · $0.01 · 4.2 s`. */
export function statusLine(seen: Seen, ms: number): string {
  const { branches } = seen;
  return [seen.phase, branches === undefined ? '' : progress(branches), ...figures({ ...seen, ms })]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Counts of a run, those that are zero left out. */
export function figures(spent: { turns: number; ops: number; tokens: number; usd: number; ms: number }): string[] {
  return [
    plural(spent.turns, 'turn'),
    ...(spent.ops === 0 ? [] : [plural(spent.ops, 'op')]),
    ...(spent.tokens === 0 ? [] : [`${grouped(spent.tokens)} tokens`]),
    ...(spent.usd === 0 ? [] : [dollars(spent.usd)]),
    duration(spent.ms),
  ];
}
