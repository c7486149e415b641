import type { EvalReport, EvalSummary } from './learning/evals/report.ts';
import { reportFrom } from './learning/evals/report-of.ts';
import { sessionDir } from './learning/evals/session-deps.ts';
import { readSessionEvents } from './learning/evals/session-events.ts';
import { UserError } from './os/errors.ts';
import type { Store } from './os/events/port.ts';

/** Reports of evaluations that people started, each read from the log of its session. */
export type Evaluations = {
  /** The newest first; of one skill where it is named. One that is damaged or gone is left out. */
  list(skill?: string): readonly EvalSummary[];
  /** @throws UserError `not_found`; CorruptLog. */
  get(id: string): EvalReport;
};

export function openEvaluations(root: string, store: () => Store): Evaluations {
  const reportOf = (id: string) => reportFrom(readSessionEvents(sessionDir(root, id, false), id));
  return {
    list: (skill) =>
      store()
        .facts('eval_started')
        .flatMap((event) => {
          if (event.type !== 'eval_started' || event.data.what !== 'eval') return [];
          if (skill !== undefined && skill !== event.data.skill) return [];
          const report = whole(() => reportOf(event.data.id));
          return report === undefined ? [] : [{ ...report, cases: report.cases.length }];
        })
        .toReversed(),
    get: (id) => {
      const report = reportOf(id);
      if (report !== undefined) return report;
      throw new UserError('not_found', `${id} is no evaluation with a report`, {
        hint: '`reyn eval report --list` shows what there is.',
      });
    },
  };
}

function whole(read: () => EvalReport | undefined): EvalReport | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
