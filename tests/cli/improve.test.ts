import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BeginNight, Night, NightRun, RunOptions } from '../../src/api.ts';
import { paint } from '../../src/cli/output.ts';
import { improveStatus, NOTHING_IMPROVED, seeImproving, sparkline } from '../../src/cli/render/improve-view.ts';
import { UserError } from '../../src/os/errors.ts';
import type { RunEvent } from '../../src/os/events/event.ts';
import type { Skill } from '../../src/os/skills/skill.ts';
import { skillNight } from '../learning/nights/night.ts';
import { freshRoot } from '../os/events/scene.ts';
import { outcomeWith, projectWith, reyn } from './surroundings.ts';

type Told = { begun: BeginNight[]; runs: unknown[]; order: string[]; options: RunOptions[] };

/** A project whose nights and runs are as a test says. */
function project(parts: Partial<Night> = {}, run = async () => outcomeWith()) {
  const told: Told = { begun: [], runs: [], order: [], options: [] };
  const night: Night = {
    selfTest: { ok: true, checks: [] },
    adopted: [],
    failing: () => ['a', 'b'],
    resultOf: async ({ skill }: NightRun) => skillNight({ skill, receipt: 'r', diff: `diff of ${skill}\n` }),
    receipt: () => '{"a":"receipt"}',
    save: async () => {
      told.order.push('saved');
      return { id: 's', seq: 3, facts: 2 };
    },
    end: () => told.order.push('ended'),
    ...parts,
  };
  const known = ['reply', 'a', 'b'];
  const given = {
    nights: {
      begin: async (options: BeginNight) => {
        told.begun.push(options);
        return night;
      },
    },
    skills: {
      ...projectWith({}).skills,
      load: (name: string) => {
        if (known.includes(name)) return {} as Skill;
        throw new UserError('not_found', `there is no skill "${name}"`);
      },
    },
    run: async (skill: string, input: unknown, options: RunOptions = {}) => {
      told.runs.push([skill, input]);
      told.options.push(options);
      told.order.push('run');
      return run();
    },
  };
  return { told, call: (argv: readonly string[], cwd = freshRoot()) => reyn(['improve', ...argv], given, { cwd }) };
}

describe('reyn improve', () => {
  it('runs the improver on each skill, saves the state after each, and exits by the report', async () => {
    const { told, call } = project();
    const { out, exit } = await call(['a', 'b', 'a', '--seed', '3', '--budget-calls', '600', '--max-usd', '2']);
    const request = { seed: 3, budget: { calls: 600, usd: 2 } };
    expect(told.runs).toEqual([
      ['skill_improver', { value: { skill: 'a', ...request } }],
      ['skill_improver', { value: { skill: 'b', ...request } }],
    ]);
    expect(told.order).toEqual(['run', 'saved', 'run', 'saved', 'saved', 'ended']);
    expect([exit, out]).toEqual([0, expect.stringContaining('a  proposed')]);
  });

  it('in CI asks nobody and puts nothing in place', async () => {
    const { told, call } = project();
    const cwd = freshRoot();
    await call(['--all-failing', '--ci', '--state', 'state', '--first-night'], cwd);
    expect(told.begun).toEqual([{ ci: true, firstNight: true, state: path.join(cwd, 'state') }]);
    expect(told.options).toMatchObject([
      { applies: false, onAsk: 'fail' },
      { applies: false, onAsk: 'fail' },
    ]);
  });

  it('writes the report directory after the state, and takes receipts of an earlier night away', async () => {
    const cwd = freshRoot();
    const dir = path.join(cwd, 'out');
    fs.mkdirSync(dir);
    fs.writeFileSync(path.join(dir, 'receipt-old.json'), '{}');
    const isThere: boolean[] = [];
    const { call } = project({
      save: async () => {
        isThere.push(fs.existsSync(path.join(dir, 'report.json')));
        return undefined;
      },
    });
    const { out, exit } = await call(['reply', '--report', 'out', '--json'], cwd);
    expect([exit, isThere]).toEqual([0, [false, false]]);
    expect(fs.readdirSync(dir).sort()).toEqual([
      'candidate.diff',
      'junit.xml',
      'receipt.json',
      'report.json',
      'report.md',
    ]);
    expect(fs.readFileSync(path.join(dir, 'candidate.diff'), 'utf8')).toBe('diff of reply\n');
    expect(fs.readFileSync(path.join(dir, 'receipt.json'), 'utf8')).toBe('{"a":"receipt"}');
    expect(JSON.parse(fs.readFileSync(path.join(dir, 'report.json'), 'utf8'))).toEqual(JSON.parse(out));
  });

  it('runs nothing and exits 6 when the self-test fails', async () => {
    const checks = [{ name: 'a no-op', expected: 'not PASS', got: 'PASS', ok: false }];
    const { told, call } = project({ selfTest: { ok: false, checks } });
    const { out, exit } = await call(['reply']);
    expect([exit, told.runs]).toEqual([6, []]);
    expect(out).toContain('a no-op: PASS instead of not PASS');
  });

  it('stops at the first skill that was interrupted, and exits 130', async () => {
    const { told, call } = project({
      resultOf: async ({ skill }) => skillNight({ skill, outcome: 'interrupted', exit: 130 }),
    });
    expect((await call(['a', 'b'])).exit).toBe(130);
    expect(told.order).toEqual(['run', 'saved', 'ended']);
  });

  it('goes on with the next skill when one cannot be run, and tells why', async () => {
    let count = 0;
    const { call } = project({}, async () => {
      count += 1;
      if (count === 1) throw new UserError('model', 'the provider does not answer');
      return outcomeWith();
    });
    const { out, exit } = await call(['a', 'b', '--json']);
    expect(exit).toBe(7);
    const { skills } = JSON.parse(out) as { skills: unknown[] };
    expect(skills).toMatchObject([
      { skill: 'a', outcome: 'failed', exit: 7, reason: 'the provider does not answer' },
      { skill: 'b', outcome: 'proposed' },
    ]);
  });

  it('saves what was spent also when a fault of the program ends it', async () => {
    const { told, call } = project({}, async () => {
      throw new TypeError('a fault');
    });
    expect((await call(['a'])).exit).toBe(70);
    expect(told.order).toEqual(['run', 'saved', 'ended']);
  });

  it('wants to be told which skills, and spends nothing on one that does not exist', async () => {
    const { told, call } = project();
    expect([(await call([])).exit, (await call(['a', '--all-failing'])).exit, (await call(['none'])).exit]).toEqual([
      2, 2, 2,
    ]);
    expect(told.begun).toEqual([]);
  });
});

