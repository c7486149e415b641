import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EvalReport, Reyn } from '../../src/api.ts';
import { UserError } from '../../src/os/errors.ts';
import { caseOf, reportOf, sideOf } from '../learning/evals/sample.ts';
import { reyn } from './surroundings.ts';

/** Versions that are kept, one of them evaluated before it was. */
const KEPT = [{ version: 4, skill_version_hash: 'd'.repeat(64) }];

/** A project with these evaluations, the newest first. */
function evaluated(...reports: readonly EvalReport[]) {
  const list = (skill?: string) =>
    reports
      .filter((report) => skill === undefined || report.skill === skill)
      .map((report) => ({ ...report, cases: report.cases.length }));
  const get = (id: string) => {
    const found = reports.find((report) => report.id === id);
    if (found === undefined) throw new UserError('not_found', id);
    return found;
  };
  const absent = () => Promise.reject(new Error('not part of this test'));
  const kept = [{ version: 9, skill_version_hash: 'c'.repeat(64) }, ...KEPT];
  const versions = { list: async () => ({ versions: kept }) } as unknown as Reyn['versions'];
  return { versions, evals: { list, get, run: absent, accept: absent } };
}

const NEW = sideOf('b', { x: '11111', y: '00000', z: '1' }, { version: 3, date: '2026-03-02T00:00:00.000Z' });
const OLD = sideOf('a', { x: '00000', y: '11111', z: '1' }, { version: 2 });
const OTHER = sideOf('a', { x: '1' }, { id: 'other00001', skill: 'plan' });
const PROJECT = evaluated(NEW, OLD, OTHER);

