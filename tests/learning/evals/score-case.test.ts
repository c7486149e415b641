import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { EvalCase } from '../../../src/learning/evals/case.ts';
import type { CaseOutcome } from '../../../src/learning/evals/outcome.ts';
import { scoreCase } from '../../../src/learning/evals/score-case.ts';
import type { ScoreTools } from '../../../src/learning/evals/scorers/scorer.ts';
import type { Json, JsonObject } from '../../../src/os/json.ts';
import { openSandbox } from '../../../src/os/sandbox/open.ts';
import { openJsEngine } from '../../../src/os/steps/js/engine.ts';
import { inSkill, lines, setOf } from './eval-files.ts';
import { judgeOf, noTools } from './tools.ts';

const engine = openJsEngine();
afterAll(() => engine.close());

function caseWith(...checks: readonly JsonObject[]): EvalCase {
  const [one] = setOf({ 'evals/a.jsonl': lines({ id: 'a', input: 'the input', checks }) }).cases;
  if (one === undefined) throw new Error('no case was read');
  return one;
}

const USED = { input: 1, output: 1, usd: 0, ms: 1, turns: 1 };

function outcome(result: Json | undefined, rest: Partial<CaseOutcome> = {}): CaseOutcome {
  return {
    status: 'finished',
    phases: {},
    path: [],
    usage: USED,
    ...(result === undefined ? {} : { result }),
    ...rest,
  };
}

const score = (given: EvalCase, came: CaseOutcome, tools: Partial<ScoreTools> = {}) =>
  scoreCase(given, came, noTools(tools));

describe('scoreCase', () => {
  it('gives the mean of all checks', async () => {
    const given = caseWith({ contains: ['a', 'b'], required: false }, { exact: 'a' });
    expect(await score(given, outcome('a'))).toEqual({
      score: 0.75,
      pass: true,
      status: 'scored',
      checks: [
        { id: 'check 1', score: 0.5, required: false, why: '"b" is not in it', missed: true },
        { id: 'check 2', score: 1, required: true },
      ],
      usage: { input: 0, output: 0, usd: 0 },
    });
  });

  it('is 0 when a required check is missed, however the others are', async () => {
    const given = caseWith({ contains: ['a', 'b'] }, { exact: 'a' });
    expect(await score(given, outcome('a'))).toMatchObject({ score: 0, pass: false, status: 'scored' });
  });

  it('counts a required check as held from the score on that it asks for', async () => {
    const given = caseWith({ contains: ['a', 'b'], pass: 0.5 });
    expect(await score(given, outcome('a'))).toMatchObject({ score: 0.5, pass: true });
  });

  it('passes a case that requires nothing only when every check holds', async () => {
    const given = caseWith({ exact: 'a', required: false }, { exact: 'b', required: false });
    expect(await score(given, outcome('a'))).toMatchObject({ score: 0.5, pass: false });
  });

  it('looks at what a phase left, and is 0 where it left nothing', async () => {
    const given = caseWith({ exact: 'draft', phase: 'one' }, { exact: 'x', phase: 'two', required: false });
    const { checks } = await score(given, outcome('end', { phases: { one: 'draft' } }));
    expect(checks).toMatchObject([{ score: 1 }, { score: 0, why: 'the phase "two" left nothing', missed: true }]);
  });

  it.each(['failed', 'crashed', 'timeout', 'denied', 'infra', 'missing'] as const)(
    'is 0 in every check for a run that is %s',
    async (status) => {
      const came = status === 'missing' ? outcome(undefined) : outcome('a', { status });
      const given = caseWith({ exact: 'a' }, { exact: { value: 'b', not: true }, required: false });
      const made = await score(given, came);
      expect(made).toMatchObject({ score: 0, pass: false, status });
      expect(made.checks.map((check) => [check.score, check.missed])).toEqual([
        [0, true],
        [0, true],
      ]);
    },
  );

  it('is from 0 to 1 whatever comes out, and 1 only when every check is', async () => {
    const given = caseWith(
      { contains: 'a' },
      { regex: '^.{2,}$', required: false },
      { json_path: 'x', required: false },
    );
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const made = await score(given, outcome(value as Json));
        expect(made.score).toBeGreaterThanOrEqual(0);
        expect(made.score === 1).toBe(made.checks.every((check) => check.score === 1));
        expect(made.checks).toHaveLength(3);
      }),
    );
  });
});

describe('the judge', () => {
  const JUDGED = { judge: 'Is kind.', text: 'Is kind.' };

  it('is asked three times; the mean counts, and the spread is shown', async () => {
    const { ask, asked } = judgeOf(0.6, 0.9, 0.9);
    const made = await score(caseWith(JUDGED), outcome({ text: 'hello' }), { ask });
    expect(made.checks).toMatchObject([{ score: expect.closeTo(0.8), why: 'It is 0.6.', spread: expect.closeTo(0.3) }]);
    expect(made).toMatchObject({ pass: true, usage: { input: 300, output: 30, usd: expect.closeTo(0.03) } });
    expect(asked).toHaveLength(3);
  });

  it('sees criterion, input and result, and nothing that tells versions or runs apart', async () => {
    const { ask, asked } = judgeOf(1);
    const came = outcome({ text: 'hello' }, { run: 'run-7', dir: '/copies/7', path: ['b'] });
    await score(caseWith({ judge: { rubric: 'Is kind.', repeats: 1 } }), came, { ask });
    expect(asked[0]?.user).toEqual([
      { name: 'Criterion', text: 'Is kind.' },
      { name: 'Task', text: 'the input' },
      { name: 'Work', text: '{"text":"hello"}' },
    ]);
    expect(JSON.stringify(asked)).not.toMatch(/run-7|copies/);
  });

  it.each([
    ['that fails', new Error('no answer')],
    ['without a score', { reasons: ['x'] }],
    ['that goes beyond the scale', { reasons: ['x'], score: 2 }],
  ])('%s counts as 0, not as one that was not asked', async (_, bad) => {
    const { ask } = judgeOf(1, bad as Error, 1);
    const made = await score(caseWith(JUDGED), outcome('x'), { ask });
    expect(made).toMatchObject({ score: 0, pass: false });
    expect(made.checks).toMatchObject([{ score: expect.closeTo(2 / 3), missed: true }]);
  });

  it('is not asked once a required check is missed that costs nothing', async () => {
    const { ask, asked } = judgeOf(1);
    const made = await score(caseWith(JUDGED, { exact: 'y' }), outcome('x'), { ask });
    expect(made.checks).toMatchObject([{ score: 0, why: 'not asked: a required check is missed' }, { score: 0 }]);
    expect(asked).toEqual([]);
  });

  it('is asked all the same when only an aspirational check is missed', async () => {
    const { ask, asked } = judgeOf(1);
    await score(caseWith(JUDGED, { exact: 'y', required: false }), outcome('x'), { ask });
    expect(asked).toHaveLength(3);
  });
});

