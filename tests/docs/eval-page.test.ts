import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CASE_FORM } from '../../src/learning/evals/case-form.ts';
import { CHECK_KEYS } from '../../src/learning/evals/check-form.ts';
import { readEvalMd } from '../../src/learning/evals/read-eval-md.ts';
import { readJsonl } from '../../src/learning/evals/read-jsonl.ts';
import { SCORERS_BY_KIND } from '../../src/learning/evals/scorers/list.ts';

const page = readFileSync('docs/concepts/eval.md', 'utf8');
const names = (heading: string) => {
  const part = page.slice(page.indexOf(heading));
  const table = part.slice(part.indexOf('|---|'), part.indexOf('\n\n', part.indexOf('|---|')));
  return [...table.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]);
};

describe('the page about evals', () => {
  it('has every scorer, with what it says of itself', () => {
    const rows = Object.values(SCORERS_BY_KIND).map(
      ({ kind, summary, example }) => `| \`${kind}\` | ${summary} | \`${example}\` |`,
    );
    expect(page).toContain(rows.join('\n'));
  });

  it('has every key of a case and of a check', () => {
    expect(names('## Cases as JSON lines').sort()).toEqual(Object.keys(CASE_FORM.properties).sort());
    expect(names('### Every check').sort()).toEqual(Object.keys(CHECK_KEYS).sort());
  });

  it('shows cases that are read', () => {
    const md = /````markdown\n(.*?)````/s.exec(page)?.[1] ?? '';
    const made = readEvalMd(md, 'eval.md', 'summarize', []);
    expect(made.flaws).toEqual([]);
    expect(made.cases.map(({ checks }) => checks.map(({ scorer }) => scorer))).toEqual([
      ['judge', 'contains', 'json_path', 'json_path', 'judge'],
    ]);
    const line = /```json\n(.*?)```/s.exec(page)?.[1] ?? '';
    expect(readJsonl(line, 'a.jsonl', [])).toMatchObject({ flaws: [], cases: [{ id: 'berlin' }] });
  });
});