function folder(): string {
  const dir = fs.mkdtempSync('/tmp/reyn-eval-');
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe('reyn eval report', () => {
  it('shows the last evaluation, or the one that is named by the beginning of its id', async () => {
    expect((await reyn(['eval', 'report'], PROJECT)).out).toMatch(/^essay v3 \(b{12}\)/);
    expect((await reyn(['eval', 'report', 'evala'], PROJECT)).out).toMatch(/^essay v2 \(a{12}\)/);
    expect((await reyn(['eval', 'report', '--skill', 'plan'], PROJECT)).out).toMatch(/^plan \(/);
    expect(JSON.parse((await reyn(['eval', 'report', '--json'], PROJECT)).out)).toEqual(
      JSON.parse(JSON.stringify(NEW)),
    );
  });

  it('lists what there is', async () => {
    const { out } = await reyn(['eval', 'report', '--list'], PROJECT);
    expect(out.split('\n')[0]).toBe('evalb00001  essay  v3            0.67  3 × 5  2026-03-02 00:00:00  m');
    expect(JSON.parse((await reyn(['eval', 'report', '--list', '--json'], PROJECT)).out)).toHaveLength(3);
    expect(await reyn(['eval', 'report', '--list'], evaluated())).toMatchObject({ out: '', exit: 0 });
  });

  it.each([
    ['junit', /^<\?xml/],
    ['markdown', /^### /],
    ['html', /^<!doctype html>/],
    ['json', /^\{/],
  ])('writes %s into a file, and never over one', async (reporter, begins) => {
    const cwd = folder();
    const args = ['eval', 'report', '--reporter', reporter, '--out', 'report'];
    expect(await reyn(args, PROJECT, { cwd })).toMatchObject({ out: 'report\n', exit: 0 });
    expect(fs.readFileSync(path.join(cwd, 'report'), 'utf8')).toMatch(begins);
    expect(await reyn(args, PROJECT, { cwd })).toMatchObject({
      exit: 2,
      err: expect.stringContaining('not written over'),
    });
  });

  it.each([
    [['report', 'zzz'], PROJECT, 'there is no evaluation "zzz"'],
    [['report', 'eval'], PROJECT, 'several evaluations: evalb00001, evala00001'],
    [['report'], evaluated(), 'there is no evaluation yet'],
    [['export', 'zzz'], PROJECT, 'there is no evaluation "zzz"'],
  ])('eval %j says what is wrong', async (args, project, says) => {
    expect(await reyn(['eval', ...args], project)).toMatchObject({ exit: 2, err: expect.stringContaining(says) });
  });
});

describe('reyn eval export', () => {
  it('writes a row for every run of every case', async () => {
    const { out } = await reyn(['eval', 'export'], PROJECT);
    expect(out.trimEnd().split('\r\n')).toHaveLength(12);
    const lines = (await reyn(['eval', 'export', 'evala', '--to', 'jsonl'], PROJECT)).out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).version)).toEqual(Array.from({ length: 11 }, () => 2));
    const cwd = folder();
    expect((await reyn(['eval', 'export', '--out', 'rows.csv'], PROJECT, { cwd })).out).toBe('rows.csv\n');
    expect(fs.readFileSync(path.join(cwd, 'rows.csv'), 'utf8')).toBe(out);
  });
});

describe('reyn eval compare', () => {
  it('names the cases that were fixed and broken, and exits 1 on a confirmed regression', async () => {
    const { out, exit } = await reyn(['eval', 'compare', 'essay'], PROJECT);
    expect(exit).toBe(1);
    expect(out).toBe(`essay
baseline   v2 aaaaaaaaaaaa  score 0.67  11 runs  m  evala00001
candidate  v3 bbbbbbbbbbbb  score 0.67  11 runs  m  evalb00001

broken, confirmed  5/5 → 0/5  y
fixed              0/5 → 5/5  x

1 broken · 1 fixed · 0 flaky · 0 missing · 1 same
gain +0.00, 95 % interval -1.00 to +1.00 (t, 3 cases)
per run +0 tokens · +$0.00 · +0.0 s
regression confirmed: y
`);
  });

  it('takes versions, fingerprints and evaluations for either side', async () => {
    const sides = async (...args: string[]) => {
      const { out } = await reyn(['eval', 'compare', 'essay', '--json', ...args], PROJECT);
      const { baseline, candidate } = JSON.parse(out);
      return [baseline.version, candidate.version];
    };
    expect(await sides('--baseline', 'v3', '--candidate', 'v2')).toEqual([3, 2]);
    expect(await sides('--baseline', 'bbbbbb', '--candidate', 'aaaa')).toEqual([3, 2]);
    expect(await sides('--baseline', 'evala0')).toEqual([2, 3]);
    expect(await sides('--candidate', 'v2')).toEqual([3, 2]);
  });

  it('knows the number of a version that was evaluated before it had one', async () => {
    const early = sideOf('b', { x: '1', y: '1' }, { skill_version_hash: 'd'.repeat(64) });
    const { out } = await reyn(['eval', 'compare', 'essay', '--candidate', 'v4'], evaluated(early, OLD));
    expect(out).toContain('candidate  v4 dddddddddddd');
  });

  it('tells how to confirm what looks broken in too few runs, and exits 0', async () => {
    const project = evaluated(sideOf('b', { x: '0', y: '1' }), sideOf('a', { x: '1', y: '1' }));
    const { err, exit, out } = await reyn(['eval', 'compare', 'essay'], project);
    expect([exit, err]).toEqual([0, expect.stringContaining('1 case looks broken')]);
    expect(out).toContain('no confirmed regression');
  });

  it('alerts to a case that one side lacks', async () => {
    const project = evaluated(sideOf('b', { y: '1', z: '1' }), sideOf('a', { x: '1', y: '1', z: '1' }));
    const { out } = await reyn(['eval', 'compare', 'essay'], project);
    expect(out).toContain('missing  1/1 → none  x\n');
    expect(out).toContain('! The candidate has no run of the case "x".\n');
  });

  it('shows names that drive a terminal as what they are', async () => {
    const id = 'a\u001b[2Jb';
    const cases = (arm: 'a' | 'b', repeats: string) => reportOf(arm, [caseOf(id, arm, repeats), caseOf('y', arm, '1')]);
    const { out } = await reyn(['eval', 'compare', 'essay'], evaluated(cases('b', '1'), cases('a', '0')));
    expect(out).not.toContain('\u001b');
  });

  it.each([
    [evaluated(OLD), [], 'only one version'],
    [PROJECT, ['--baseline', 'v9'], 'version 9 was not evaluated'],
    [PROJECT, ['--baseline', 'zz'], 'there is no evaluation "zz"'],
    [evaluated(), [], 'there is no evaluation yet'],
  ])('says what there is to compare when there is nothing', async (project, args, says) => {
    const said = await reyn(['eval', 'compare', 'essay', ...args], project);
    expect(said).toMatchObject({ exit: 2, err: expect.stringContaining(says) });
  });
});
