import { describe, expect, it } from 'vitest';
import { paint } from '../../src/cli/output.ts';
import { NOTHING_SEEN, see, statusLine } from '../../src/cli/render/run-view.ts';
import { branchesLine, timeline } from '../../src/cli/render/timeline.ts';
import type { RunEvent } from '../../src/os/events/event.ts';
import { describeRun, type OpDetail, type RunDetail, type VisitDetail } from '../../src/os/runs/summary.ts';
import { inProject } from '../project.ts';

const plain = paint(false);
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

const visit = (phase: string, from: number, seconds: number, rest: Partial<VisitDetail> = {}): VisitDetail => ({
  phase,
  visit: 1,
  turns: 1,
  rejected: 0,
  ops: [],
  started: at(from),
  ms: seconds * 1000,
  tokens: 0,
  usd: 0,
  branches: [],
  ...rest,
});

const op = (step: string, from: number, seconds: number): OpDetail => ({
  step,
  kind: 'run_skill',
  about: 'check',
  verdict: 'allowed',
  by: 'declared',
  ok: true,
  child: { run: 'c', started: at(from), ms: seconds * 1000, turns: 2, ops: 0, tokens: 100, usd: 0.5 },
});

const run = (...visits: VisitDetail[]) => ({ started: at(0), visits }) as unknown as RunDetail;

describe('the timeline of a run', () => {
  it('has a bar for every visit on one axis, with what it cost, and sub-runs below their visit', () => {
    const lines = timeline(
      run(
        visit('draft', 0, 5, { tokens: 1234, usd: 0.25 }),
        visit('review', 5, 2.5, { ops: [op('2/t1/o1', 5, 2)] }),
        visit('draft', 7.5, 2.5, { visit: 2 }),
      ),
      68,
      plain,
    );
    expect(lines).toEqual([
      '             0            10 s',
      '  draft      █████████········  5.0 s · 1 turn · 1,234 tok · $0.25',
      '  review     ········█████····  2.5 s · 1 turn · 1 op',
      '    ↳ check  ········████·····  2.0 s · 2 turns · 100 tok · $0.50',
      '  draft (2)  ············█████  2.5 s · 1 turn',
    ]);
  });

  it.each([40, 80, 200])('is no wider than a terminal of %i columns allows its labels and figures', (width) => {
    for (const line of timeline(run(visit('draft', 0, 5), visit('review', 5, 5)), width, plain)) {
      expect(line.length).toBeLessThanOrEqual(Math.max(width, 60));
    }
  });

  it('folds the sub-runs of branches into one row that adds up', () => {
    const lines = timeline(run(visit('map', 0, 10, { ops: [op('1/s1/i1', 0, 4), op('1/s1/i2', 2, 6)] })), 80, plain);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/↳ 2 sub-runs .* 8\.0 s · 4 turns · 200 tok · \$1\.00$/);
  });

  it('shows something of a visit that took no time', () => {
    expect(timeline(run(visit('only', 0, 0)), 80, plain)[1]).toContain('█');
  });
});

/** Events as a step with branches makes them. The event that opens them is read by its form. */
const event = (type: string, step: string, seconds: number, data: object = {}) =>
  ({ v: 1, seq: 1, epoch: 1, ts: at(seconds), prev: '', hash: '', run: 'r', type, step, data }) as unknown as RunEvent;

describe('branches of a step', () => {
  const events = [
    event('branches_opened', '1/s1', 0, { count: 50 }),
    ...Array.from({ length: 10 }, (_, i) =>
      event('step_finished', `1/s1/i${i + 1}`, i + 1, i === 3 ? { error: { code: 'x', message: 'y' } } : {}),
    ),
    event('op_finished', '1/s1/i11/s1', 11),
  ];

  it('are counted on the status line while they run, with a guess of the rest', () => {
    const seen = events.reduce((all, each) => see(all, each, plain).seen, { ...NOTHING_SEEN, phase: 'map' });
    expect(statusLine(seen, 10_000)).toBe('map · 10/50 · ETA 40 s · 0 turns · 10 s');
    expect(statusLine(see(seen, event('step_finished', '1/s1', 12), plain).seen, 12_000)).toBe('map · 0 turns · 12 s');
  });

  it('are one line of the path', () => {
    expect(branchesLine({ step: '1/s1', count: 50, done: 10, failed: 1 })).toBe(
      '50 branches of step 1/s1: 10 done, 1 of them failed',
    );
  });

  it('are counted in the detail of a run', () => {
    const md = '---\ntype: skill\nname: note\nartifacts: { note: { text: string } }\n---\nx\n';
    return inProject({ skills: { note: { md, rules: [{ turn: { finish: { text: 'y' } } }] } } }, async (project) => {
      const { run: id } = await project.run('note', 'x');
      const [started, ...rest] = project.events(id);
      if (started === undefined) throw new Error('no event');
      const ended = events.filter(({ type }) => type === 'step_finished');
      const [detail] = describeRun([started, ...ended, ...rest]).visits;
      expect(detail?.branches).toEqual([{ step: '1/s1', count: 10, done: 10, failed: 1 }]);
      expect(detail).toMatchObject({ tokens: expect.any(Number), usd: 0, started: started.ts });
    });
  });
});
