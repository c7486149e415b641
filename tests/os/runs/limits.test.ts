import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../../src/os/clock.ts';
import { requestBytes } from '../../../src/os/models/frame-request.ts';
import {
  inProject,
  ofType,
  onePhase,
  type ProjectSpec,
  person,
  phase,
  phases,
  type Rule,
  type TestProject,
} from '../../project.ts';
import { framesOf, recorded, section } from '../kernel/logs.ts';
import { calls, hangs, type Scene, says, startWireServer, type WireServer } from '../models/wire-server.ts';

const NOTE = 'artifacts: { note: { text: string } }';
const READ = { kind: 'read_file', args: { path: 'in/a.txt' } };
const DONE: Rule = { turn: { finish: { text: 'done' } } };

/** A skill that reads a file so often in each of its first turns, then finishes. */
function reader(...reads: readonly number[]): ProjectSpec {
  const rules = reads.map((count, i) => ({ match: { turn: i + 1 }, turn: { ops: Array(count).fill(READ) } }));
  const md = phases(
    'demo',
    [NOTE, 'permissions: { file: { read: ["in/**"] } }'],
    phase('demo', 'allowed_ops: [read_file]'),
  );
  return { files: { 'in/a.txt': 'a\n' }, skills: { demo: { md, rules: [...rules, DONE] } } };
}

async function replays(project: TestProject, run: string): Promise<void> {
  expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
}

const reached = (project: TestProject, run: string) =>
  ofType(project.events(run), 'limit_reached').map(({ data }) => data);

describe('a run at its limit', () => {
  it('of turns ends before the turn that would be too many', () =>
    inProject(reader(1, 1, 1), async (project) => {
      const outcome = await project.run('demo', 'go', { limits: { max_turns: 3 } });
      expect(outcome).toMatchObject({
        status: 'failed',
        exit: 5,
        reason: { code: 'limit', phase: 'demo' },
        spent: { turns: 3 },
      });
      expect(outcome.reason?.message).toBe('the limit max_turns was reached: 3 of 3 used');
      expect(project.types(outcome.run).slice(-2)).toEqual(['limit_reached', 'run_failed']);
      expect(reached(project, outcome.run)).toEqual([{ limit: 'max_turns', used: 3, cap: 3 }]);
      await replays(project, outcome.run);
      expect(await project.run('demo', 'go', { limits: { max_turns: 4 } })).toMatchObject({ exit: 0 });
    }));

  it('of ops does what still fits of a turn that asks for more, all reads of it', () =>
    inProject(reader(1, 4), async (project) => {
      const outcome = await project.run('demo', 'go', { limits: { max_ops: 3 } });
      expect(outcome).toMatchObject({ status: 'failed', exit: 5, spent: { ops: 3 } });
      expect(ofType(project.events(outcome.run), 'op_finished')).toHaveLength(3);
      expect(reached(project, outcome.run)).toEqual([{ limit: 'max_ops', used: 3, cap: 3 }]);
      await replays(project, outcome.run);
    }));

  it('of output ends when more was written than it allows', () =>
    inProject(
      {
        skills: {
          demo: {
            md: phases(
              'demo',
              [NOTE, 'entry: a', 'graph: { a: [b], b: [end] }'],
              phase('a', 'input: user_message'),
              phase('b', 'input: note'),
            ),
            rules: [{ match: { phase: 'a' }, turn: { to: 'b', artifact: { text: 'x'.repeat(500) } } }, DONE],
          },
        },
      },
      async (project) => {
        const outcome = await project.run('demo', 'go', { limits: { output_bytes: 400 } });
        expect(outcome).toMatchObject({ exit: 5, reason: { phase: 'b' } });
        expect(reached(project, outcome.run)).toMatchObject([{ limit: 'output_bytes', used: 504 }]);
      },
    ));

  it('is the tightest of config, skill and call', () =>
    inProject(reader(1, 1, 1, 1, 1), async (project) => {
      const md = project.read('reyn/project/demo/skill.md') ?? '';
      project.skill('demo', { md: md.replace('permissions:', 'limits: { max_turns: 3 }\npermissions:') });
      const turns = async (max?: number) =>
        (await project.run('demo', 'go', max === undefined ? {} : { limits: { max_turns: max } })).spent.turns;
      expect([await turns(), await turns(5), await turns(2)]).toEqual([3, 3, 2]);
    }));
});

