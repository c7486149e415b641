import { describe, expect, it } from 'vitest';
import { lintText } from './lint-text.ts';

/** Findings about one guard on the edge from \`work\` to \`fix\`: rule and message. */
function guarded(when: string, rest: { limits?: string; schema?: string } = {}): string[] {
  const schema =
    rest.schema ??
    `{ score: "number 0..1", count: integer, grade: "good | bad", body: string, tags: "string[]", ready: boolean, more: { who: string }, note: "string?" }`;
  const findings = lintText(`---
type: skill
name: example
artifacts:
  result: ${schema}
final_output: result
entry: work
${rest.limits ?? ''}
graph:
  work:
    - { to: fix, when: ${when} }
    - end
  fix: [work, end]
---
## phase: work

\`\`\`yaml
input: user_message | result
\`\`\`

Do it well.

## phase: fix

\`\`\`yaml
input: result
\`\`\`

Make it better.
`);
  return findings.map(({ rule, message }) => `${rule}: ${message}`);
}

describe('a guard on a field', () => {
  it.each([
    '{ score: { minimum: 0.5 } }',
    '{ score: 0.5 }',
    '{ artifact.score: { minimum: 0.5 } }',
    '{ grade: good }',
    '{ grade: { enum: [good, best] } }',
    '{ count: { minimum: 3, maximum: 3 } }',
    '{ tags: { minItems: 1 } }',
    '{ tags.0: { const: urgent } }',
    '{ more.who: { minLength: 1 } }',
    '{ note: {} }',
    '{ input.text: { minLength: 10 } }',
    '{ input.grade: bad }',
    '{ ready: false }',
    '{ body: { type: string } }',
    '{ visits.fix: { maximum: 2 } }',
    '{ visits.work: 1 }',
  ])('says nothing where it can hold and can fail: %s', (when) => {
    expect(guarded(when)).toEqual([]);
  });

  it.each([
    [
      '{ scor: 1 }',
      'guard looks at "scor", but what leaves "work" for fix ("result") declares no such field (did you mean "score"?)',
    ],
    ['{ more.whom: x }', 'declares no such field (did you mean "who"?)'],
    ['{ tags.first: x }', 'declares no such field'],
    ['{ score.value: 1 }', 'declares no such field'],
    [
      '{ input.texts: x }',
      'the input of "work" ("user_message" or "result") declares no such field (did you mean "text"?)',
    ],
    ['{ artifact.input: 1 }', 'guard looks at "artifact.input"'],
  ])('is unknown where no type declares it: %s', (when, message) => {
    const [finding, ...others] = guarded(when);
    expect(finding).toMatch(/^guard\/unknown-field: /);
    expect(finding).toContain(message);
    expect(others).toEqual([]);
  });

  it.each([
    ['{ count: { minimum: 5, maximum: 3 } }', 'minimum 5 is above maximum 3'],
    ['{ count: { exclusiveMinimum: 3, maximum: 3 } }', 'exclusiveMinimum 3 and maximum 3 leave no value'],
    ['{ count: { type: integer, exclusiveMinimum: 1, exclusiveMaximum: 2 } }', 'leave no whole number'],
    ['{ count: { minimum: 1.2, maximum: 1.8 } }', 'leave no whole number'],
    ['{ body: { minLength: 5, maxLength: 3 } }', 'minLength 5 is above maxLength 3'],
    ['{ tags: { minItems: 2, maxItems: 1 } }', 'minItems 2 is above maxItems 1'],
    ['{ body: { const: a, enum: [b, c] } }', '"a" is not one of "b", "c"'],
    ['{ count: { const: 3, maximum: 2 } }', '3 is against maximum 2'],
    ['{ count: { type: integer, const: many } }', '"many" is not an integer'],
    ['{ score: { minimum: 85 } }', 'minimum 85 is above maximum 1 in the schema of "result"'],
    ['{ score: 85 }', '85 is against maximum 1 in the schema of "result"'],
    ['{ grade: fine }', '"fine" is not one of "good", "bad" in the schema of "result"'],
    ['{ grade: { enum: [fine, best] } }', '"fine" is not one of "good", "bad"'],
    ['{ count: "3" }', '"3" is not an integer'],
    ['{ ready: "yes" }', '"yes" is not a boolean'],
    ['{ body: { type: number } }', 'a value cannot be number and string at once'],
    ['{ score: { minimum: 0.5 }, artifact.score: { maximum: 0.2 } }', 'minimum 0.5 is above maximum 0.2'],
    ['{ visits.fix: { maximum: -1 } }', 'minimum 0 is above maximum -1; it is a count of at least 0'],
    ['{ visits.fix: often }', '"often" is not an integer; it is a count of at least 0'],
    ['{ visits.work: 0 }', '0 is against minimum 1; it is a count of at least 1'],
  ])('is contradictory where no value can meet it: %s', (when, why) => {
    const [finding, ...others] = guarded(when);
    expect(finding).toMatch(/^graph\/contradictory-guard: the guard on "[a-z.]+" never holds: /);
    expect(finding).toContain(why);
    expect(others).toEqual([]);
  });

  it.each([
    ['{ body: { minimum: 3 } }', 'minimum is not about a string'],
    ['{ tags: { minLength: 3 } }', 'minLength is not about a list of strings'],
    ['{ score: { minLength: 3, pattern: x } }', 'minLength, pattern is not about a number'],
    ['{ more: { minItems: 1 } }', 'minItems is not about an object'],
  ])('has no effect where its keywords are about another type: %s', (when, why) => {
    const [finding, ...others] = guarded(when);
    expect(finding).toMatch(/^guard\/no-effect: /);
    expect(finding).toContain(why);
    expect(others).toEqual([]);
  });
});

