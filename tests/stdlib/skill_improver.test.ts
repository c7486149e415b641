import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBook, searchEvents } from '../../src/learning/search/book.ts';
import { ENGINES_BY_NAME } from '../../src/learning/search/engines.ts';
import { seededIds } from '../../src/os/ids.ts';
import type { Json } from '../../src/os/json.ts';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';
import { abortAt, inProject, ofType, type ProjectSpec, person, type TestProject } from '../project.ts';
import { resultOf } from './shipped.ts';

const EXAMPLE = 'reyn/project/support_reply';
const example = (file: string) => fs.readFileSync(path.join(EXAMPLE, file), 'utf8');
const CASES = example('evals/cases.jsonl').trim().split('\n');

/** A case with a mark that stands nowhere else in its id and its input. */
function marked(line: string, at: number): string {
  const { id, input, ...rest } = JSON.parse(line) as { id: string; input: string };
  return JSON.stringify({ id: `${id}-${markOf(at)}`, input: `${input} ${markOf(at)}`, ...rest });
}

const markOf = (at: number) => `mark${String(at).padStart(3, '0')}`;

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
          'evals/cases.jsonl': CASES.slice(0, cases).map(marked).join('\n'),
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
  readonly search: string;
  readonly iterations: number;
  readonly notes: readonly string[];
  readonly verdict?: { readonly verdict: string; readonly code: string };
  readonly receipt?: string;
  readonly version?: number;
  readonly calls: object;
  readonly scores: { readonly before: number; readonly after: number };
};

const reportOf = (outcome: RunOutcome) => resultOf(outcome) as unknown as Report;
/** Too few cases to prove anything by, and enough to search with. */
const FEW = 20;
const SMALL = { skill: 'support_reply', max_iterations: 4, budget: { calls: 170 } };
/** Enough of both to prove a large gain. */
const ENOUGH = 55;

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

type Evidence = {
  readonly failed: readonly { input: string; missed: string[] }[];
  readonly rejected: readonly object[];
};

/** What the model was shown, proposal by proposal. */
const shownIn = (project: TestProject, run: string): readonly Evidence[] =>
  ofType(project.events(run), 'phase_left')
    .filter(({ data }) => data.type === 'evidence')
    .map(({ data }) => data.artifact as unknown as Evidence);

/** The search of a run, as its log tells it. */
function bookOf({ root }: TestProject, search: string) {
  return readBook(searchEvents(root, search), (name) => ENGINES_BY_NAME[name as 'race']);
}

const improve = (project: TestProject, input: string | Json, options = {}) =>
  project.run('skill_improver', input, { onAsk: 'fail', ...options });