describe('running seconds', () => {
  const slow = (delay: number, more: Partial<ProjectSpec> = {}): ProjectSpec => ({
    ...more,
    skills: {
      demo: {
        md: phases('demo', [NOTE, 'permissions: {}'], phase('demo', 'allowed_ops: [ask_user]')),
        rules: [
          {
            match: { turn: { maximum: 3 } },
            turn: { ops: [{ kind: 'ask_user', args: { question: 'Go on?' } }], delay_ms: delay },
          },
          DONE,
        ],
      },
    },
  });

  it('end a run before the next act', () => {
    const clock = simulatedClock();
    return inProject(slow(40_000, { open: { clock } }), async (project) => {
      const outcome = await project.run('demo', 'go', { ask: person('y', 'y', 'y').ask, limits: { seconds: 60 } });
      expect(outcome).toMatchObject({ exit: 5, spent: { turns: 2, ms: 80_000 } });
      expect(reached(project, outcome.run)).toEqual([{ limit: 'seconds', used: 80, cap: 60 }]);
      await replays(project, outcome.run);
    });
  });

  it('do not pass while a person is waited for, at a terminal or elsewhere, and replay knows it', () => {
    const clock = simulatedClock();
    return inProject(slow(1000, { open: { clock } }), async (project) => {
      const ask = async () => {
        clock.advance(7_200_000);
        return 'y';
      };
      const first = await project.run('demo', 'go', { limits: { seconds: 60 } });
      clock.advance(7_200_000);
      const outcome = await project.reyn.answer(first.waiting[0]?.id ?? '', 'y', { ask });
      expect(outcome).toMatchObject({ status: 'finished', exit: 0, spent: { ms: 3000 } });
      await replays(project, outcome.run);
    });
  });
});

describe('a limit that is asked about', () => {
  it('is raised by as much again with each yes, and a no ends the run', () =>
    inProject(reader(1, 1, 1, 1, 1), async (project) => {
      const { ask, asked } = person('continue', 'cont', 'stop');
      const outcome = await project.run('demo', 'go', { ask, limits: { max_turns: 1, on_limit: 'ask' } });
      expect(asked.map(({ text }) => text)).toEqual([
        'The limit max_turns was reached: 1 of 1 used. Go on for as much again?',
        'The limit max_turns was reached: 2 of 2 used. Go on for as much again?',
        'The limit max_turns was reached: 3 of 3 used. Go on for as much again?',
      ]);
      expect(outcome).toMatchObject({ status: 'failed', exit: 5, spent: { turns: 3 } });
      const budgets = framesOf(recorded(project, 'demo', outcome.run)).map((each) => section(each, 'Budget'));
      expect(budgets.at(-1)).toContain('Turns left in the run: 1.');
      await replays(project, outcome.run);
    }));

  it('suspends the run where nobody is, and goes on with the answer', () =>
    inProject(reader(1, 1), async (project) => {
      const waiting = await project.run('demo', 'go', { limits: { max_ops: 1, on_limit: 'ask' } });
      expect(waiting).toMatchObject({
        status: 'waiting',
        exit: 3,
        waiting: [{ kind: 'limit', choices: ['continue', 'stop'] }],
      });
      const outcome = await project.reyn.answer(waiting.waiting[0]?.id ?? '', 'continue');
      expect(outcome).toMatchObject({ status: 'finished', exit: 0, spent: { ops: 2 } });
      await replays(project, outcome.run);
    }));

  it('ends the run when config says not to wait', () =>
    inProject(reader(1, 1), async (project) => {
      const outcome = await project.run('demo', 'go', { onAsk: 'fail', limits: { max_ops: 1, on_limit: 'ask' } });
      expect(outcome).toMatchObject({ status: 'failed', exit: 5 });
      await replays(project, outcome.run);
    }));

  it('is asked about again by whoever resumes, under the same id, whatever time has passed', () => {
    const clock = simulatedClock();
    return inProject({ ...reader(1, 1), open: { clock } }, async (project) => {
      const first = await project.run('demo', 'go', { limits: { max_ops: 1, on_limit: 'ask' } });
      clock.advance(5000);
      const again = await project.reyn.resume(first.run);
      expect(again.waiting).toEqual(first.waiting);
      expect(await project.reyn.resume(first.run, { ask: person('continue').ask })).toMatchObject({ exit: 0 });
    });
  });
});

