import { describe, expect, it } from 'vitest';
import { EXPORTS } from '../../../src/learning/evals/export.ts';
import { caseOf, reportOf, row } from './sample.ts';

const FORMULA = '=HYPERLINK("https://evil.example")';
const REPORT = reportOf(
  'a',
  [
    caseOf('x', 'a', '10', { tags: ['one', 'two'], weight: 2 }),
    caseOf(FORMULA, 'a', '', {
      mustPass: true,
      rows: [row(FORMULA, 'a', 0, { status: 'crashed', error: '+cmd|calc', checks: [], feedback: { seen: true } })],
    }),
  ],
  { version: 3 },
);

const text = (name: 'csv' | 'jsonl') => [...EXPORTS[name](REPORT)].join('');

describe('rows as CSV', () => {
  it('have a heading, and one line for each run of a case with as many cells', () => {
    const [head = '', first = '', second = ''] = text('csv').split('\r\n');
    expect(head).toMatch(/^evaluation,date,skill,version,skill_version_hash,model,case,tags,must_pass,weight,seed,/);
    expect(first).toBe(
      `evala00001,2026-03-01T09:30:12.000Z,essay,3,${'a'.repeat(64)},m,x,one two,false,2,0,scored,1,true,1,1,,,r4k2m9x0ab,80,20,0.01,500,1`,
    );
    expect(second).toContain(',right: it is not right,');
    expect(first.split(',')).toHaveLength(head.split(',').length);
  });

  it('hold no cell that a spreadsheet would calculate', () => {
    const csv = text('csv');
    expect(csv).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
    expect(csv).toContain(`"'+cmd|calc"`);
    expect(csv).not.toMatch(/(?:^|,|")[=+@]/m);
  });
});

describe('rows as JSON lines', () => {
  it('are the rows with what report and case say of them', () => {
    const lines = text('jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({
      ...{ evaluation: 'evala00001', date: '2026-03-01T09:30:12.000Z', skill: 'essay', version: 3 },
      ...{ tags: ['one', 'two'], must_pass: false, weight: 2 },
      ...row('x', 'a', 0),
    });
    expect(lines[2]).toMatchObject({ case: FORMULA, must_pass: true, status: 'crashed', feedback: { seen: true } });
  });
});