describe('the view of an improvement', () => {
  const plain = paint(false);
  const op = (kind: string, result: object): RunEvent[] => {
    const place = { run: 'r', step: kind };
    const events = [
      { ...place, type: 'op_started', data: { kind, by: 'x' } },
      { ...place, type: 'op_finished', data: { result } },
    ];
    return events as unknown as RunEvent[];
  };
  const see = (events: readonly RunEvent[]) =>
    events.reduce(
      (sum, event) => {
        const next = seeImproving(sum.seen, event, plain);
        return { seen: next.seen, lines: [...sum.lines, ...next.lines] };
      },
      { seen: NOTHING_IMPROVED, lines: [] as string[] },
    );
  const round = (used: number, after: number, iterations: number) =>
    op('eval_skill', { next: 'propose', calls: { used, cap: 1200 }, scores: { before: 0.2, after }, iterations });

  it('shows the budget, candidates, their scores and the time that is left', () => {
    const { seen, lines } = see([...round(100, 0.2, 0), ...round(300, 0.8, 2)]);
    expect(lines).toEqual([
      '  █░░░░░░░░░░░ 100/1,200 calls · ▂ .20 → .20',
      '  ███░░░░░░░░░ 300/1,200 calls · 2 candidates · ▂▇ .20 → .80',
    ]);
    expect(improveStatus(seen, 60_000)).toBe(
      '███░░░░░░░░░ 300/1,200 calls · 2 candidates · ▂▇ .20 → .80 · ETA 3 min 0 s',
    );
  });

  it('tells the verdict as it comes', () => {
    const { lines } = see(op('verify_skill', { verdict: 'PASS', reason: 'It is better.\u001b[2J' }));
    expect(lines).toEqual(['  PASS It is better.\uFFFD[2J']);
    const [started] = op('verify_skill', {});
    expect(improveStatus(see(started === undefined ? [] : [started]).seen, 0)).toBe('verifying');
  });

  it('shows nothing of runs that are about something else', () => {
    expect(see(op('read_file', { text: 'x' }))).toEqual({ seen: NOTHING_IMPROVED, lines: [] });
  });

  it('draws scores from 0 to 1 in one row', () => {
    expect(sparkline([0, 0.5, 1, 1.2, -1])).toBe('▁▅██▁');
  });
});
