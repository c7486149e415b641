/**
 * A way to search for a better text of a skill, as a pure state machine. The same code is driven by a governed run, by
 * the simulated worlds of the benchmarks, and again from its log after a crash.
 *
 *  - N1 `next` and `fold` are pure; all chance comes from the seed in the state. The state is plain JSON.
 *  - N2 An engine sees scores alone, no text: what a candidate says is between server and proposer.
 *  - N3 It asks for whole batches. What it is told of a batch is in the order of the batch, whatever ended first.
 *  - N4 It knows how many calls are left, and asks for no more.
 */
export type Engine<S> = {
  readonly name: string;
  /** A state in which only the seed text is there, as candidate `c0`. */
  init(settings: EngineSettings): S;
  next(state: S): Action;
  fold(state: S, told: Told): S;
};

export type EngineSettings = {
  readonly seed: number;
  /** Ids of cases by split. */
  readonly train: readonly string[];
  readonly dev: readonly string[];
  /** Runs of cases the search may have. */
  readonly calls: number;
  /** Proposals it may ask for. */
  readonly iterations: number;
};

export type Action =
  | {
      readonly do: 'evaluate';
      readonly split: 'train' | 'dev';
      /** Runs in order; `seed` is the repetition. */
      readonly runs: readonly { readonly candidate: string; readonly case: string; readonly seed: number }[];
    }
  | {
      readonly do: 'propose';
      readonly parent: string;
      /** A second parent, whose text is to be joined with the first where the proposer can. */
      readonly other?: string;
      /** Runs on train cases that the proposer is shown. */
      readonly records: readonly { readonly candidate: string; readonly case: string; readonly seed: number }[];
    }
  | { readonly do: 'stop'; readonly best: string; readonly why: string };

export type Told =
  | { readonly told: 'scores'; readonly scores: readonly number[] }
  /** A candidate was made; its id is the next one. */
  | { readonly told: 'candidate' }
  /** No candidate came of it: the proposer had none, or it could not be used. */
  | { readonly told: 'nothing' };

/** What people are shown of a search. */
export type Standings = {
  readonly best: string;
  readonly candidates: readonly {
    readonly id: string;
    readonly parent?: string;
    /** Mean over the dev runs it had; absent = none yet. */
    readonly dev?: number;
    readonly runs: number;
    readonly state: 'racing' | 'kept' | 'dropped';
  }[];
  readonly calls: { readonly used: number; readonly cap: number };
};
