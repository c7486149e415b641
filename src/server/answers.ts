import type { Reyn } from '../api.ts';
import { UserError } from '../os/errors.ts';

/** What came of an answer. */
export type Given =
  /** It is in the log, and the run goes on. */
  | { readonly as: 'recorded'; readonly run: string }
  /** No such question is open: it was answered, or there was none. */
  | { readonly as: 'absent' }
  /** Another question than the person saw has this id, or it was answered meanwhile. */
  | { readonly as: 'conflict'; readonly why: string }
  | { readonly as: 'refused'; readonly error: UserError };

export type Said = {
  readonly answer: string;
  /** Of the question as the person saw it. */
  readonly digest: string;
  /** Why, in their own words. */
  readonly words?: string;
};

/**
 * Takes answers from people who are not at a terminal. Each drives its run on in this process, beyond the request that
 * brought it.
 */
export type Answers = {
  give(id: string, said: Said): Promise<Given>;
  /** Interrupts the runs that are driven, durably. */
  close(): Promise<void>;
};

/** @param say told what goes wrong after a request was answered. */
export function openAnswers(reyn: Reyn, say: (text: string) => void): Answers {
  const closing = new AbortController();
  const driven = new Set<Promise<unknown>>();
  /** Two answers at once to one question: the first counts. */
  const taken = new Set<string>();

  function find(id: string) {
    return reyn.inbox().find((question) => question.id === id);
  }

  async function drive(id: string, run: string, { answer, words }: Said): Promise<Given> {
    let recorded = () => {};
    const first = new Promise<Given>((resolve) => {
      recorded = () => resolve({ as: 'recorded', run });
    });
    const driving = { signal: closing.signal, onAsk: 'suspend', onEvent: () => recorded() } as const;
    const outcome = reyn.answer(id, answer, { ...driving, ...(words === undefined ? {} : { words }) });
    const ended = outcome.then(
      (): Given => ({ as: 'recorded', run }),
      (error: unknown): Given => {
        if (!(error instanceof UserError)) say(`The run ${run} ended with an error: ${String(error)}`);
        // what fails after the answer is in the log is a matter of the run
        else if (find(id) !== undefined) return { as: 'refused', error };
        else if (error.code === 'usage') return { as: 'conflict', why: error.message };
        else say(`The run ${run} did not go on: ${error.message}`);
        return { as: 'recorded', run };
      },
    );
    driven.add(ended);
    void ended.finally(() => driven.delete(ended));
    return Promise.race([first, ended]);
  }

  return {
    give: async (id, said) => {
      const asked = find(id);
      if (taken.has(id)) return { as: 'conflict', why: 'The question was answered already.' };
      if (asked === undefined) return { as: 'absent' };
      if (asked.digest !== said.digest) return { as: 'conflict', why: 'The question is not the one that was shown.' };
      taken.add(id);
      const given = await drive(id, asked.run, said);
      if (given.as === 'refused') taken.delete(id);
      return given;
    },
    close: async () => {
      closing.abort(new Error('the server was stopped'));
      await Promise.all(driven);
    },
  };
}
