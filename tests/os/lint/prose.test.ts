import { describe, expect, it } from 'vitest';
import { EXAMPLE_ENV } from '../../../src/os/lint/examples.ts';
import { lintFiles } from './lint-text.ts';

const SKILL_MD = `---
type: skill
name: meeting_notes
final_output: notes
entry: plan
artifacts:
  draft: { title: string, points: "string[]", open_items: "string[]" }
  notes: { title: string, body: string }
  risk_list: { risks: "string[]" }
graph:
  plan: [review]
  review: [write_report, plan]
  write_report: [end]
---
`;

const phase = (name: string, input: string, instructions: string) =>
  `---\ntype: phase\nname: ${name}\ninput: ${input}\n---\n${instructions}\n`;

/** What is said about these instructions of the phase \`plan\`: line, rule, and what is quoted. */
function said(instructions: string): string[] {
  const findings = lintFiles(
    {
      'skill.md': SKILL_MD,
      'phases/plan.md': phase('plan', 'user_message | risk_list', instructions),
      'phases/review.md': phase('review', 'draft', 'Read it as somebody who was not there.'),
      'phases/write_report.md': phase('write_report', 'draft', 'Write for people who were not there.'),
    },
    EXAMPLE_ENV,
    'meeting_notes',
  );
  return findings.map(({ file, line, column, rule, message }) => {
    const quoted = message.match(rule === 'prose/steers' ? /^"(.*)" / : /: "(.*)"/)?.[1];
    return `${file === 'phases/plan.md' ? `${line - 5}:${column}` : file} ${rule}${quoted === undefined ? '' : ` ${quoted}`}`;
  });
}

describe('prose that names things of the skill', () => {
  it.each([
    ['Plan it so that `review` finds nothing.', '1:17 prose/names-a-phase `review`'],
    ['The review phase is strict.', '1:5 prose/names-a-phase review phase'],
    ['The **Review** phase is strict.', '1:7 prose/names-a-phase Review** phase'],
    ['This is for the phase "review" alone.', '1:24 prose/names-a-phase review'],
    ['This is for the phase called review.', '1:30 prose/names-a-phase review'],
    ['Go back to review if a point is missing.', '1:12 prose/names-a-phase review'],
    ['Otherwise hand it over to the review.', '1:31 prose/names-a-phase review'],
    ['What you plan is used by write_report.', '1:26 prose/names-a-phase write_report'],
    ['It is needed in the write report phase.', '1:21 prose/names-a-phase write report phase'],
    ['Give back a `draft`.', '1:13 prose/names-an-artifact `draft`'],
    ['Give back a draft artifact.', '1:13 prose/names-an-artifact draft artifact'],
    ['The risk_list holds what went wrong.', '1:5 prose/names-an-artifact risk_list'],
    ['You work for the meeting notes skill.', '1:18 prose/names-the-skill meeting notes skill'],
    ['You work for `meeting_notes`.', '1:14 prose/names-the-skill `meeting_notes`'],
  ])('is found: %s', (instructions, expected) => {
    expect(said(instructions)).toEqual([expected]);
  });

  it.each([
    'Plan the work, review the text, and draft an answer.',
    'Proceed to review the text for gaps.',
    'Go on to plan the second half.',
    'Send the notes to the review board.',
    'A review of the draft is worth more than the draft.',
    'The plan is the result of this phase.',
    'Notes of a meeting are read by people who were not there.',
    'In this phase review the text twice.',
    'Quote it as ``a` `review` `b``.',
    'Put links in `[text](url)` form, and code in backticks.',
    'Say which points were agreed in the meeting: notes are enough.',
  ])('is not seen in ordinary words: %s', (instructions) => {
    expect(said(instructions)).toEqual([]);
  });

  it('is not seen where the word is the name of a field the model writes', () => {
    expect(said('Give every point a verb; `title` is one line, `open_items` may be empty.')).toEqual([]);
  });

  it('may say the name of its own phase', () => {
    expect(said('In the plan phase nothing is written yet: `plan` is thinking.')).toEqual([]);
  });

  it('is reported once for each name, with the number of further places', () => {
    expect(
      said('The review phase is strict.\nThe review phase is fair. Ask `review`.\n\nIt goes to write_report.'),
    ).toEqual(['1:5 prose/names-a-phase review phase', '4:12 prose/names-a-phase write_report']);
  });

  it('is not looked for in fenced blocks and comments', () => {
    expect(
      said(
        'Write as here:\n\n```\nthe review phase, write_report\n```\n\n<!-- see write_report\nand `review` -->\nShort.',
      ),
    ).toEqual([]);
  });
});

