import { nodeDisk } from '../../os/disk.ts';
import { UserError } from '../../os/errors.ts';
import { blobReader } from '../../os/events/blobs.ts';
import type { ProjectEvent } from '../../os/events/event.ts';
import { isRunId, layoutOf } from '../../os/events/layout.ts';
import { projectFacts } from '../../os/events/project-facts.ts';

/** Events of the log of a session that speak of cases, without opening it. @throws UserError `not_found`; CorruptLog. */
export function readSessionEvents(dir: string, id: string): readonly ProjectEvent[] {
  const layout = layoutOf(dir);
  if (!isRunId(id) || nodeDisk.stat(layout.log) === undefined) {
    throw new UserError('not_found', `there is no evaluation "${id}"`, {
      hint: '`reyn eval report --list` shows what there is.',
    });
  }
  const blobs = blobReader(nodeDisk, layout);
  return ['session_opened', 'case_scored'].flatMap((type) => projectFacts(nodeDisk, layout, blobs, type)());
}
