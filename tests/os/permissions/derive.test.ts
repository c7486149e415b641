import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionContext, decide, STAGES } from '../../../src/os/permissions/decide.ts';
import { derive } from '../../../src/os/permissions/derive.ts';
import type { Need } from '../../../src/os/permissions/need.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { ASKING, VERSION } from './asking.ts';

const ALL = {
  ...NO_PERMISSIONS,
  file: { read: ['**'], write: ['**'] },
  net: ['*'],
  exec: [['git', '**']],
  recall: ['docs'],
};
const GRANT = {
  ...{ id: 'g', skill: 'demo', fingerprint: VERSION, need: 'file.write' as const, resource: 'a.md', who: 'pat' },
  ...{ scope: 'exact' as const, granted: '2026-01-01', expires: '2030-01-01' },
};
const ANSWER = { need: 'file.write', resource: 'a.md', allow: true, scope: 'run' as const, step: '1/s1' };
const ALLOW = { need: 'file.write' };

describe('the way to a decision', () => {
  it('has the stages in the order in which they have the word', () => {
    expect(STAGES.map(({ name }) => name)).toEqual([
      'declared',
      'bounds',
      'protections',
      'deny rules',
      'zones',
      'allow rules',
      'grants',
      'answers',
    ]);
  });

  const need: Need = { kind: 'file.write', path: 'a.md' };
  const everything: DecisionContext = {
    ...ASKING,
    bounds: [{ skill: 'parent', permissions: NO_PERMISSIONS }],
    policy: { allow: [ALLOW], deny: [ALLOW] },
    grants: [GRANT],
    answers: [ANSWER],
  };
  /** Takes away, one after the other, what decides. */
  const without: readonly [string, Partial<DecisionContext>][] = [
    ['declared', {}],
    ['bound parent', { permissions: ALL }],
    ['deny rule 1', { bounds: [] }],
    ['allow rule 1', { policy: { allow: [ALLOW], deny: [] } }],
    ['grant g', { policy: { allow: [], deny: [] } }],
    ['answer', { grants: [] }],
    ['zone ask', { answers: [] }],
  ];

  it('is decided by the first that has something to say', () => {
    let context = everything;
    for (const [by, change] of without) {
      context = { ...context, ...change };
      expect(decide(need, context).by).toBe(by);
    }
  });

  it('names the stage that decided, those before it that passed, and those not reached', () => {
    const { steps } = derive(need, {
      ...everything,
      permissions: ALL,
      bounds: [],
      policy: { allow: [ALLOW], deny: [] },
    });
    expect(steps.map(({ stage, came }) => `${stage}: ${came}`)).toEqual([
      'path: passed',
      'declared: passed',
      'bounds: passed',
      'protections: passed',
      'deny rules: passed',
      'zones: passed',
      'allow rules: decided',
      'grants: not reached',
      'answers: not reached',
    ]);
  });

  it('ends at the path when that means nothing, and passes everything where a person is asked', () => {
    const came = (path: string, context: DecisionContext) =>
      derive({ kind: 'file.write', path }, context).steps.map((step) => step.came);
    expect(came('../x', everything)).toEqual(['decided', ...Array(8).fill('not reached')]);
    expect(new Set(came('a.md', { ...ASKING, permissions: ALL }))).toEqual(new Set(['passed']));
  });

  it('comes to the very decision that is made, whatever the need and the rules', () => {
    const paths = fc.constantFrom('a.md', 'docs/a', '.git/x', '../x', '/etc/x', 'work:/a', 'reyn/project/x/skill.md');
    const needs = fc.oneof(
      fc
        .tuple(fc.constantFrom('file.read' as const, 'file.write' as const), paths)
        .map(([kind, path]): Need => ({ kind, path })),
      fc.constantFrom<Need>(
        { kind: 'net', host: 'a.org' },
        { kind: 'net', host: 'localhost' },
        { kind: 'exec', argv: ['git', 'log'] },
        { kind: 'recall', source: 'docs' },
        { kind: 'index', source: 'events' },
        { kind: 'eval' },
      ),
    );
    const rules = fc.array(
      fc.constantFrom({ need: 'file.write' }, { need: 'net' }, { op: 'any' }, { need: 'file.read', resource: 'docs' }),
      { maxLength: 2 },
    );
    const contexts = fc.record({
      allow: rules,
      deny: rules,
      grants: fc.boolean(),
      answers: fc.boolean(),
      bound: fc.boolean(),
    });
    fc.assert(
      fc.property(needs, contexts, (asked, { allow, deny, grants, answers, bound }) => {
        const context = {
          ...ASKING,
          permissions: ALL,
          policy: { allow, deny },
          grants: grants ? [GRANT] : [],
          answers: answers ? [ANSWER] : [],
          bounds: bound ? [{ skill: 'p', permissions: NO_PERMISSIONS }] : [],
        };
        const { decision, steps } = derive(asked, context);
        expect(decision).toEqual(decide(asked, context));
        const decided = steps.filter(({ came }) => came === 'decided');
        expect(decided).toHaveLength(decision.by === 'zone ask' ? 0 : 1);
      }),
      { numRuns: 500 },
    );
  });
});
