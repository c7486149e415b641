import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/os/json.ts';
import type { Step } from '../../../src/os/skills/skill.ts';
import { applyStep, validateAt } from '../../../src/os/steps/apply.ts';
import { emptyOf } from '../../../src/os/steps/empty.ts';
import { fillTemplate, templatePaths } from '../../../src/os/steps/template.ts';

const SCOPE = { name: 'Ada', size: 3, deep: { list: ['a', { b: null }] }, yes: true };

describe('a template', () => {
  it('that is a whole string keeps the type of the value', () => {
    const args = { a: `\${size}`, b: `\${deep.list}`, c: `\${deep.list.1.b}`, d: `\${yes}`, e: `\${input.name}` };
    expect(fillTemplate(args, SCOPE)).toEqual({
      ok: true,
      value: { a: 3, b: ['a', { b: null }], c: null, d: true, e: 'Ada' },
    });
  });

  it('inside a longer string is written out, at any depth of the arguments', () => {
    const args = { list: [`\${name} has \${size}`, { in: `x\${deep}y` }], plain: 7 };
    expect(fillTemplate(args, SCOPE)).toEqual({
      ok: true,
      value: { list: ['Ada has 3', { in: 'x{"list":["a",{"b":null}]}y' }], plain: 7 },
    });
  });

  it('names every path that is absent, inherited names among them', () => {
    expect(fillTemplate({ a: `\${none}`, b: `x \${deep.list.7}`, c: `\${toString}` }, SCOPE)).toEqual({
      ok: false,
      absent: ['none', 'deep.list.7', 'toString'],
    });
  });

  it('is filled once: what a value holds is never taken for a template', () => {
    expect(fillTemplate({ a: `\${name}`, b: `x\${name}` }, { name: `\${secret}`, secret: 's' })).toEqual({
      ok: true,
      value: { a: `\${secret}`, b: `x\${secret}` },
    });
  });

  it('leaves text without places as it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes(`\${`));
        expect(fillTemplate({ text }, SCOPE)).toEqual({ ok: true, value: { text } });
      }),
    );
  });

  it('lists its paths without a leading input', () => {
    expect(templatePaths({ a: `\${input.a.b}`, b: [`x \${c} \${d.0}`], e: 1 })).toEqual([
      ['a', 'b'],
      ['c'],
      ['d', '0'],
    ]);
  });
});

describe('a step', () => {
  const step = (rest: Partial<Step>): Step =>
    ({ type: 'op', op: 'x', args: {}, onError: 'fail', when: [], ...rest }) as Step;
  const schema = {
    type: 'object',
    properties: { found: { type: 'array' }, deep: { type: 'object', properties: { text: { type: 'string' } } } },
  };
  const applied = (artifact: Json, rest: Partial<Step>, status: 'done' | 'failed' | 'denied', result?: Json) =>
    applyStep(
      artifact,
      step(rest),
      status === 'done' ? { status, ...(result === undefined ? {} : { result }) } : { status },
      schema,
    );

  it('puts its result where `into` says, and into nothing without it', () => {
    expect(applied({ a: 1 }, { into: ['deep', 'text'] }, 'done', 'x')).toEqual({ a: 1, deep: { text: 'x' } });
    expect(applied({ a: 1 }, { into: [] }, 'done', { b: 2 })).toEqual({ b: 2 });
    expect(applied({ a: [1, 2] }, { into: ['a', '1'] }, 'done', 3)).toEqual({ a: [1, 3] });
    expect(applied({ a: 1 }, {}, 'done', 'x')).toEqual({ a: 1 });
  });

  it('that failed leaves its place absent, or empty by its schema', () => {
    for (const status of ['failed', 'denied'] as const) {
      expect(applied({ a: 1 }, { into: ['found'], onError: 'skip' }, status)).toEqual({ a: 1 });
      expect(applied({ a: 1 }, { into: ['found'], onError: 'empty' }, status)).toEqual({ a: 1, found: [] });
      expect(applied({}, { into: ['deep', 'text'], onError: 'empty' }, status)).toEqual({ deep: { text: '' } });
      expect(applied({}, { into: ['other'], onError: 'empty' }, status)).toEqual({ other: null });
    }
  });

  it('changes nothing of the artifact it is given', () => {
    const artifact = Object.freeze({ deep: Object.freeze({ text: 'old' }) });
    expect(applied(artifact, { into: ['deep', 'text'] }, 'done', 'new')).toEqual({ deep: { text: 'new' } });
    expect(artifact).toEqual({ deep: { text: 'old' } });
  });
});

describe('an empty value', () => {
  it.each([
    [{ type: 'object' }, {}],
    [{ type: 'array' }, []],
    [{ type: 'string' }, ''],
    [{ type: 'integer' }, 0],
    [{ type: 'boolean' }, false],
    [{ type: ['string', 'null'] }, ''],
    [{ enum: ['a'] }, null],
    [undefined, null],
  ])('of %j is %j', (schema, empty) => {
    expect(emptyOf(schema)).toEqual(empty);
  });
});

describe('findings of a validation', () => {
  it('name the place from the artifact down', () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'array', items: { type: 'integer' } } },
      required: ['m'],
    };
    expect(validateAt({ deep: { n: [1, 'x'] } }, ['deep'], schema)).toEqual([
      'deep lacks the field "m"',
      'deep/n/1 must be integer',
    ]);
    expect(validateAt({ n: 'x' }, [], schema)).toEqual(['lacks the field "m"', 'n must be array']);
    expect(validateAt({ deep: { n: [1], m: 1 } }, ['deep'], schema)).toEqual([]);
    expect(validateAt({}, ['deep', 'n'], schema)).toEqual(['deep.n is absent']);
  });
});