describe('a guard on visits', () => {
  it('may not ask for more than the limit on visits lets happen', () => {
    const [finding] = guarded('{ visits.fix: { minimum: 4 } }', { limits: 'limits: { max_phase_visits: 3 }' });
    expect(finding).toContain('never holds: minimum 4 is above maximum 3');
  });

  it.each([
    ['{ visits.fix: { maximum: 24 } }', '', 0],
    ['{ visits.fix: { maximum: 25 } }', '', 1],
    ['{ visits.fix: { exclusiveMaximum: 25 } }', '', 0],
    ['{ visits.fix: { maximum: 3 } }', 'limits: { max_phase_visits: 3 }', 1],
    ['{ visits.fix: { maximum: 2 } }', 'limits: { max_phase_visits: 3 }', 0],
    ['{ visits.work: { maximum: 99 } }', '', 0],
  ])('that bounds a loop must close before the limit does: %s %s', (when, limits, count) => {
    const findings = guarded(when, { limits });
    expect(findings.map((finding) => finding.split(':')[0])).toEqual(Array(count).fill('limits/guard-beyond-limit'));
  });
});

describe('an artifact type written as JSON Schema', () => {
  const one = (schema: string, when: string) => guarded(when, { schema }).map((finding) => finding.split(':')[0]);

  it.each([
    ['{ type: object, properties: { a: { type: string } } }', '{ b: 1 }', ['guard/unknown-field']],
    ['{ type: object, properties: { a: { type: string } }, additionalProperties: true }', '{ b: 1 }', []],
    ['{ type: object, properties: { a: { type: string } }, additionalProperties: { type: number } }', '{ b: 1 }', []],
    ['{ type: object, additionalProperties: { type: number } }', '{ b.c: 1 }', []],
    [
      '{ type: object, properties: { a: { type: string } }, patternProperties: { "^x_": { type: number } } }',
      '{ x_b: 1 }',
      [],
    ],
    [
      '{ type: object, properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: { type: object, properties: { n: { type: number } } } } }',
      '{ a.n: 1 }',
      [],
    ],
    [
      '{ type: object, properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: { type: object, properties: { n: { type: number } } } } }',
      '{ a.m: 1 }',
      ['guard/unknown-field'],
    ],
    [
      '{ type: object, properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: { type: object, properties: { a: { $ref: "#/$defs/a" } } } } }',
      '{ a.a.a.a.b: 1 }',
      ['guard/unknown-field'],
    ],
    [
      '{ type: object, anyOf: [{ properties: { a: { type: string } } }, { properties: { b: { type: number } } }] }',
      '{ b: 1 }',
      [],
    ],
    [
      '{ type: object, anyOf: [{ properties: { a: { type: string } } }, { properties: { b: { type: number } } }] }',
      '{ c: 1 }',
      ['guard/unknown-field'],
    ],
    [
      '{ type: object, allOf: [{ properties: { a: { type: string, minLength: 3 } } }] }',
      '{ a: ab }',
      ['graph/contradictory-guard'],
    ],
    ['{ type: object, properties: { a: { anyOf: [{ type: string }, { type: number }] } } }', '{ a: 1 }', []],
    ['{ type: object, properties: { a: { type: [string, "null"] } } }', '{ a: null }', []],
    ['{ type: object, properties: { a: { type: [string, "null"] } } }', '{ a: 1 }', ['graph/contradictory-guard']],
    ['{ type: object, properties: { a: true } }', '{ a: 1 }', []],
    [
      '{ type: object, properties: { a: { type: array, items: { type: object, properties: { n: { type: number } } } } } }',
      '{ a.0.n: 1 }',
      [],
    ],
  ])('%s with %s', (schema, when, rules) => {
    expect(one(schema, when)).toEqual(rules);
  });
});
