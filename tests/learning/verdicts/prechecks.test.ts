import { describe, expect, it } from 'vitest';
import type { EvalCase } from '../../../src/learning/evals/case.ts';
import { type Prechecked, precheck } from '../../../src/learning/verdicts/prechecks.ts';

const PASSAGE = 'my parcel was left with a neighbour whom I have never met before';

function caseOf(id: string, input: EvalCase['input']): EvalCase {
  return { id, input, checks: [], tags: [], mustPass: false, weight: 1, where: { file: 'eval.md', line: 1 } };
}

function codes(text: string, rest: Partial<Prechecked> = {}): readonly string[] {
  const files = (md: string) => new Map([['skill.md', Buffer.from(md)]]);
  return precheck({
    baseline: { fingerprint: 'a', files: files('Sort letters.') },
    candidate: { fingerprint: 'b', files: files(text) },
    errors: [],
    widened: [],
    widenedApproved: false,
    holdout: [
      caseOf('h-17', { text: PASSAGE }),
      caseOf('refund', 'Where is my refund?'),
      caseOf('long-one', 'one two'),
    ],
    seen: [caseOf('t-1', 'Where are my new shoes?')],
    locked: 'same',
    current: 'same',
    ...rest,
  }).map(({ code }) => code);
}

describe('before anything is run', () => {
  it('lets a text pass that is new, clean, no wider and knows no sealed case', () => {
    expect(codes('Sort letters by what they ask for.')).toEqual([]);
  });

  it('refuses what does not pass lint, does not differ, is far too long, or whose cases were changed', () => {
    expect(codes('x', { errors: ['skill.md:1: it has no name'] })).toEqual(['lint']);
    expect(codes('Sort letters.', { candidate: { fingerprint: 'a', files: new Map() } })).toEqual(['same']);
    expect(codes('long '.repeat(4000))).toEqual(['size']);
    expect(codes('x', { current: 'other' })).toEqual(['evals']);
  });

  it('refuses a wider set of permissions, unless a person approved it', () => {
    expect(codes('x', { widened: ['it may write everywhere'] })).toEqual(['widens']);
    expect(codes('x', { widened: ['it may write everywhere'], widenedApproved: true })).toEqual([]);
  });

  it('refuses eight words in a row of a sealed case, a short input as a whole, and a telling id', () => {
    expect(codes(`If ${PASSAGE.toUpperCase().replaceAll(' ', '  ')}, answer no.`)).toEqual(['leak']);
    expect(codes('If asked "where is MY refund", answer soon.')).toEqual(['leak']);
    expect(codes('As in case h-17.')).toEqual(['leak']);
    expect(codes('A refund is given within a week.')).toEqual([]);
  });

  it('allows what stands in the skill already, and what its author has seen', () => {
    const seen = [caseOf('t-1', PASSAGE)];
    expect(codes(`If ${PASSAGE}, answer no.`, { seen })).toEqual([]);
    const baseline = { fingerprint: 'a', files: new Map([['skill.md', Buffer.from(PASSAGE)]]) };
    expect(codes(`${PASSAGE}!`, { baseline })).toEqual([]);
  });

  it('says nothing of a sealed case when it refuses', () => {
    const candidate = { fingerprint: 'b', files: new Map([['skill.md', Buffer.from(PASSAGE)]]) };
    const holdout = [caseOf('h-17', PASSAGE)];
    const baseline = { fingerprint: 'a', files: new Map() };
    const breaches = precheck({
      ...{ baseline, candidate, holdout, seen: [], errors: [], widened: [], widenedApproved: false },
      ...{ locked: 's', current: 's' },
    });
    expect(breaches).toHaveLength(1);
    expect(JSON.stringify(breaches)).not.toMatch(/parcel|neighbour|h-17/);
  });
});
