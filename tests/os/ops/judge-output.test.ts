import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../../src/os/clock.ts';
import { inProject, ofType, type ProjectSpec, phase, phases, type Rule, type TestProject } from '../../project.ts';
import { calls, fails, hangs, type Scene, says, startWireServer, type WireServer } from '../models/wire-server.ts';

const NOTE = 'artifacts: { note: { text: string } }';
const ARGS = { output: 'Bees dance.', rubric: 'Is it true? From 0.5 on it passes.' };
const VERDICT = { score: 0.9, pass: true, reasons: ['It is known.'] };

/** A skill whose model asks for a verdict, then finishes. */
function judging(args: object = ARGS, ...rules: readonly Rule[]): ProjectSpec {
  const md = phases('demo', [NOTE], phase('demo', 'allowed_ops: [judge_output]'));
  const asks = { match: { phase: 'demo', turn: 1 }, turn: { ops: [{ kind: 'judge_output', args }] } };
  const ends = { match: { phase: 'demo' }, turn: { finish: { text: 'done' } } };
  return { skills: { demo: { md, rules: [asks, ends, ...rules] } } };
}

const verdict = (finish: object, match: object = {}): Rule => ({
  match: { phase: 'judge_output', ...match },
  turn: { finish },
});

const receipts = (project: TestProject, run: string) =>
  ofType(project.events(run), 'op_finished').map(({ data }) => data);

/** The skill on a model that costs tokens, answered by the scenes. */
async function metered(
  scenes: readonly [Scene, ...Scene[]],
  config: readonly string[],
  body: (project: TestProject, server: WireServer) => Promise<void>,
): Promise<void> {
  const server = await startWireServer(...scenes);
  try {
    const base = { ...judging(), model: 'm', config: [`base_url: ${server.baseUrl}`, ...config] };
    await inProject(base, (project) => body(project, server));
  } finally {
    await server.close();
  }
}

const ASK = calls(['judge_output', ARGS]);
const JUDGED = calls(['finish', { artifact: VERDICT }]);
const END = calls(['finish', { artifact: { text: 'done' } }]);
const PRICED = 'models: { m: { model: m, price: { input: 100, output: 1000 } } }';

