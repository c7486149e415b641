import type { Action, Engine, EngineSettings, Standings, Told } from './engine.ts';
import { countOf, enter, meanOf, newPool, type Pool } from './pool.ts';

/**
 * What an engine does, written down in the order in which it happens: it asks by `yield` and goes on when it was told.
 * What it learns is in the pool before it goes on. It takes chance from the seed in the pool's settings alone.
 */
export type Plan = (pool: Pool) => Generator<Action, string, Told>;

/** State of every engine that is a plan: what it began with and what it was told. */
export type SearchState = { readonly settings: EngineSettings; readonly told: readonly Told[] };

/** An engine with what people are shown of its states. */
export type PlannedEngine = Engine<SearchState> & { standings(state: SearchState): Standings };

/** Where a plan stands: a projection of the state, made again from it whenever it is missing. */
type Course = { readonly pool: Pool; readonly going: ReturnType<Plan>; readonly action: Action };

/**
 * Makes an engine of a plan. The generator of the newest state is kept beside it, so that a search that goes forward
 * computes nothing twice; any other state is played again from its beginning.
 */
export function planned(name: string, plan: Plan): PlannedEngine {
  const courses = new WeakMap<SearchState, Course>();

  const begin = (settings: EngineSettings): Course => {
    const pool = newPool(settings);
    const going = plan(pool);
    return { pool, going, action: asAction(pool, going.next()) };
  };

  const goOn = ({ pool, going, action }: Course, told: Told): Course => {
    enter(pool, action, told);
    const cut = action.do === 'evaluate' && told.told === 'scores' && told.scores.length < action.runs.length;
    const ended = { do: 'stop', best: pool.best.id, why: 'budget' } as const;
    return { pool, going, action: cut ? ended : asAction(pool, going.next(told)) };
  };

  const courseOf = (state: SearchState): Course => {
    const known = courses.get(state);
    if (known !== undefined) return known;
    const course = state.told.reduce(goOn, begin(state.settings));
    courses.set(state, course);
    return course;
  };

  return {
    name,
    init: (settings) => ({ settings, told: [] }),
    next: (state) => courseOf(state).action,
    fold: (state, told) => {
      const course = courseOf(state);
      if (course.action.do === 'stop') return state;
      courses.delete(state); // its generator moves on to the new state
      const next = { settings: state.settings, told: [...state.told, told] };
      courses.set(next, goOn(course, told));
      return next;
    },
    standings: (state) => standingsOf(courseOf(state).pool),
  };
}

function asAction(pool: Pool, step: IteratorResult<Action, string>): Action {
  return step.done === true ? { do: 'stop', best: pool.best.id, why: step.value } : step.value;
}

function standingsOf({ candidates, best, used, settings }: Pool): Standings {
  return {
    best: best.id,
    candidates: candidates.map(({ id, parent, train, dev, state }) => ({
      id,
      ...(parent === undefined ? {} : { parent: parent.id }),
      ...(dev.size === 0 ? {} : { dev: meanOf(dev) }),
      runs: countOf(train) + countOf(dev),
      state,
    })),
    calls: { used, cap: settings.calls },
  };
}
