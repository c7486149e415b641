import { describe, expect, it } from 'vitest';
import { lintText } from './lint-text.ts';

/** Rules found in a skill whose first phase has these keys. */
function rules(keys: string, instructions = ''): string[] {
  return lintText(`---
type: skill
name: example
artifacts:
  found: { text: string, notes: "string[]", path: "string?" }
  report: { body: string }
final_output: report
entry: find
permissions: { file: { read: ["notes/*"] } }
graph:
  find: [write]
  write: [end]
---
## phase: find

\`\`\`yaml
${keys}
\`\`\`

${instructions}

## phase: write

\`\`\`yaml
input: found
\`\`\`

Write it.
`).map(({ rule }) => rule);
}

const read = (into: string, more = '') =>
  `preprocessor:\n  - { type: op, op: read_file, args: { path: notes/a.md }, into: ${into}${more} }`;

describe('a step of a phase without a model', () => {
  it('may fill fields that only the type of its target declares', () => {
    expect(rules(`input: user_message\nmodel_class: none\n${read('notes')}`)).toEqual([]);
  });

  it('may not write what neither type declares, and what is required must be filled', () => {
    expect(rules(`input: user_message\nmodel_class: none\n${read('lines')}`)).toEqual([
      'carry/incomplete',
      'steps/into-unknown-field',
    ]);
  });
});

describe('a step of a phase with a model', () => {
  it('may add to the message of a person, whose type nobody can extend', () => {
    expect(rules(`input: user_message\n${read('lines')}`, 'Find what belongs to the question.')).toEqual([]);
  });

  it('may not add to a type of the skill what it does not declare', () => {
    expect(rules(`input: report\n${read('lines')}`, 'Find it.')).toEqual(['steps/into-unknown-field']);
  });

  it('may use in arguments, paths and guards what an earlier step wrote, and nothing else that is not declared', () => {
    const next = (place: string) => `${read('lines')}\n  - ${place}`;
    const use = (name: string) => [
      `{ type: op, op: read_file, args: { path: "notes/$${'{'}${name}}" } }`,
      `{ type: validate, path: ${name}, schema: { type: string, minLength: 1 } }`,
      `{ type: op, op: read_file, args: { path: notes/b }, when: { ${name}: { minLength: 1 } } }`,
    ];
    for (const step of use('lines')) expect(rules(`input: user_message\n${next(step)}`, 'Find it.')).toEqual([]);
    expect(use('words').map((step) => rules(`input: user_message\n${next(step)}`, 'Find it.'))).toEqual([
      ['steps/template-unknown-field'],
      ['steps/path-unknown-field'],
      ['guard/unknown-field'],
    ]);
  });
});
