import { UserError } from '../errors.ts';
import type { Store } from '../events/port.ts';
import { foldAll } from '../kernel/fold.ts';
import { choiceOf } from '../kernel/intervene.ts';
import { openInterventions } from '../kernel/next.ts';
import type { Intervention, RunState } from '../kernel/state.ts';

/** A question that waits for a person, with the run that asks it. */
export type Open = { readonly intervention: Intervention; readonly state: RunState };

/** Open questions of the runs given. Only a run that is suspended asks: a run that is driven asks its own terminal. */
export function openIn(states: Iterable<RunState>): readonly Open[] {
  return [...states]
    .filter((state) => state.status === 'waiting')
    .flatMap((state) =>
      openInterventions(state).flatMap((id) => {
        const intervention = state.interventions[id];
        return intervention === undefined ? [] : [{ intervention, state }];
      }),
    )
    .sort((a, b) => a.intervention.opened.localeCompare(b.intervention.opened));
}

/** An answer, who gives it, and what they say besides. */
export type Said = { readonly answer: string; readonly who: string; readonly words?: string };

/**
 * Records a person's answer in the log of the run that asked, durably, bound to what was asked. Driving the run on is
 * the caller's next step.
 * @param separateDuties whether who started the run may not answer its permission questions.
 * @throws UserError `refused` then; `usage` when the answer is not one of the choices or the question was answered meanwhile; `busy`.
 */
export async function recordAnswer(
  store: Store,
  open: Open,
  { answer, who, words }: Said,
  separateDuties: boolean,
): Promise<void> {
  const { intervention } = open;
  const chosen = choose(intervention, answer);
  if (separateDuties && intervention.kind === 'permission' && open.state.started.who === who) {
    throw new UserError('refused', `${who} started the run that asks, and so may not answer`, {
      where: { run: open.state.run },
      hint: '`separation_of_duties` is set: somebody else has to answer.',
    });
  }
  const { log, events } = await store.takeRun(open.state.run, 'answer');
  try {
    const state = foldAll(events);
    const now = state.interventions[intervention.id];
    if (now === undefined || now.answer !== undefined || state.outcome !== undefined) {
      if (state.outcome === undefined)
        log.append({ type: 'run_suspended', data: { waiting: openInterventions(state) } });
      throw new UserError('usage', `the question ${intervention.id} was answered already`, {
        where: { run: open.state.run },
      });
    }
    log.append({
      type: 'intervention_answered',
      step: now.step,
      data: {
        id: now.id,
        answer: chosen,
        by: 'answer',
        digest: now.digest,
        who,
        ...(words === undefined ? {} : { words }),
      },
    });
    await log.flush();
  } finally {
    await log.close();
  }
}

function choose(intervention: Intervention, answer: string): string {
  const chosen = choiceOf(intervention, answer);
  if (chosen !== undefined) return chosen;
  const choices = intervention.choices?.join(', ');
  throw new UserError('usage', `"${answer}" is not one of the choices: ${choices}`, {
    hint: `Answer with one of: ${choices}.`,
  });
}
