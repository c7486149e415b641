import { describe, expect, it } from 'vitest';
import { ARMS } from '../../../bench/worlds/arms.ts';
import { checklistWorld } from '../../../bench/worlds/checklist-world.ts';
import { searchWorld } from '../../../bench/worlds/harness.ts';
import { ENGINES_BY_NAME } from '../../../src/learning/search/engines.ts';
import type { PlannedEngine, SearchState } from '../../../src/learning/search/plan.ts';
import { checklistTruth } from '../../../src/os/models/world/checklist.ts';

const WORLDS = Array.from({ length: 10 }, (_, i) => 3000 + i);
const ENGINES = Object.values(ENGINES_BY_NAME);

function truthOf(engine: PlannedEngine | undefined, calls: number): number {
  if (engine === undefined) throw new Error('no such arm');
  const truths = WORLDS.map((world) => {
    const { text, overshoot } = searchWorld(engine, checklistWorld(world), { calls, iterations: calls, seed: world });
    expect(overshoot).toBe(0);
    return checklistTruth(world, text);
  });
  return truths.reduce((sum, truth) => sum + truth, 0) / truths.length;
}

/** Plays an engine to its end, and gives all its states. */
function statesOf(engine: PlannedEngine, seed = 1): SearchState[] {
  const states = [
    engine.init({ seed, train: ['t0', 't1', 't2', 't3'], dev: ['v0', 'v1', 'v2', 'v3'], calls: 90, iterations: 9 }),
  ];
  for (let state = states[0]; state !== undefined; ) {
    const action = engine.next(state);
    if (action.do === 'stop') break;
    const worth = (run: { candidate: string; case: string }) => (run.candidate.length + run.case.charCodeAt(1)) % 2;
    const told =
      action.do === 'evaluate'
        ? ({ told: 'scores', scores: action.runs.map(worth) } as const)
        : ({ told: action.parent === 'c2' ? 'nothing' : 'candidate' } as const);
    state = engine.fold(state, told);
    states.push(state);
  }
  return states;
}

describe('engines', () => {
  it('find better texts than what they begin with, race within few calls', () => {
    expect(truthOf(ENGINES_BY_NAME.race, 300)).toBeGreaterThan(0.45);
    expect(truthOf(ENGINES_BY_NAME.race, 1200)).toBeGreaterThan(0.68);
    expect(truthOf(ENGINES_BY_NAME.gepa, 1200)).toBeGreaterThan(0.5);
    expect(truthOf(ENGINES_BY_NAME.best_of_n, 300)).toBeGreaterThan(0.22);
  });

  it('are what keeps a text from falling apart', () => {
    expect(truthOf(ARMS.ungated, 1200)).toBeLessThan(0.3);
  });

  it.each(ENGINES)('$name keeps to its calls and proposals', (engine) => {
    for (const calls of [1, 5, 33, 47, 100, 301]) {
      for (const iterations of [1, 2, 7, 400]) {
        const found = searchWorld(engine, checklistWorld(3), { calls, iterations, seed: 3 });
        expect(found.overshoot).toBe(0);
        expect(found.proposals).toBeLessThanOrEqual(iterations);
      }
    }
  });

  it.each(ENGINES)(
    '$name is in the same state when its log is folded again, or one of its states is gone on from',
    (engine) => {
      const states = statesOf(engine);
      const last = states.at(-1);
      if (last === undefined) throw new Error('no state');
      const read = JSON.parse(JSON.stringify(last)) as SearchState;
      expect(engine.next(read)).toEqual(engine.next(last));
      expect(engine.standings(read)).toEqual(engine.standings(last));
      for (const [i, state] of states.entries()) {
        const asked = engine.next(state);
        expect(engine.next(state)).toEqual(asked);
        const told = last.told[i];
        if (told !== undefined)
          expect(engine.next(engine.fold(state, told))).toEqual(engine.next(states[i + 1] ?? last));
      }
    },
  );

  it.each(ENGINES)('$name asks for nothing more once its batch was cut, and names the best it has', (engine) => {
    const [first] = statesOf(engine);
    if (first === undefined) throw new Error('no state');
    expect(engine.next(engine.fold(first, { told: 'scores', scores: [1, 0] }))).toEqual({
      do: 'stop',
      best: 'c0',
      why: 'budget',
    });
  });

  it.each(ENGINES)('$name stops where there is nothing to learn from or to be judged by', (engine) => {
    for (const cases of [
      { train: [], dev: ['v0'] },
      { train: ['t0'], dev: [] },
    ]) {
      let state = engine.init({ seed: 1, ...cases, calls: 40, iterations: 10 });
      for (let steps = 0; engine.next(state).do !== 'stop'; steps++) {
        expect(steps).toBeLessThan(100);
        const action = engine.next(state);
        const scores = action.do === 'evaluate' ? action.runs.map(() => 0) : [];
        state = engine.fold(state, action.do === 'evaluate' ? { told: 'scores', scores } : { told: 'candidate' });
      }
    }
  });

  it('race other texts under another seed', () => {
    const worlds = [1, 2].map((seed) =>
      searchWorld(ENGINES_BY_NAME.race, checklistWorld(3), { calls: 200, iterations: 200, seed }),
    );
    expect(worlds[0]?.text).not.toBe(worlds[1]?.text);
  });
});
