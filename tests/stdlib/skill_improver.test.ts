import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededIds } from '../../src/os/ids.ts';
import type { Json } from '../../src/os/json.ts';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';
import { abortAt, inProject, ofType, type ProjectSpec, person, type TestProject } from '../project.ts';
import { resultOf } from './shipped.ts';

const EXAMPLE = 'reyn/project/support_reply';
const example = (file: string) => fs.readFileSync(path.join(EXAMPLE, file), 'utf8');
const CASES = example('evals/cases.jsonl').trim().split('\n');

/** The shipped example, with as many of its cases, played by the world. */
function withExample(cases = CASES.length, config: readonly string[] = []): ProjectSpec {
  return {
    model: 'world',
    config,
    open: { ids: seededIds('improver') },
    skills: {
      support_reply: {
        md: example('skill.md'),
        files: {
          'evals/world.yaml': example('evals/world.yaml'),
          'evals/cases.jsonl': `${CASES.slice(0, cases).join('\n')}\n`,
        },
      },
    },
  };
}

type Report = {
  readonly outcome: string;
  readonly from: string;
  readonly to?: string;
  readonly diff: string;
  readonly iterations: number;
  readonly notes: readonly string[];
  readonly verdict?: { readonly verdict: string; readonly code: string };
  readonly receipt?: string;
  readonly version?: number;
  readonly scores: { readonly before: number; readonly after: number };
};

const reportOf = (outcome: RunOutcome) => resultOf(outcome) as unknown as Report;
/** Enough to do something, and too little to do much. */
const SMALL = { skill: 'support_reply', max_iterations: 3 };

/** Every file below reyn/, with its text. */
function textsBelow({ root }: TestProject): Record<string, string> {
  const files = fs.readdirSync(path.join(root, 'reyn'), { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [file, fs.readFileSync(file, 'utf8')]),
  );
}

const improve = (project: TestProject, input: string | Json, options = {}) =>
  project.run('skill_improver', input, { onAsk: 'fail', ...options });

