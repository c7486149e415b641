import { nodeDisk } from '../../os/disk.ts';
import { blobReader } from '../../os/events/blobs.ts';
import { layoutOf } from '../../os/events/layout.ts';
import { projectFacts } from '../../os/events/project-facts.ts';
import type { Project } from '../../os/runs/project.ts';
import type { EvalRow } from './row.ts';
import { rowsIn } from './rows.ts';
import { sessionDir } from './session-deps.ts';

/**
 * Rows by key of sessions that evaluated the same closure, also of one that broke off, sealed ones left out; of several with one key the
 * newest. What failed for nobody's fault is none. A log that is damaged or gone has none.
 */
export function earlierRows({ root, store }: Project, own: string, closure: string): ReadonlyMap<string, EvalRow> {
  const events = store.facts('eval_started');
  const same = events.flatMap((event) =>
    event.type === 'eval_started' && event.data.closure === closure && !event.data.sealed ? [event.data.id] : [],
  );
  const rows = new Map<string, EvalRow>();
  for (const id of same.filter((each) => each !== own)) {
    for (const row of rowsOf(sessionDir(root, id, false))) {
      if (row.status !== 'infra') rows.set(row.key, { ...row, from: row.from ?? id });
    }
  }
  return rows;
}

function rowsOf(dir: string): readonly EvalRow[] {
  const layout = layoutOf(dir);
  try {
    return rowsIn(projectFacts(nodeDisk, layout, blobReader(nodeDisk, layout), 'case_scored')());
  } catch {
    return []; // it is computed anew instead
  }
}
