import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EvalRow } from '../src/learning/evals/row.ts';
import { usedBy } from '../src/learning/evals/rows.ts';
import type { OpenSession } from '../src/learning/evals/session.ts';
import { planned } from '../src/learning/search/plan.ts';
import { DEFAULT_LIMITS } from '../src/os/config/limits.ts';
import type { Asking } from '../src/os/kernel/ports.ts';
import { openMeter } from '../src/os/limits/meter.ts';
import type { WorkspaceHandle } from '../src/os/workspace/workspace.ts';
import { openSearching, type Searching, type SearchingDeps } from '../src/searching.ts';
import { type Evaluating, inEvaluation } from './learning/evaluating.ts';
import { onePhase, type ProjectSpec } from './project.ts';

const example = (file: string) => fs.readFileSync(`reyn/project/support_reply/${file}`, 'utf8');
const TEXT = example('skill.md');
const CASES = example('evals/cases.jsonl').split('\n').slice(0, 20);
const SPEC: ProjectSpec = {
  model: 'world',
  skills: {
    support_reply: {
      md: TEXT,
      files: { 'evals/world.yaml': example('evals/world.yaml'), 'evals/cases.jsonl': CASES.join('\n') },
    },
  },
};

const SAY = onePhase('say', 'artifacts: { words: { text: string } }');
/** Says something that is always half right. */
const TALKING: ProjectSpec = {
  skills: {
    say: {
      md: SAY,
      files: {
        'evals/cases.jsonl': Array.from({ length: 20 }, (_, i) =>
          JSON.stringify({
            id: `c${i}`,
            cluster: `${i}`,
            input: `${i}`,
            checks: [{ contains: 'words' }, { contains: 'never' }],
          }),
        ).join('\n'),
      },
      rules: [{ turn: { finish: { text: 'words' } } }],
    },
  },
};

const NOTHING = { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0, bytes: 0 };

/** An op of a run that asks, with a folder of files in reach. */
function asking(step: string, files: Readonly<Record<string, string>> = {}): Asking {
  const workspace = {
    walk: async function* () {
      yield* Object.keys(files).map((file) => `work:/c/${file}`);
    },
    readBytes: async (path: string) => Buffer.from(files[path.slice('work:/c/'.length)] ?? ''),
  };
  return {
    run: 'run1',
    step,
    skill: 'whoever_asks',
    who: 'tester',
    needs: [],
    model: undefined,
    workspace: workspace as unknown as WorkspaceHandle,
    meter: openMeter({ limits: DEFAULT_LIMITS, raised: () => ({}), spent: () => NOTHING }, () => 0),
    signal: new AbortController().signal,
  };
}

const TOKENS = 1000;

/** Sessions whose runs each use so many tokens. */
function costing(open: OpenSession): OpenSession {
  const dear = (row: EvalRow): EvalRow => ({ ...row, usage: { ...row.usage, input: TOKENS - 10, output: 10 } });
  return async (request) => {
    const session = await open(request);
    return {
      ...session,
      rows: () => session.rows().map(dear),
      used: () => usedBy(session.rows().map(dear)),
      evaluate: async (asked, { onRow, ...options }) => {
        const rows = await session.evaluate(asked, { ...options, onRow: (row, known) => onRow?.(dear(row), known) });
        return rows.map(dear);
      },
    };
  };
}

type Opened = { readonly search: string; readonly iterations: number; readonly budget: { readonly search: number } };
type Told = {
  readonly next: string;
  readonly parent: { readonly candidate: string };
  readonly rejected: readonly { readonly why: string }[];
  readonly calls: { readonly used: number; readonly cap: number };
};

async function opened({ project, evaluation }: Evaluating, request: object = {}, engines?: SearchingDeps['engines']) {
  const { open, set } = evaluation;
  const searching = openSearching({ project: () => project, open, set, ...(engines === undefined ? {} : { engines }) });
  const plan = await searching.plan(asking('1/s1'), { open: { skill: 'support_reply', ...request } });
  await plan.commit();
  return { searching, plan, ...(plan.result as unknown as Opened) };
}

const told = async (searching: Searching, search: string) =>
  (await searching.evaluate(asking('2/s1'), { search })).result as unknown as Told;

async function offered(searching: Searching, search: string, files: Record<string, string>, step = '2/s1') {
  const { parent } = (await searching.evaluate(asking(step), { search })).result as unknown as Told;
  const offer = { parent: parent.candidate, dir: 'work:/c', edits: [{ file: 'skill.md' }] };
  const plan = await searching.plan(asking('3/s1', files), { search, offer });
  await plan.commit();
  return plan.result as { accepted: boolean; why?: string };
}