describe('skill_improver', () => {
  it('proves a better text on sealed cases, asks, and puts it in place', { timeout: 240_000 }, () =>
    inProject(withExample(), async (project) => {
      const { ask, asked } = person('once');
      const outcome = await improve(
        project,
        { skill: 'support_reply', max_iterations: 12, budget: { calls: 700 } },
        { ask },
      );
      expect(outcome).toMatchObject({ status: 'finished', exit: 0 });
      const report = reportOf(outcome);
      expect(report).toMatchObject({ outcome: 'improved', verdict: { verdict: 'PASS', code: 'gain' } });
      expect(report.diff).toContain('+- ');
      expect(asked).toMatchObject([{ kind: 'permission', about: { need: 'skill.write', resource: 'support_reply' } }]);
      expect(project.reyn.skills.load('support_reply').fingerprint).toBe(report.to);
      const versions = await project.reyn.versions.list('support_reply');
      expect(versions).toMatchObject({ versions: expect.arrayContaining([expect.objectContaining({ version: 2 })]) });
    }),
  );

  it('shows the model failed train cases, and no other case', () =>
    inProject(withExample(20), async (project) => {
      const outcome = await improve(project, SMALL);
      expect(outcome.status).toBe('finished');
      const shown = ofType(project.events(outcome.run), 'phase_left')
        .filter(({ data }) => data.type === 'evidence')
        .map(({ data }) => data.artifact as { failed: { input: string; missed: string[] }[] });
      expect(shown.length).toBeGreaterThan(0);
      const inputs = new Set(shown.flatMap(({ failed }) => failed.map(({ input }) => input)));
      const set = CASES.slice(0, 20).map((line) => JSON.parse(line) as { id: string; input: string });
      expect(set.filter(({ input }) => inputs.has(input)).length).toBe(inputs.size);
      const whole = JSON.stringify(project.events(outcome.run));
      const told = set.filter(({ input }) => whole.includes(input));
      expect(told.length).toBeLessThan(set.length / 2);
      expect(shown.every(({ failed }) => failed.every(({ missed }) => missed.length > 0))).toBe(true);
    }));

  it('holds a candidate that so few cases cannot prove, and begins from it the next time', () =>
    inProject(withExample(20), async (project) => {
      const first = reportOf(await improve(project, SMALL));
      expect(first).toMatchObject({ outcome: 'held', verdict: { verdict: 'INDETERMINATE', code: 'infeasible' } });
      expect(project.read('reyn/project/support_reply/skill.md')).toBe(example('skill.md'));
      const second = await improve(project, { ...SMALL, seed: 1 });
      expect(reportOf(second).notes).toContain('It begins with the best candidate of the search before.');
      expect(reportOf(second).scores.after).toBeGreaterThanOrEqual(reportOf(second).scores.before);
    }));

  it('changes not one byte below reyn/ where the configuration applies nothing', { timeout: 240_000 }, () =>
    inProject(withExample(CASES.length, ['self_improvement: { on_propose: disabled }']), async (project) => {
      const before = textsBelow(project);
      const outcome = await improve(project, { skill: 'support_reply', max_iterations: 12, budget: { calls: 700 } });
      expect(reportOf(outcome)).toMatchObject({ outcome: 'disabled', verdict: { verdict: 'PASS' } });
      expect(outcome.exit).toBe(0);
      expect(textsBelow(project)).toEqual(before);
    }),
  );

  it('is denied a skill that ships, by where it lies', () =>
    inProject({ model: 'world' }, async (project) => {
      const outcome = await improve(project, { skill: 'word_stats_demo' });
      expect(outcome).toMatchObject({
        status: 'failed',
        exit: 4,
        denied: [{ need: 'skill.write', resource: 'word_stats_demo' }],
      });
      const [denied] = ofType(project.events(outcome.run), 'permission_denied');
      expect(denied?.data.by).toBe('protection stdlib');
    }));

  it.each([
    ['without cases', { support_reply: { md: example('skill.md') } }, 'support_reply', /reyn eval build support_reply/],
  ])('ends with 2 for a skill %s', (_, skills, skill, says) =>
    inProject({ model: 'world', skills }, async (project) => {
      const outcome = await improve(project, { skill });
      expect(outcome).toMatchObject({ status: 'failed', exit: 2 });
      expect(outcome.reason?.message).toMatch(says);
    }),
  );

  it('needs nobody to read a sentence that names one skill', () =>
    inProject(withExample(20), async (project) => {
      const outcome = await improve(
        project,
        'Please improve support_reply, it forgets half of what is asked.',
        abortAt(({ type, data }) => type === 'phase_left' && data.to === 'collect_traces'),
      );
      const left = ofType(project.events(outcome.run), 'phase_left').map(({ data }) => data.to);
      expect(left).toEqual(['prepare', 'collect_traces']);
    }));

  it('goes on where it was stopped, and runs no case twice', () =>
    inProject(withExample(20), async (project) => {
      const whole = reportOf(await improve(project, SMALL));
      await inProject(withExample(20), async (other) => {
        const stop = new AbortController();
        const started = await improve(other, SMALL, {
          signal: stop.signal,
          onEvent: ({ type, step }: { type: string; step?: string }) => {
            if (type === 'op_started' && step === '8/s1') stop.abort(new Error('stopped by the test'));
          },
        });
        expect(started.status).toBe('interrupted');
        const reyn = await other.reopen();
        const resumed = reportOf(await reyn.resume(started.run, { onAsk: 'fail' }));
        const { scores, iterations, to, diff } = resumed;
        expect({ scores, iterations, to, diff }).toEqual({
          scores: whole.scores,
          iterations: whole.iterations,
          to: whole.to,
          diff: whole.diff,
        });
      });
    }));
});