describe('judge_output', () => {
  it('gives a score, reasons and whether it passes, and a replay repeats them without asking', () =>
    inProject(judging(ARGS, verdict(VERDICT)), async (project) => {
      const outcome = await project.run('demo', 'go');
      expect(outcome).toMatchObject({ status: 'finished', exit: 0, spent: { turns: 2, ops: 1 } });
      expect(receipts(project, outcome.run)).toEqual([{ result: VERDICT }]);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true, modelCalls: 0 });
    }));

  it('holds the answer to the scale, and tells the judge what was wrong', () =>
    inProject(
      judging(
        { ...ARGS, scale: { min: 1, max: 10 } },
        verdict({ score: 0.9, reasons: ['x'] }, { attempt: 1 }),
        verdict({ score: 7, reasons: [] }, { attempt: 2 }),
        verdict({ score: 7, reasons: ['Mostly true.'] }, { attempt: 3 }),
      ),
      async (project) => {
        const { run } = await project.run('demo', 'go');
        expect(receipts(project, run)).toEqual([{ result: { score: 7, reasons: ['Mostly true.'] } }]);
      },
    ));

  it('fails as an op when the judge keeps breaking the contract; the run goes on', () =>
    inProject(judging(ARGS, verdict({ score: 2, reasons: ['x'] })), async (project) => {
      const outcome = await project.run('demo', 'go');
      expect(outcome).toMatchObject({ status: 'finished', exit: 0 });
      expect(receipts(project, outcome.run)).toMatchObject([
        { error: { code: 'contract', message: expect.stringContaining('3 answers in a row') } },
      ]);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it.each([
    ['a scale without room', { ...ARGS, scale: { min: 1, max: 1 } }, 'scale'],
    ['a class the run did not pin', { ...ARGS, model_class: 'genius' }, 'no_model'],
  ])('asks nobody for %s', (_, args, code) =>
    inProject(judging(args, verdict(VERDICT)), async (project) => {
      const { run } = await project.run('demo', 'go');
      expect(receipts(project, run)).toMatchObject([{ error: { code } }]);
    }),
  );

  it('puts what it judges apart from what it is told to do', () =>
    metered([ASK, JUDGED, END], [], async (project, server) => {
      await project.run('demo', 'go');
      const { messages, tools } = server.requests[1]?.body ?? { messages: [] };
      expect(messages[0]?.content).not.toContain(ARGS.output);
      expect(messages[1]?.content).toContain(`# Output\n${ARGS.output}`);
      expect(tools?.map((tool) => tool.function.name)).toEqual(['finish']);
    }));
});

describe('the model that judges', () => {
  const step = (args: string) =>
    phases(
      'demo',
      ['final_output: note', 'artifacts: { note: { text: string, verdict: { type: object } } }'],
      phase(
        'demo',
        'model_class: none',
        'preprocessor:',
        `  - { type: op, op: judge_output, args: { output: "\${text}", rubric: Good?${args} }, into: verdict }`,
      ),
    );
  const branching = step(', model_class: light')
    .replace('name: demo', 'name: inside')
    .replace('{ type: op', '{ type: parallel, branches: { once: { type: op')
    .replace(' }, into: verdict', ' } } }, into: verdict');
  const pinned = (project: TestProject, run: string) =>
    ofType(project.events(run), 'run_skill_started').map(({ data }) => Object.keys(data.models))[0];

  it('is of the class that is named in a step, in a branch too, or the usual one, and the run pins that', () =>
    inProject(
      {
        skills: {
          demo: { md: step(''), rules: [verdict(VERDICT)] },
          inside: { md: branching, rules: [verdict(VERDICT)] },
          named: { md: step(', model_class: strong').replace('name: demo', 'name: named'), rules: [verdict(VERDICT)] },
        },
      },
      async (project) => {
        const usual = await project.run('demo', 'go');
        expect(usual).toMatchObject({ status: 'finished', artifact: { artifact: { verdict: VERDICT } } });
        expect(pinned(project, usual.run)).toEqual(['standard']);
        const inside = await project.run('inside', 'go');
        expect(inside).toMatchObject({ status: 'finished', artifact: { artifact: { verdict: { once: VERDICT } } } });
        expect(pinned(project, inside.run)).toEqual(['light']);
        const named = await project.run('named', 'go');
        expect(named).toMatchObject({ status: 'finished', artifact: { artifact: { verdict: VERDICT } } });
        expect(pinned(project, named.run)).toEqual(['strong']);
      },
    ));

  it('is pinned only where something may ask it', () =>
    inProject(
      {
        skills: {
          demo: {
            md: phases('demo', [NOTE], phase('demo', 'model_class: light')),
            rules: [{ turn: { finish: { text: 'x' } } }],
          },
        },
      },
      async (project) => {
        const { run } = await project.run('demo', 'go');
        expect(pinned(project, run)).toEqual(['light']);
      },
    ));
});

describe('what a verdict costs', () => {
  it('is in its receipt, all attempts together, and counts for the run', () =>
    metered([ASK, says('Fine.'), JUDGED, END], [PRICED], async (project) => {
      const outcome = await project.run('demo', 'go', { limits: { usd: 1000 } });
      expect(receipts(project, outcome.run)).toMatchObject([
        { result: VERDICT, spent: { turns: 0, ops: 0, input: 240, output: 60 } },
      ]);
      expect(receipts(project, outcome.run)[0]?.spent?.usd).toBeCloseTo(2 * (0.012 + 0.03), 6);
      expect(outcome.spent).toMatchObject({ turns: 2, inputTokens: 480, outputTokens: 120 });
      expect(outcome.spent.usd).toBeCloseTo(4 * (0.012 + 0.03), 6);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('is reserved before: a call that would not fit is not made', () =>
    metered([calls(['judge_output', { ...ARGS, output: 'x'.repeat(20_000) }])], [], async (project, server) => {
      const outcome = await project.run('demo', 'go', { limits: { tokens: 15_000 } });
      expect(outcome).toMatchObject({ status: 'failed', exit: 5, spent: { turns: 1, ops: 0 } });
      expect(project.types(outcome.run).slice(-3)).toEqual(['turn_acted', 'limit_reached', 'run_failed']);
      expect(server.requests).toHaveLength(1);
    }));

  it('is charged when a signal breaks it off, and the op is done again', () =>
    metered([ASK, hangs, JUDGED, END], [], async (project) => {
      const controller = new AbortController();
      const stopped = await project.run('demo', 'go', {
        signal: controller.signal,
        onEvent: ({ type }) => type === 'op_started' && setTimeout(() => controller.abort(), 100),
      });
      expect(stopped).toMatchObject({ status: 'interrupted', spent: { outputTokens: 30 + 4096 } });
      const outcome = await project.reyn.resume(stopped.run);
      expect(outcome).toMatchObject({ exit: 0, spent: { turns: 2, outputTokens: 30 + 4096 + 30 + 30 } });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('is charged as what it can have been when a process died with it', () =>
    metered([ASK, hangs, JUDGED, END], [], async (project) => {
      const controller = new AbortController();
      const stopped = await project.run('demo', 'go', {
        signal: controller.signal,
        onEvent: ({ type }) => type === 'op_started' && setTimeout(() => controller.abort(), 100),
      });
      const log = path.join(project.root, '.reyn/runs', stopped.run, 'events.jsonl');
      await project.reyn.close();
      const lines = fs.readFileSync(log, 'utf8').trimEnd().split('\n');
      fs.writeFileSync(log, `${lines.slice(0, -2).join('\n')}\n`);
      const reyn = await project.reopen();
      const outcome = await reyn.resume(stopped.run);
      expect(project.types(outcome.run).slice(-5)).toEqual([
        'run_resumed',
        'turn_lost',
        'op_finished',
        'turn_decided',
        'run_finished',
      ]);
      expect(outcome).toMatchObject({ exit: 0, spent: { outputTokens: 30 + 3 * 4096 + 30 + 30 } });
      expect(await reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));

  it('is charged for the attempts before a provider failed', () =>
    metered([ASK, says('Fine.'), fails(400, { error: 'no' }) as Scene, JUDGED, END], [], async (project) => {
      const stopped = await project.run('demo', 'go');
      expect(stopped).toMatchObject({ status: 'interrupted', exit: 7, spent: { inputTokens: 240, outputTokens: 60 } });
      const outcome = await project.reyn.resume(stopped.run);
      expect(outcome).toMatchObject({ exit: 0, spent: { inputTokens: 480, outputTokens: 120 } });
    }));

  it('ends the run when it uses up the running time', () =>
    metered([ASK, hangs], [], async (project) => {
      await project.reopen({ clock: simulatedClock() });
      const outcome = await project.run('demo', 'go', { limits: { seconds: 0.5 } });
      expect(outcome).toMatchObject({ status: 'failed', exit: 5, reason: { code: 'limit' } });
      expect(receipts(project, outcome.run)).toMatchObject([{ error: { code: 'limit' } }]);
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));
});
