import { describe, expect, it } from 'vitest';
import { lintText } from './lint-text.ts';

const TYPES = `artifacts:
  brief: { goal: string, size: integer, links: "string[]", reader: "string?" }
  draft: { body: string, size: "integer?", links: "string[]?", remarks: "number[]?", about: "string?" }
final_output: draft
entry: plan
`;

/** A skill plan → write ⇄ check → end; \`carry\` is on the edge \`at\`. */
function carried(at: 'write' | 'check' | 'again' | 'end', carry: string, rest: { when?: string } = {}) {
  const edge = (to: string, name: typeof at) =>
    at === name ? `{ to: ${to}, ${rest.when === undefined ? '' : `when: ${rest.when}, `}carry: { ${carry} } }` : to;
  const findings = lintText(`---
type: skill
name: example
${TYPES}graph:
  plan: [${edge('write', 'write')}, check]
  write: [${edge('check', 'check')}]
  check: [${edge('write', 'again')}, ${edge('end', 'end')}]
---
## phase: plan

Plan it.

## phase: write

\`\`\`yaml
input: brief | draft
\`\`\`

Write it.

## phase: check

\`\`\`yaml
input: draft
\`\`\`

Check it.
`);
  return findings.map(({ rule, message }) => `${rule}: ${message}`);
}

describe('a carry path', () => {
  it.each([
    ['end', 'body: input.body'],
    ['end', 'about: run.input.text'],
    ['check', 'size: input.size'],
    ['check', 'about: phases.plan.goal'],
    ['end', 'about: phases.check.body'],
    ['end', 'links: phases.write.links'],
  ] as const)('that leads to a declared field of the right type is fine: %s %s', (at, carry) => {
    expect(carried(at, carry)).toEqual([]);
  });

  it.each([
    [
      'end',
      'body: input.text',
      '"body" is carried from "input.text", but the input of "check" ("draft") declares no such field',
    ],
    [
      'end',
      'about: run.input.txt',
      'the input of the run ("user_message") declares no such field (did you mean "text"?)',
    ],
    ['end', 'about: phases.plan.aim', 'what leaves "plan" ("brief", "draft" or "draft") declares no such field'],
    [
      'write',
      'links: phases.check.links',
      '"check" cannot have been left before "plan": no path leads from one to the other',
    ],
    ['write', 'links: phases.plan.links', '"plan" cannot have been left before "plan"'],
  ] as const)('to nothing is an unknown source: %s %s', (at, carry, message) => {
    const [finding] = carried(at, carry);
    expect(finding).toMatch(/^carry\/unknown-source: /);
    expect(finding).toContain(message.replace(', "draft" or "draft"', ' or "draft"'));
  });

  it.each([
    ['end', 'body: input.links', '"input.links" is a list of strings, but "body" of the final output is a string'],
    ['end', 'size: run.input.text', '"run.input.text" is a string, but "size" of the final output is an integer'],
    [
      'end',
      'remarks: input.links',
      '"input.links" is a list of strings, but "remarks" of the final output is a list of numbers',
    ],
    ['end', 'body: input', '"input" is an object, but "body" of the final output is a string'],
    [
      'check',
      'links: run.input.text',
      '"run.input.text" is a string, but "links" of the input of "check" is a list of strings',
    ],
  ] as const)('to a field of another type is a mismatch: %s %s', (at, carry, message) => {
    expect(carried(at, carry)).toEqual([`carry/type-mismatch: ${message}`]);
  });

  it.each([
    ['end', 'body: phases.write.body', 'a path leads to "check" around "write"'],
    ['end', 'body: phases.check.body', '"check" has left nothing the first time'],
    ['end', 'body: input.about', '"about" is optional in "draft"'],
    ['check', 'body: input.goal', '"goal" is not in "draft"'],
  ] as const)('to something that may be absent is a warning where the field is required: %s %s', (at, carry, why) => {
    const [finding, ...others] = carried(at, carry);
    expect(finding).toMatch(/^carry\/may-be-absent: "body" is required and carried from /);
    expect(finding).toContain(why);
    expect(others).toEqual([]);
  });

  it('is sure where a guard on the edge asks for it', () => {
    expect(carried('end', 'about: input.about, body: input.about', { when: '{ input.about: {} }' })).toEqual([]);
    expect(carried('end', 'body: phases.write.body', { when: '{ visits.write: { minimum: 1 } }' })).toEqual([]);
  });
});

describe('a phase without a model', () => {
  const sorted = (carry: string, preprocessor = '') =>
    lintText(`---
type: skill
name: example
artifacts:
  draft: { body: string }
  sorted: { body: string, urgent: boolean, by: string }
final_output: sorted
entry: write
graph:
  write: [sort]
  sort: [{ to: end, carry: { ${carry} } }]
---
## phase: write

Write it.

## phase: sort

\`\`\`yaml
input: draft
model_class: none
${preprocessor}\`\`\`
`).map(({ rule, message }) => `${rule}: ${message}`);

  it('must have every required field of its target filled', () => {
    expect(sorted('by: run.input.text')).toEqual([
      'carry/incomplete: the phase "sort" has no model, and nothing fills "urgent" of "sorted" on the edge to end',
    ]);
  });

  it('may fill the whole artifact by a step', () => {
    const step = 'preprocessor:\n  - { type: op, op: run_skill, args: { skill: translate, input: {} }, into: . }\n';
    const rules = sorted('by: run.input.text', step).map((finding) => finding.split(':')[0]);
    expect(rules).toEqual(['ops/outside-permissions']);
  });
});