describe('a search', () => {
  it('is the same one when its step is planned again, and is there once the plan is committed', () =>
    inEvaluation(SPEC, async (evaluating) => {
      const { searching, plan, search } = await opened(evaluating);
      const again = await searching.plan(asking('1/s1'), { open: { skill: 'support_reply' } });
      expect(again.result).toMatchObject({ search });
      expect(await searching.remains(plan)).toEqual({ left: 'all' });
      expect(await searching.remains({ ...plan, path: 'search:nowhere' })).toEqual({ left: 'nothing' });
      expect(await searching.remains({ ...plan, path: `search:${search}/1` })).toEqual({ left: 'nothing' });
    }));

  it('sets aside what its verification may need, and never uses more than the rest', () =>
    inEvaluation(SPEC, async (evaluating) => {
      const { searching, search, budget } = await opened(evaluating, { budget: { calls: 200 } });
      const { calls } = await told(searching, search);
      expect(calls.cap).toBe(budget.search);
      expect(calls.used).toBeLessThanOrEqual(budget.search);
      await expect(opened(evaluating, { budget: { calls: 20 } })).rejects.toMatchObject({ code: 'usage' });
    }));

  it.each([
    ['that is as it was', { 'skill.md': TEXT }, /change nothing/],
    ['that does not load', { 'skill.md': 'no front matter' }, /does not load/],
    [
      'that asks for more',
      { 'skill.md': TEXT.replace('artifacts:', 'permissions: { file: { read: ["**"] } }\nartifacts:') },
      /only a person may allow/,
    ],
  ])('enters a text %s as refused, and tells the next proposal why', (_, files, why) =>
    inEvaluation(SPEC, async (evaluating) => {
      const { searching, search } = await opened(evaluating);
      expect(await offered(searching, search, files)).toMatchObject({
        accepted: false,
        why: expect.stringMatching(why),
      });
      const { next, rejected } = await told(searching, search);
      expect(next).toBe('propose');
      expect(rejected[0]?.why).toMatch(why);
    }),
  );

  it('leaves eval files out of a candidate', () =>
    inEvaluation(SPEC, async (evaluating) => {
      const { searching, search } = await opened(evaluating);
      const files = {
        'skill.md': `${TEXT}- Say when the money will be back.\n`,
        'evals/cases.jsonl': '{}',
        'eval.md': '',
      };
      expect(await offered(searching, search, files)).toMatchObject({ accepted: true });
      const { candidate } = await searching.best(search).catch(() => ({ candidate: undefined }));
      expect([...(candidate?.source.files.keys() ?? ['skill.md'])]).toEqual(['skill.md']);
    }));

  it('joins two candidates by itself, and asks nobody', () =>
    inEvaluation(SPEC, async (evaluating) => {
      const joining = planned('joining', function* (pool) {
        const [at] = pool.settings.dev;
        const runs = at === undefined ? [] : [{ candidate: 'c0', case: at, seed: 0 }];
        yield { do: 'evaluate', split: 'dev', runs };
        yield { do: 'propose', parent: 'c0', records: [] };
        yield { do: 'propose', parent: 'c0', records: [] };
        yield { do: 'propose', parent: 'c1', other: 'c2', records: [] };
        pool.best = pool.candidates.at(-1) ?? pool.best;
        return 'iterations';
      });
      const { searching, search } = await opened(evaluating, { engine: 'joining' }, { joining });
      const [one, two] = ['- Say when the money will be back.\n', '- Say who decides.\n'];
      await offered(searching, search, { 'skill.md': `${TEXT}${one}` });
      await offered(searching, search, { 'skill.md': `${TEXT}${two}` });
      expect(await told(searching, search)).toMatchObject({ next: 'stop', iterations: 3 });
      const { candidate, ancestors } = await searching.best(search);
      expect(Buffer.from(candidate.source.files.get('skill.md') ?? '').toString()).toBe(`${TEXT}${one}${two}`);
      expect(ancestors).toHaveLength(3);
    }));

  it('never passes a cap on tokens, and charges each run to who asked for it', () =>
    inEvaluation(TALKING, async (evaluating) => {
      const dear = {
        ...evaluating,
        evaluation: { ...evaluating.evaluation, open: costing(evaluating.evaluation.open) },
      };
      const budget = { calls: 1000, tokens: 60_000 };
      const { searching, search, budget: set } = await opened(dear, { skill: 'say', budget });
      const cap = Math.floor((60_000 * set.search) / 1000);
      let charged = 0;
      let last: Told;
      for (let nth = 0; ; nth++) {
        const { result, spent } = await searching.evaluate(asking(`${nth}/s1`), { search });
        charged += spent.input + spent.output;
        last = result as unknown as Told;
        if (last.next === 'stop') break;
        await offered(searching, search, { 'skill.md': `${SAY}${nth}\n` }, `${nth}/s2`);
      }
      expect(charged).toBe(TOKENS * last.calls.used);
      expect(charged).toBeLessThanOrEqual(cap);
      expect(charged).toBeGreaterThan(0.85 * cap);
    }));

  it('takes no candidate that it did not ask for', () =>
    inEvaluation(SPEC, async (evaluating) => {
      const { searching, search } = await opened(evaluating);
      const offer = { parent: 'c7', dir: 'work:/c' };
      await expect(searching.plan(asking('3/s1', { 'skill.md': TEXT }), { search, offer })).rejects.toMatchObject({
        code: 'refused',
      });
    }));

  it('stops when its cases were changed meanwhile', () =>
    inEvaluation(SPEC, async (evaluating) => {
      const { searching, search } = await opened(evaluating);
      evaluating.place.write('reyn/project/support_reply/evals/cases.jsonl', CASES.slice(1).join('\n'));
      await expect(told(searching, search)).rejects.toMatchObject({ code: 'integrity' });
    }));
});
