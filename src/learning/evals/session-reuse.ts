import { nodeDisk } from '../../os/disk.ts';
import { blobReader } from '../../os/events/blobs.ts';
import { layoutOf } from '../../os/events/layout.ts';
import { projectFacts } from '../../os/events/project-facts.ts';
import type { Project } from '../../os/runs/project.ts';
import type { EvalRow } from './row.ts';
import { rowsIn } from './rows.ts';
import { sessionDir } from './session-deps.ts';

/** Looks a row of an earlier session up by its key. */
export type EarlierRows = (key: string) => EvalRow | undefined;

/**
 * Rows of sessions that evaluated the same closure, also of one that broke off; sealed ones left out. The newest is
 * looked into first, and older ones only for what is not there. What failed for nobody's fault is no row. A log that is
 * damaged or gone has none.
 */
export function earlierRows({ root, store }: Project, own: string, closure: string): EarlierRows {
  const sessions = store
    .facts('eval_started')
    .flatMap((event) =>
      event.type === 'eval_started' && event.data.closure === closure && !event.data.sealed ? [event.data.id] : [],
    )
    .filter((id) => id !== own);
  const rows = new Map<string, EvalRow>();
  return (key) => {
    for (let known = rows.get(key); ; known = rows.get(key)) {
      const id = known === undefined ? sessions.pop() : undefined;
      if (id === undefined) return known;
      for (const row of rowsOf(sessionDir(root, id, false))) {
        if (row.status !== 'infra' && !rows.has(row.key)) rows.set(row.key, { ...row, from: row.from ?? id });
      }
    }
  };
}

function rowsOf(dir: string): readonly EvalRow[] {
  const layout = layoutOf(dir);
  try {
    return rowsIn(projectFacts(nodeDisk, layout, blobReader(nodeDisk, layout), 'case_scored')());
  } catch {
    return []; // it is computed anew instead
  }
}
