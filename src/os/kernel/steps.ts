import type { RunEventData } from '../events/event.ts';
import type { Json } from '../json.ts';

/** How a step or an op stands. */
export type StepRecord =
  | { readonly status: 'started'; readonly intent: RunEventData['op_started']; readonly childWaits?: readonly string[] }
  /** A step of several branches, which have records of their own; how it stands follows from them. */
  | { readonly status: 'open'; readonly count: number }
  | { readonly status: 'done'; readonly result?: Json }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }
  | { readonly status: 'denied'; readonly reason: string; readonly need: string; readonly resource: string }
  | { readonly status: 'skipped' };

/**
 * Records by step id, as plain data that a change leaves as it is and copies in part. Read them with {@link recordOf}.
 *
 *  - S1 A change copies one bucket and the list of buckets. A bucket holds few records and a list entry is one word, so
 *    that an event costs about the same in a step of thousands of branches as in one of ten.
 *  - S2 The bucket of an id follows from the id and the number of buckets, and that from the number of records: equal
 *    records are equal data, whatever order they came in.
 *  - S3 `subRuns` is the number of records of sub-runs under way, so that nobody has to look for one at every event.
 */
export type Steps = {
  readonly count: number;
  readonly subRuns: number;
  readonly buckets: readonly Bucket[];
};

type Bucket = Readonly<Record<string, StepRecord>>;

export const NO_STEPS: Steps = { count: 0, subRuns: 0, buckets: [{}] };

/** Records in a bucket, on average, beyond which there are more buckets, and how many times as many. */
const CROWDED = 16;
const GROWTH = 4;

/** The record of a step; `undefined` when nothing of it was begun. */
export function recordOf({ buckets }: Steps, id: string): StepRecord | undefined {
  return buckets[placeOf(id, buckets.length)]?.[id];
}

/** All records, in no particular order. */
export function recordsOf({ buckets }: Steps): readonly StepRecord[] {
  return buckets.flatMap((bucket) => Object.values(bucket));
}

/** With one record more, or another one for a step that has one. */
export function withRecord(steps: Steps, id: string, record: StepRecord): Steps {
  const before = recordOf(steps, id);
  const count = steps.count + (before === undefined ? 1 : 0);
  const subRuns = steps.subRuns + subRunsOf(record) - subRunsOf(before);
  const roomy = count > steps.buckets.length * CROWDED ? spreadOut(steps.buckets) : steps.buckets;
  const place = placeOf(id, roomy.length);
  return { count, subRuns, buckets: roomy.with(place, { ...roomy[place], [id]: record }) };
}

/** With every record changed to what `change` makes of it, which begins and ends no sub-run. */
export function mapRecords(steps: Steps, change: (record: StepRecord) => StepRecord): Steps {
  const changed = (bucket: Bucket): Bucket =>
    Object.fromEntries(Object.entries(bucket).map(([id, record]) => [id, change(record)]));
  return { ...steps, buckets: steps.buckets.map(changed) };
}

function subRunsOf(record: StepRecord | undefined): number {
  return record?.status === 'started' && record.intent.child !== undefined ? 1 : 0;
}

function spreadOut(buckets: readonly Bucket[]): readonly Bucket[] {
  const more: Record<string, StepRecord>[] = Array.from({ length: buckets.length * GROWTH }, () => ({}));
  for (const [id, record] of buckets.flatMap((bucket) => Object.entries(bucket))) {
    const bucket = more[placeOf(id, more.length)];
    if (bucket !== undefined) bucket[id] = record;
  }
  return more;
}

/** FNV-1a of the id, http://www.isthe.com/chongo/tech/comp/fnv, to the number of buckets. */
function placeOf(id: string, buckets: number): number {
  if (buckets === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % buckets;
}
