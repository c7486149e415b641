import { join } from 'node:path';
import type { Disk } from '../disk.ts';
import { isDigest } from '../events/blobs.ts';
import type { Layout } from '../events/layout.ts';
import type { Line } from '../events/line.ts';
import { blobsOf } from '../events/members.ts';
import { sha256 } from '../json.ts';
import type { AuditProblem } from './report.ts';

/** Digests of the blobs a line cannot do without: its own large members, and the skill a run began with. */
export function blobsNamedBy(line: Line): string[] {
  const members = Object.values(blobsOf(line));
  const { pack } = line.data;
  return line.type === 'run_skill_started' && typeof pack === 'string' ? [...members, pack] : members;
}

/** Who names a blob, as far as it is known. */
export type Naming = { readonly file: string; readonly line: number; readonly run?: string };

export type BlobAudit = { readonly checked: number; readonly problems: readonly AuditProblem[] };

/**
 * Checks every blob that is named, and with `all` every other file in the blobs' folder too.
 * @param named one naming for each digest.
 */
export function auditBlobs(disk: Disk, layout: Layout, named: ReadonlyMap<string, Naming>, all: boolean): BlobAudit {
  const problems: AuditProblem[] = [];
  const names = new Set([...named.keys(), ...(all ? disk.list(layout.blobs) : [])]);
  for (const name of names) {
    const naming = named.get(name);
    const by = naming === undefined ? '' : `; ${naming.file} names it in line ${naming.line}`;
    const run = naming?.run === undefined ? {} : { run: naming.run };
    const file = `${layout.show(layout.blobs)}/${name}`;
    const bytes = isDigest(name) ? disk.read(join(layout.blobs, name)) : undefined;
    if (!isDigest(name)) problems.push({ reason: 'bad_blob', file, ...run, message: `is not named like a blob${by}` });
    else if (bytes === undefined) problems.push({ reason: 'missing_blob', file, ...run, message: `is missing${by}` });
    else if (sha256(bytes) !== name) problems.push({ reason: 'bad_blob', file, ...run, message: `was changed${by}` });
  }
  return { checked: names.size, problems };
}
