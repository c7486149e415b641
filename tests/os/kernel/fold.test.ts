import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/os/events/event.ts';
import { begin, fold, foldAll } from '../../../src/os/kernel/fold.ts';
import { type Action, next } from '../../../src/os/kernel/next.ts';
import type { RunState } from '../../../src/os/kernel/state.ts';
import { fullRun, type RecordedRun, reads, suspendedRun } from './logs.ts';

let full: RecordedRun;
let suspended: RecordedRun;

beforeAll(async () => {
  full = await fullRun();
  suspended = await suspendedRun();
});

function freeze<T>(value: T): T {
  const stack: unknown[] = [value];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (typeof top !== 'object' || top === null || Object.isFrozen(top)) continue;
    stack.push(...Object.values(Object.freeze(top)));
  }
  return value;
}

function states(events: readonly RunEvent[]): RunState[] {
  const [first, ...rest] = events;
  if (first?.type !== 'run_skill_started') throw new Error('no first event');
  let state = begin(first);
  return [state, ...rest.map((event) => (state = fold(state, event)))];
}

describe('fold', () => {
  it('ran through every kind of event a run can have without failing', () => {
    const types = new Set([...full.events, ...suspended.events].map(({ type }) => type));
    expect([...types].sort()).toEqual([
      'intervention_answered',
      'intervention_opened',
      'op_finished',
      'op_started',
      'permission_denied',
      'phase_left',
      'run_finished',
      'run_resumed',
      'run_skill_started',
      'run_suspended',
      'step_finished',
      'turn_acted',
      'turn_decided',
      'validation_error',
    ]);
  });

  it('changes neither the state it is given nor the event', () => {
    const plain = states(full.events);
    const [first, ...rest] = freeze(structuredClone(full.events)) as readonly RunEvent[];
    let state = freeze(begin(first as Extract<RunEvent, { type: 'run_skill_started' }>));
    for (const [i, event] of rest.entries()) {
      state = freeze(fold(state, event));
      expect(state).toEqual(plain[i + 1]);
    }
    expect(state.status).toBe('finished');
  });

  it('gives the same state however the events of concurrent reads are mixed', () => {
    const from = full.events.findIndex(({ type, step }) => type === 'op_started' && step === '2/t1/o1');
    const to = full.events.findLastIndex(({ type, step }) => type === 'op_finished' && step?.startsWith('2/t1/o'));
    const before = full.events.slice(0, from);
    const lanes = [...Map.groupBy(full.events.slice(from, to + 1), ({ step }) => step).values()];
    expect(lanes).toHaveLength(4);
    const straight = foldAll(full.events.slice(0, to + 1));
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }), (turns) => {
        const left = lanes.map((lane) => [...lane]);
        const mixed = [...turns, 0, 0, 1, 1, 2, 2, 3, 3].flatMap((lane) => left[lane]?.shift() ?? []);
        expect(foldAll([...before, ...mixed])).toEqual(straight);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves what follows to the log alone: at every prefix, what is due is what was done next', () => {
    for (const { skill, events } of [full, suspended]) {
      for (const [i, state] of states(events).slice(0, -1).entries()) {
        const following = events.slice(i + 1).find(({ type }) => type !== 'run_resumed');
        if (state.status !== 'running' || following === undefined) continue;
        const where = `after event ${i + 1}, before ${following.type} ${following.step ?? ''}`;
        expect(next(state, skill, reads).map(place), where).toContain(placeOf(following));
      }
    }
  });

  it('has nothing left to do after the end', () => {
    expect(next(foldAll(full.events), full.skill, reads)).toEqual([]);
  });
});

/** Where an action happens, to be compared with where an event happened. */
function place(action: Action): string {
  switch (action.do) {
    case 'op':
      return action.call.step;
    case 'step':
    case 'turn':
      return action.id;
    default:
      return action.do;
  }
}

const ENDS: Partial<Record<RunEvent['type'], string>> = {
  phase_left: 'leave',
  run_finished: 'finish',
  run_suspended: 'suspend',
  intervention_answered: 'suspend',
};

function placeOf({ type, step }: RunEvent): string {
  return ENDS[type] ?? step ?? '';
}

describe('running time', () => {
  const at = (events: readonly RunEvent[], times: readonly number[]): RunEvent[] =>
    events.map((event, i) => ({ ...event, ts: new Date(Date.UTC(2026, 0, 1) + (times[i] ?? 0)).toISOString() }));
  const first = () => full.events[0] as RunEvent;
  const event = (type: string, data: object, step?: string) =>
    ({ ...first(), type, data, ...(step === undefined ? {} : { step }) }) as RunEvent;
  const resumed = () => event('run_resumed', { owner: { id: 'x', pid: 1 }, why: 'resume' });
  const asked = (step: string) =>
    event('intervention_opened', { id: 'q', kind: 'question', text: '?', digest: '' }, step);
  const answered = (step: string) =>
    event('intervention_answered', { id: 'q', answer: 'a', by: 'terminal', digest: '' }, step);
  const ms = (events: readonly RunEvent[], times: readonly number[]) => foldAll(at(events, times)).spent.ms;

  it('is the time between events of a process', () => {
    expect(ms([first(), event('turn_lost', { usage: { input: 0, output: 0 } })], [0, 70])).toBe(70);
  });

  it('leaves out suspensions, interruptions and the gap after a crash', () => {
    const interrupted = event('run_interrupted', { cause: 'signal', message: '' });
    const waits = event('run_suspended', { waiting: [] });
    const lost = event('turn_lost', { usage: { input: 0, output: 0 } });
    expect(ms([first(), interrupted, resumed(), lost], [0, 10, 1000, 1005])).toBe(15);
    expect(ms([first(), waits, resumed(), lost], [0, 10, 1000, 1005])).toBe(15);
    expect(ms([first(), lost, resumed(), lost], [0, 10, 1000, 1005])).toBe(15);
    expect(ms([first(), event('log_torn', { bytes: 1, kept: '' }), resumed(), lost], [0, 900, 1000, 1005])).toBe(5);
  });

  it('leaves out the time a person takes to answer at a terminal', () => {
    const started = event('op_started', { kind: 'ask_user', by: 'no need' }, '1/t1/o1');
    const done = event('op_finished', { result: {} }, '1/t1/o1');
    const events = [first(), started, asked('1/t1/o1'), answered('1/t1/o1'), done];
    expect(ms(events, [0, 1, 3, 60_003, 60_005])).toBe(5);
  });

  it('counts for a sub-run what that used, not how long it took with its waiting', () => {
    const started = event('op_started', { kind: 'run_skill', by: 'x', child: 'c' }, '1/t1/o1');
    const spent = { turns: 1, ops: 0, input: 0, output: 0, usd: 0, ms: 20 };
    const done = event('op_finished', { result: {}, spent }, '1/t1/o1');
    expect(ms([first(), started, done], [0, 5, 100_000])).toBe(25);
  });

  it('does not run backwards with the clock, nor count twice', () => {
    const lost = event('turn_lost', { usage: { input: 0, output: 0 } });
    expect(ms([first(), lost, lost, lost], [0, 10, 4, 12])).toBe(12);
  });
});