describe('a function of evals/', () => {
  const MODULES = {
    'grade.js': `import { words } from './lib/words.js';
export default ({ value, input, expected }) => words(value) / 4;
export const said = ({ value, input }) => ({ score: value === input, why: 'not the input' });
export const stuck = () => { for (;;) {} };
export const wrong = () => 'yes';
export const broken = () => { throw new Error('no ' + 'luck'); };`,
    'lib/words.js': "export const words = (text) => text.split(' ').length;",
  };
  const files = Object.fromEntries(Object.entries(MODULES).map(([file, text]) => [`evals/${file}`, text]));
  const run = (written: Json, value: Json) => {
    const set = setOf({ ...files, 'evals/a.jsonl': lines({ id: 'a', input: 'i', checks: [{ js: written }] }) });
    return score(set.cases[0] as EvalCase, outcome(value), { js: engine, modules: set.modules ?? {} });
  };

  it.each<[Json, Json, number, RegExp | undefined]>([
    ['grade.js', 'a b c d', 1, undefined],
    ['grade.js', 'a b', 0.5, /not so/],
    [{ file: 'grade.js', function: 'said' }, 'i', 1, undefined],
    [{ file: 'grade.js', function: 'said' }, 'o', 0, /^not the input$/],
    [{ file: 'grade.js', function: 'wrong' }, 'o', 0, /not a score/],
    [{ file: 'grade.js', function: 'broken' }, 'o', 0, /evals\/grade\.js:6: no luck/],
    [{ file: 'grade.js', function: 'stuck' }, 'o', 0, /time|long/],
    [{ file: 'grade.js', function: 'gone' }, 'o', 0, /gone/],
  ])('%j of %j gives %d', async (written, value, wanted, why) => {
    const { checks } = await run(written, value);
    expect(checks[0]?.score).toBe(wanted);
    if (why === undefined) expect(checks[0]?.why).toBeUndefined();
    else expect(checks[0]?.why).toMatch(why);
  });
});

describe('a program', () => {
  const PROGRAM = `import json, os, sys
given = json.load(sys.stdin)
if given["value"] == "half":
    print(0.5)
elif given["value"] == "much":
    print(7)
elif given["value"] == "project":
    sys.exit(0 if open(os.path.join(os.environ["REYN_PROJECT"], "note.txt")).read() == "hello" else 3)
else:
    print("it is " + given["value"], file=sys.stderr)
    sys.exit(0 if given["value"] == given["expected"] else 1)
`;

  it('scores by its exit code or by the number it prints, in the sandbox, on the case', () =>
    inSkill({ 'evals/check.py': PROGRAM, 'copy/note.txt': 'hello' }, async (dir) => {
      const sandbox = () => openSandbox({ setting: 'auto', root: dir });
      const check = async (value: string) => {
        const [one] = setOf({
          'evals/a.jsonl': lines({
            id: 'a',
            input: 1,
            expected: 'good',
            checks: [{ command: ['python3', 'check.py'] }],
          }),
        }).cases;
        const came = outcome(value, { dir: path.join(dir, 'copy') });
        const { checks } = await score(one as EvalCase, came, { sandbox, evals: path.join(dir, 'evals') });
        return [checks[0]?.score, checks[0]?.why];
      };
      expect(await Promise.all(['good', 'bad', 'half', 'much', 'project'].map(check))).toEqual([
        [1, undefined],
        [0, 'exit code 1: "it is bad"'],
        [0.5, 'the program says 0.5'],
        [0, '7 is not a score from 0 to 1'],
        [1, undefined],
      ]);
    }));

  it.each<[string, JsonObject, RegExp]>([
    ['runs too long', { run: ['sleep', '30'], seconds: 1 }, /stopped: time/],
    ['is not there', { run: ['no-such-program'] }, /./],
  ])('is 0 when it %s', async (_, command, why) => {
    const sandbox = () => openSandbox({ setting: 'auto', root: '/' });
    const made = await score(caseWith({ command }), outcome('x'), { sandbox });
    expect(made).toMatchObject({ score: 0, pass: false });
    expect(made.checks[0]?.why).toMatch(why);
  });

  it('is 0 where there is no sandbox, and it says what to do', async () => {
    const none = { backend: undefined, reason: 'There is none.', hint: 'Install it.' };
    const made = await score(caseWith({ command: ['true'] }), outcome('x'), { sandbox: () => none });
    expect(made.checks).toMatchObject([{ score: 0, why: 'There is none. Install it.', missed: true }]);
  });
});
