import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { NightReport, SkillNight } from '../../src/api.ts';
import { freshRoot } from '../os/events/scene.ts';

const BIN = path.resolve('bin/reyn.js');
const SCRIPT = path.resolve('examples/ci/nightly.sh');
const SKILL = 'support_reply';
/** Enough to prove a large gain by. */
const CASES = 55;

/** A bare repository that holds one of the worked examples. */
function repository() {
  const home = freshRoot();
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', REYN: `${process.execPath} ${BIN}` },
    ...{ REYN_TRUST_PROJECT: '1', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b' },
    ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
  };
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  const bare = path.join(home, 'bare.git');
  git(home, 'init', '-q', '--bare', '-b', 'main', bare);
  const clone = (name: string) => {
    const dir = path.join(home, name);
    git(home, 'clone', '-q', bare, dir);
    return dir;
  };
  const origin = clone('origin');
  fs.cpSync(`reyn/project/${SKILL}`, path.join(origin, 'reyn/project', SKILL), { recursive: true });
  const cases = path.join(origin, 'reyn/project', SKILL, 'evals/cases.jsonl');
  fs.writeFileSync(cases, fs.readFileSync(cases, 'utf8').split('\n').slice(0, CASES).join('\n'));
  fs.writeFileSync(path.join(origin, 'reyn.yaml'), 'model: world\n');
  fs.writeFileSync(path.join(origin, '.gitignore'), '.reyn/\n');
  git(origin, 'add', '-A');
  git(origin, 'commit', '-qm', 'A skill');
  git(origin, 'push', '-q', 'origin', 'HEAD:main');
  /** One night in a fresh clone: the exit code of the recipe, and the report. */
  const night = async (name: string, ...args: string[]) => {
    const dir = clone(name);
    const ended = await promisify(execFile)('sh', [SCRIPT, SKILL, ...args], { cwd: dir, env }).then(
      ({ stderr }) => ({ exit: 0, err: stderr }),
      (error: { code: number; stderr: string }) => ({ exit: error.code, err: error.stderr }),
    );
    const file = path.join(dir, '.reyn/night/report.json');
    if (!fs.existsSync(file)) return { ...ended, dir, report: undefined };
    return { ...ended, dir, report: JSON.parse(fs.readFileSync(file, 'utf8')) as NightReport };
  };
  const reynIn = (dir: string, ...args: string[]) =>
    JSON.parse(
      execFileSync(process.execPath, [BIN, ...args, '--json'], { cwd: dir, env, encoding: 'utf8' }),
    ) as unknown;
  const merge = () => {
    git(origin, 'fetch', '-q');
    git(origin, 'merge', '-q', '--no-ff', '-m', 'Merge', 'origin/reyn-improve');
    git(origin, 'push', '-q', 'origin', 'HEAD:main');
  };
  return { night, merge, reynIn, git: (...args: string[]) => git(bare, ...args).trim() };
}

const only = (report: NightReport | undefined): SkillNight => {
  const skill = report?.skills[0];
  if (skill === undefined) throw new Error('the night tells of no skill');
  return skill;
};

/** Attempts that the facts of the state tell of. */
const attemptsIn = (state: string) =>
  [...state.matchAll(/"kind":"verdict_reached".*?"attempt":(\d+)/g)].map(([, attempt]) => Number(attempt));

describe('nights in fresh clones', () => {
  it('carry what was spent from one to the next, propose on a branch, and merging it is the approval', async () => {
    const { night, merge, reynIn, git } = repository();

    const refused = await night('none');
    expect([refused.exit, refused.report]).toEqual([6, undefined]);
    expect(git('branch', '--format=%(refname:short)')).toBe('main');

    const nights = [
      await night('night-1', '--first-night', '--budget-calls', '300', '--max-iterations', '2', '--seed', '4'),
    ];
    const isProposed = () => only(nights.at(-1)?.report).outcome === 'proposed';
    while (!isProposed() && nights.length < 4)
      nights.push(await night(`night-${nights.length + 1}`, '--budget-calls', '320'));
    const attempts = nights.map((each) => only(each.report).verdict?.alpha?.attempt);
    expect(attempts).toEqual(nights.map((_, i) => i + 1));
    expect(nights.map(({ exit }) => exit).at(-1)).toBe(0);
    expect(attemptsIn(git('show', 'reyn-state:state.jsonl'))).toEqual(attempts);
    const proposed = only(nights.at(-1)?.report);
    expect(git('branch', '--format=%(refname:short)')).toBe('main\nreyn-improve\nreyn-state');
    expect(git('diff', '--name-only', 'main', 'reyn-improve')).toBe(`reyn/project/${SKILL}/skill.md`);

    merge();
    const after = await night('after', '--budget-calls', '1');
    const merged = { skill: SKILL, skill_version_hash: proposed.to, receipt: proposed.receipt };
    expect(after.report?.adopted).toEqual([merged]);
    const { versions } = reynIn(after.dir, 'skill', 'versions', SKILL) as { versions: unknown[] };
    expect(versions.at(-1)).toMatchObject({
      verdict: 'PASS',
      receipt: proposed.receipt,
      skill_version_hash: proposed.to,
    });
  }, 240_000);
});
