import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mapRecords,
  NO_STEPS,
  recordOf,
  recordsOf,
  type StepRecord,
  withRecord,
} from '../../../src/os/kernel/steps.ts';

const subRun = (child: string): StepRecord => ({
  status: 'started',
  intent: { kind: 'run_skill', by: 'declared', child },
});
const done = (result: string): StepRecord => ({ status: 'done', result });

const RECORDS = fc.array(
  fc.tuple(
    fc.nat(400).map((n) => `1/s${n % 3}/i${n}`),
    fc.oneof(fc.string().map(done), fc.string().map(subRun)),
  ),
  { maxLength: 400 },
);

describe('records of steps', () => {
  it('are the latest given for each id, and count the sub-runs under way among them', () => {
    fc.assert(
      fc.property(RECORDS, (given) => {
        const steps = given.reduce((made, [id, record]) => withRecord(made, id, record), NO_STEPS);
        const latest = new Map(given);
        for (const [id, record] of latest) expect(recordOf(steps, id)).toEqual(record);
        expect(recordOf(steps, '1/none')).toBeUndefined();
        expect(recordsOf(steps)).toHaveLength(latest.size);
        expect(steps.count).toBe(latest.size);
        expect(steps.subRuns).toBe([...latest.values()].filter(({ status }) => status === 'started').length);
      }),
      { numRuns: 60 },
    );
  });

  it('are equal data whatever order they came in', () => {
    fc.assert(
      fc.property(RECORDS, (given) => {
        const all = [...new Map(given)];
        const made = (records: typeof all) =>
          records.reduce((steps, [id, one]) => withRecord(steps, id, one), NO_STEPS);
        expect(made(all.toReversed())).toEqual(made(all));
      }),
      { numRuns: 60 },
    );
  });

  it('are plain data that a change leaves as it was', () => {
    const before = Array.from({ length: 100 }, (_, i) => `1/s1/i${i}`).reduce(
      (steps, id) => withRecord(steps, id, done(id)),
      NO_STEPS,
    );
    const copy = structuredClone(before);
    const after = withRecord(before, '1/s1/i7', subRun('run7'));
    const mapped = mapRecords(after, (record) => (record.status === 'done' ? done('again') : record));
    expect(before).toEqual(copy);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    expect(recordOf(after, '1/s1/i7')).toEqual(subRun('run7'));
    expect(recordOf(mapped, '1/s1/i8')).toEqual(done('again'));
    expect(mapped.subRuns).toBe(1);
  });

  it('share all but one bucket of few with those before the change, also when there are ten thousand', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => `12/s3/i${i + 1}`);
    const before = ids.reduce((steps, id) => withRecord(steps, id, done(id)), NO_STEPS);
    const after = withRecord(before, '12/s3/i5000', done('changed'));
    const changed = after.buckets.filter((bucket, i) => bucket !== before.buckets[i]);
    expect(changed).toHaveLength(1);
    expect(Math.max(...after.buckets.map((bucket) => Object.keys(bucket).length))).toBeLessThan(64);
    expect(after.buckets.length).toBeLessThan(ids.length);
  });
});