/** A project whose model answers over HTTP: one act turn, then the end. Each call uses 120 tokens in and 30 out. */
async function metered(
  scenes: readonly [Scene, ...Scene[]],
  config: readonly string[],
  body: (project: TestProject, server: WireServer) => Promise<void>,
): Promise<void> {
  const server = await startWireServer(...scenes);
  const spec = reader();
  const md = spec.skills?.demo?.md ?? '';
  try {
    await inProject(
      { ...spec, model: 'm', config: [`base_url: ${server.baseUrl}`, ...config], skills: { demo: { md } } },
      (project) => body(project, server),
    );
  } finally {
    await server.close();
  }
}

const ACT = calls(['read_file', { path: 'in/a.txt' }]);
const END = calls(['finish', { artifact: { text: 'done' } }]);
const PRICED = 'models: { m: { model: m, price: { input: 100, output: 1000 } } }';

describe('tokens', () => {
  it('are reserved before a call and settled after it; a call that would not fit is not made', () =>
    metered([ACT, END, ACT, ACT, END], [], async (project, server) => {
      const whole = await project.run('demo', 'go');
      expect(whole).toMatchObject({ exit: 0, spent: { turns: 2, inputTokens: 240, outputTokens: 60 } });
      const [first, second] = framesOf(recorded(project, 'demo', whole.run)).map(({ frame }) =>
        requestBytes(frame, 'tools'),
      );
      const cap = 150 + (second ?? 0);
      expect(cap).toBeGreaterThan((first ?? 0) + 100);

      const short = await project.run('demo', 'go', { limits: { tokens: cap } });
      expect(short).toMatchObject({
        status: 'failed',
        exit: 5,
        spent: { turns: 1, inputTokens: 120, outputTokens: 30 },
      });
      expect(reached(project, short.run)).toEqual([{ limit: 'tokens', used: 150, cap }]);
      expect(server.requests).toHaveLength(3);
      expect(server.requests[2]?.body.max_tokens).toBe(cap - (first ?? 0));
      await replays(project, short.run);

      expect(await project.run('demo', 'go', { limits: { tokens: cap + 1 } })).toMatchObject({ exit: 0 });
    }));

  it('that a request may cost are no fewer than what is sent, whatever a schema refers to', () =>
    metered([calls(['abort', { reason: 'x' }])], [], async (project, server) => {
      const field = (i: number) => `      f${i}: { $ref: "#/$defs/long" }`;
      const long = `{ type: object, description: "${'d'.repeat(2000)}" }`;
      const types = [
        'artifacts:',
        '  note:',
        '    type: object',
        '    properties:',
        ...Array.from({ length: 20 }, (_, i) => field(i)),
      ];
      project.skill('demo', { md: onePhase('demo', ...types, `    $defs: { long: ${long} }`) });
      const { run } = await project.run('demo', 'go');
      const [asked] = framesOf(recorded(project, 'demo', run));
      const { messages, tools } = server.requests[0]?.body ?? { messages: [] };
      const sent = messages.map(({ content }) => content).join('') + JSON.stringify(tools);
      expect(sent.length).toBeGreaterThan(40_000);
      expect(asked === undefined ? 0 : requestBytes(asked.frame, 'tools')).toBeGreaterThanOrEqual(sent.length - 2000);
    }));
});

describe('tokens that a server does not count', () => {
  const silent = (value: object): Scene => says(JSON.stringify(value), { usage: null });
  const act = silent({ ops: [{ kind: 'read_file', args: { path: 'in/a.txt' } }] });
  const config = ['models: { m: { model: m, encoding: json } }'];

  it('are charged as the most they can have been', () =>
    metered(
      [act, silent({ control: { type: 'finish' }, artifact: { type: 'note', data: { text: 'done' } } }), act],
      config,
      async (project, server) => {
        const whole = await project.run('demo', 'go');
        const asked = framesOf(recorded(project, 'demo', whole.run)).map(({ frame }) => requestBytes(frame, 'json'));
        expect([whole.exit, asked.length]).toEqual([0, 2]);
        expect(whole.spent.inputTokens).toBe(asked.reduce((sum, bytes) => sum + bytes, 0));
        expect(whole.spent.outputTokens).toBeGreaterThan(100);
        const short = await project.run('demo', 'go', { limits: { tokens: whole.spent.inputTokens - 1 } });
        expect([short.exit, server.requests.length]).toEqual([5, 3]);
        await replays(project, short.run);
      },
    ));
});