describe('prose that steers', () => {
  it.each([
    ['When it is good, move on to the next phase.', '1:18 prose/steers move on to the next phase'],
    ['This prepares the next phase.', '1:19 prose/steers next phase'],
    ['Set next_phase to what fits.', '1:5 prose/steers next_phase'],
    ['If a point is missing, loop back.', '1:24 prose/steers loop back'],
    ['Then go to revision.', '1:1 prose/steers Then go to revision'],
    ['Go back to step 2 when a name is missing.', '1:1 prose/steers Go back to step'],
    ['Transition to writing when done.', '1:1 prose/steers Transition to'],
    ['Choose the approve edge.', '1:1 prose/steers Choose the approve edge'],
    ['Repeat until nothing is left.', '1:1 prose/steers Repeat until'],
    ['Repeat this, point by point,\nuntil nothing is left.', '1:1 prose/steers Repeat this, point by point, until'],
    ['Try again until it is good.', '1:5 prose/steers again until'],
    ['Revise the text at most three times.', '1:1 prose/steers Revise the text at most three times'],
    ['Repeat the process for each.', '1:1 prose/steers Repeat the process'],
    ['Finish when every point has an owner.', '1:1 prose/steers Finish when'],
    ["You're done when every point has an owner.", "1:1 prose/steers You're done when"],
    ['Then end the run.', '1:6 prose/steers end the run'],
    ['As in\n\n```json\n{ "next_phase": "x" }\n```', '4:4 prose/steers next_phase'],
    ['Otherwise answer with `finish`.', undefined],
    ['Otherwise choose `finish`.', '1:11 prose/steers choose `finish`'],
  ])('is found: %s', (instructions, expected) => {
    expect(said(instructions)).toEqual(expected === undefined ? [] : [expected]);
  });

  it.each([
    'Say what the next steps are and who takes them.',
    'The next phase of the project begins in May.',
    'Tell them to go to the settings page.',
    'Then go to the heart of the matter.',
    'Write a smooth transition to the second half.',
    'Do not repeat a sentence until the reader has forgotten it.',
    'Keep reading until the end of the file.',
    'Say when they finish.',
    'Name the edge cases: choose the worst edge case first.',
    'People try three times before they ask.',
    'Explain how the loop ends.',
    'Ask when the work is done.',
  ])('is not seen in ordinary words: %s', (instructions) => {
    expect(said(instructions)).toEqual([]);
  });

  it('is one finding where the goal is a phase that is named', () => {
    expect(said('Then go to `review`.')).toEqual(['1:12 prose/names-a-phase `review`']);
  });

  it('has a fix that says which structure does it', () => {
    const fixes = ['loop back.', 'Repeat until good.', 'Finish when good.'].map((text) => fixesOf(text)[0]);
    expect(fixes[0]).toContain('edge in `graph`');
    expect(fixes[1]).toContain('visits.plan');
    expect(fixes[2]).toContain('finish_criteria');
  });
});

describe('prose that lists fields', () => {
  it.each([
    ['- title: one line\n- points: sentences\n- open_items: questions', '1:3'],
    ['Write these:\n\n* **title** — one line\n\n  more about it\n* **points** — sentences\n* `open_items`', '3:5'],
    ['1. `title`\n2. `points`\n3. `open_items`', '1:4'],
    ['| field | meaning |\n|---|---|\n| title | one line |\n| points | what |\n| open_items | left |', '3:3'],
    ['Answer as\n\n```json\n{"title": "…", "points": ["…"], "open_items": []}\n```', '4:3'],
    ['Answer as\n\n```yaml\ntitle: …\npoints: []\nopen_items: []\n```', '4:1'],
    ['Give back `title`, `points` and `open_items`.', '1:11'],
    ['Return JSON with the fields title, points and open_items.', '1:29'],
    ['- risks: what may happen\n- title: one line\n- body: the text\n- points: all\n- open_items: x', '2:3'],
  ])('is found: %s', (instructions, at) => {
    expect(said(instructions)).toEqual([`${at} prose/restates-fields`]);
  });

  it.each([
    'Write a title and three to five points that somebody could act on.',
    '- title case everywhere\n- points are sentences\n- open items last',
    'The `title` must not repeat the `points`.',
    '- `title`: one line\n\nThat is all.\n\n- `points`: sentences',
    '```json\n{"name": "x", "age": 3}\n```',
    'A point has an owner, a date and a verb.',
  ])('is not seen where fields are only talked about: %s', (instructions) => {
    expect(said(instructions)).toEqual([]);
  });
});

describe('instructions', () => {
  it('are not looked at where no model reads them', () => {
    const files = {
      'skill.md': SKILL_MD.replace('  review: [write_report, plan]', '  review: [write_report]'),
      'phases/plan.md': phase('plan', 'user_message', 'Plan it.'),
      'phases/review.md': phase('review', 'draft\nmodel_class: none', 'Then go to the next phase, write_report.'),
      'phases/write_report.md': phase('write_report', 'draft', 'Write.'),
    };
    const rules = lintFiles(files, EXAMPLE_ENV, 'meeting_notes').map(({ rule }) => rule);
    expect(rules).toEqual(['artifacts/unused']);
  });

  it('must be there, also in a file', () => {
    const files = {
      'skill.md': '---\ntype: skill\nname: one\nartifacts: { note: { text: string } }\ngraph: { only: [end] }\n---\n',
      'phases/only.md': '---\ntype: phase\nname: only\ninput: user_message\n---\n\n  \n',
    };
    expect(lintFiles(files, EXAMPLE_ENV, 'one')).toMatchObject([
      { rule: 'prose/empty-instructions', file: 'phases/only.md', line: 1, column: 1 },
    ]);
  });
});

function fixesOf(instructions: string): string[] {
  const files = {
    'skill.md': SKILL_MD,
    'phases/plan.md': phase('plan', 'user_message | risk_list', instructions),
    'phases/review.md': phase('review', 'draft', 'Read it.'),
    'phases/write_report.md': phase('write_report', 'draft', 'Write.'),
  };
  return lintFiles(files, EXAMPLE_ENV, 'meeting_notes').map(({ fix }) => fix);
}