describe('skill_improver', () => {
  it(
    'proves a better text and changes not one byte where that is configured; later begins from it, asks, and puts it in place',
    {
      timeout: 120_000,
    },
    () =>
      inProject(withExample(ENOUGH, ['self_improvement: { on_propose: disabled }']), async (project) => {
        const before = textsBelow(project);
        const bounds = { skill: 'support_reply', budget: { calls: 420 } };
        const first = await improve(project, { ...bounds, max_iterations: 12 });
        const found = reportOf(first);
        expect(found).toMatchObject({ outcome: 'disabled', verdict: { verdict: 'PASS', code: 'gain' } });
        expect(first.exit).toBe(0);
        expect(found.diff).toContain('+- ');
        expect(textsBelow(project)).toEqual(before);

        project.write('reyn.yaml', 'model: world\n');
        await project.reopen();
        const { ask, asked } = person('once');
        const second = await improve(project, { ...bounds, max_iterations: 1 }, { ask });
        expect(second).toMatchObject({ status: 'finished', exit: 0 });
        const report = reportOf(second);
        expect(shownIn(project, second.run)).toEqual([]);
        expect(report).toMatchObject({ outcome: 'improved', to: found.to, version: 2, iterations: 1 });
        expect(asked).toMatchObject([
          { kind: 'permission', about: { need: 'skill.write', resource: 'support_reply' } },
        ]);
        expect(project.reyn.skills.load('support_reply').fingerprint).toBe(report.to);
        const versions = await project.reyn.versions.list('support_reply');
        expect(versions).toMatchObject({ versions: expect.arrayContaining([expect.objectContaining({ version: 2 })]) });
      }),
  );

  it('shows the model failed train cases alone; holds what few cases cannot prove; and tells the next search what failed', () =>
    inProject(withExample(FEW), async (project) => {
      const outcome = await improve(project, SMALL);
      const first = reportOf(outcome);
      expect(first).toMatchObject({ outcome: 'held', verdict: { verdict: 'INDETERMINATE', code: 'infeasible' } });
      expect(project.read('reyn/project/support_reply/skill.md')).toBe(example('skill.md'));
      const shown = shownIn(project, outcome.run);
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.every(({ failed }) => failed.every(({ missed }) => missed.length > 0))).toBe(true);

      const whole = JSON.stringify(project.events(outcome.run));
      const train = new Set(bookOf(project, first.search).settings.train.map((id) => id.split('-')[1]));
      const told = Array.from({ length: FEW }, (_, at) => markOf(at)).filter((mark) => whole.includes(mark));
      expect(told.length).toBeGreaterThan(0);
      expect(told.filter((mark) => !train.has(mark))).toEqual([]);

      const rejected = project.reyn.events.query({ type: 'edits_rejected' });
      expect(rejected.length).toBeGreaterThan(0);
      const next = await improve(project, { ...SMALL, seed: 1 });
      const second = reportOf(next);
      expect(second.notes).toContain('It begins with the best candidate of the search before.');
      expect(bookOf(project, second.search).candidates.get('c1')?.hypothesis).toContain('search before');
      expect(second.scores.after).toBeGreaterThanOrEqual(second.scores.before);
      const [shownThen] = shownIn(project, next.run);
      const edits = rejected.flatMap((event) => (event.type === 'edits_rejected' ? [event.data.edits] : []));
      expect(shownThen?.rejected).toEqual(
        expect.arrayContaining(edits.map((each) => expect.objectContaining({ edits: each }))),
      );
    }));

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
    ['a skill without cases', 'support_reply', /reyn eval build support_reply/],
    ['a name that is no skill', 'suport_reply', /Did you mean "support_reply"/],
  ])('ends with 2 for %s', (_, skill, says) =>
    inProject({ model: 'world', skills: { support_reply: { md: example('skill.md') } } }, async (project) => {
      const outcome = await improve(project, { skill });
      expect(outcome).toMatchObject({ status: 'failed', exit: 2 });
      expect(outcome.reason?.message).toMatch(says);
    }),
  );

  it('needs nobody to read a sentence that names one skill', () =>
    inProject(withExample(FEW), async (project) => {
      const outcome = await improve(
        project,
        'Please improve support_reply, it forgets half of what is asked.',
        abortAt(({ type, data }) => type === 'phase_left' && data.to === 'collect_traces'),
      );
      const left = ofType(project.events(outcome.run), 'phase_left').map(({ data }) => data.to);
      expect(left).toEqual(['prepare', 'collect_traces']);
    }));

  it('puts a wish to change the criteria before people, and changes nothing for it', () =>
    inProject(withExample(FEW), async (project) => {
      fs.cpSync('src/stdlib/skills/skill_improver', path.join(project.root, 'reyn/project/skill_improver'), {
        recursive: true,
      });
      const world = 'reyn/project/skill_improver/evals/world.yaml';
      const criteria = '{ title: Greet less, change: No case should ask for a greeting. }';
      const text = project.read(world) ?? '';
      project.write(world, text.replace('edits: "${edits}" }', `edits: "\${edits}", criteria: ${criteria} }`));
      const outcome = await improve(project, { ...SMALL, max_iterations: 1 });
      expect(outcome.status).toBe('finished');
      const [made] = project.reyn.proposals.list('support_reply');
      expect(made).toMatchObject({ kind: 'eval_edit', title: 'Greet less', by: `skill_improver (run ${outcome.run})` });
      expect(project.reyn.proposals.get(made?.id.slice(0, 6) ?? '')).toEqual(made);
    }));

  it('goes on where it was stopped, and runs no case twice', () =>
    inProject(withExample(FEW), async (project) => {
      const whole = reportOf(await improve(project, SMALL));
      await inProject(withExample(FEW), async (other) => {
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
        const { scores, iterations, to, diff, calls } = resumed;
        expect({ scores, iterations, to, diff, calls }).toEqual({
          scores: whole.scores,
          iterations: whole.iterations,
          to: whole.to,
          diff: whole.diff,
          calls: whole.calls,
        });
      });
    }));
});