describe('a limit in USD', () => {
  it('refuses to start with a model that has no price, and leaves no run', () =>
    metered([END], [], async (project) => {
      const refused = project.run('demo', 'go', { limits: { usd: 1 } });
      await expect(refused).rejects.toMatchObject({ code: 'config', exit: 2 });
      expect(project.reyn.runs.list()).toEqual([]);
    }));

  it('stops before the call that could cost more', () =>
    metered([ACT, END, ACT], [PRICED], async (project, server) => {
      const whole = await project.run('demo', 'go', { limits: { usd: 1000 } });
      // 120 in at 100 and 30 out at 1,000 USD a million
      expect(whole.spent.usd).toBeCloseTo(2 * (0.012 + 0.03), 6);
      const [first] = framesOf(recorded(project, 'demo', whole.run)).map(({ frame }) => requestBytes(frame, 'tools'));
      const usd = ((first ?? 0) * 100 + 50.5 * 1000) / 1e6;
      const short = await project.run('demo', 'go', { limits: { usd } });
      expect(short).toMatchObject({ exit: 5, spent: { turns: 1 } });
      expect(server.requests[2]?.body.max_tokens).toBe(50);
      expect(reached(project, short.run)).toMatchObject([{ limit: 'usd', cap: usd }]);
      await replays(project, short.run);
    }));
});

describe('a call', () => {
  it('is broken off when the running time is used up, and charged for the most it can have cost', () =>
    metered([ACT, hangs], [], async (project, server) => {
      await project.reopen({ clock: simulatedClock() }); // the log's clock may lag behind the time a call takes
      const outcome = await project.run('demo', 'go', { limits: { seconds: 0.4, tokens: 100_000 } });
      expect(outcome).toMatchObject({ status: 'failed', exit: 5, reason: { code: 'limit' } });
      expect(project.types(outcome.run).slice(-3)).toEqual(['turn_lost', 'limit_reached', 'run_failed']);
      expect(reached(project, outcome.run)).toMatchObject([{ limit: 'seconds', cap: 0.4 }]);
      expect(outcome.spent.outputTokens).toBe(30 + 4096);
      expect(server.requests).toHaveLength(2);
      await replays(project, outcome.run);
    }));

  it('is charged once when it is broken off by a signal', () =>
    metered([hangs, END], [], async (project) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 100);
      const stopped = await project.run('demo', 'go', { signal: controller.signal });
      expect(stopped).toMatchObject({ status: 'interrupted', exit: 130, spent: { turns: 0, outputTokens: 4096 } });
      const outcome = await project.reyn.resume(stopped.run);
      expect(outcome).toMatchObject({ exit: 0, spent: { turns: 1, outputTokens: 4096 + 30 } });
      await replays(project, outcome.run);
    }));

  it('is not thought lost when a person answered while no process ran', () =>
    metered([ACT, END], [], async (project) => {
      const waiting = await project.run('demo', 'go', { limits: { max_turns: 1, on_limit: 'ask' } });
      const outcome = await project.reyn.answer(waiting.waiting[0]?.id ?? '', 'continue');
      expect(outcome).toMatchObject({ exit: 0, spent: { turns: 2, inputTokens: 240, outputTokens: 60 } });
      await replays(project, outcome.run);
    }));

  it('may have been under way when a process died, once for each that did', () =>
    metered([ACT, hangs, END], [], async (project) => {
      const controller = new AbortController();
      const stopped = await project.run('demo', 'go', {
        signal: controller.signal,
        onEvent: ({ type }) => type === 'op_finished' && setTimeout(() => controller.abort(), 50),
      });
      const log = path.join(project.root, '.reyn/runs', stopped.run, 'events.jsonl');
      await project.reyn.close();
      const lines = fs.readFileSync(log, 'utf8').trimEnd().split('\n');
      expect(lines.slice(-2).map((line) => JSON.parse(line).type)).toEqual(['turn_lost', 'run_interrupted']);
      fs.writeFileSync(log, `${lines.slice(0, -2).join('\n')}\n`);

      const reyn = await project.reopen();
      const outcome = await reyn.resume(stopped.run);
      expect(project.types(outcome.run).slice(4)).toEqual(['run_resumed', 'turn_lost', 'turn_decided', 'run_finished']);
      expect(outcome).toMatchObject({ exit: 0, spent: { turns: 2, outputTokens: 30 + 4096 + 30 } });
      await replays(project, outcome.run);
    }));

  it('has all the time there is under a limit of months', () =>
    metered([END], ['limits: { seconds: 5000000 }'], async (project) => {
      expect(project.reyn.config.limits.seconds).toBe(5_000_000);
      expect(await project.run('demo', 'go')).toMatchObject({ status: 'finished', exit: 0 });
    }));
});
