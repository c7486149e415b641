import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshRoot } from './os/events/scene.ts';

const SCRIPT = path.resolve('examples/ci/nightly.sh');
const DIFF = `diff --git a/reyn/project/reply/skill.md b/reyn/project/reply/skill.md
--- a/reyn/project/reply/skill.md
+++ b/reyn/project/reply/skill.md
@@ -1 +1 @@
-Answer.
+Answer kindly.
`;

/** Stands in for reyn: counts nights in the state, and proposes DIFF. */
const FAKE = `#!/bin/sh
while [ $# -gt 0 ]; do case $1 in --state) state=$2 ;; --report) report=$2 ;; --fail) exit 6 ;; --fork) fork=1 ;; esac; shift; done
mkdir -p "$state/.lock"; : > "$state/.lock/night"
echo "night $state" >> "$state/state.jsonl"
cp "$HOME/candidate.diff" "$report/candidate.diff"
if [ -n "\${fork:-}" ]; then sh "$HOME/fork.sh"; fi
exit 3
`;

/** A bare repository with one skill, and clones of it. */
function repository() {
  const home = freshRoot();
  const env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', REYN: path.join(home, 'reyn') };
  fs.writeFileSync(env.REYN, FAKE, { mode: 0o755 });
  fs.writeFileSync(path.join(home, 'candidate.diff'), DIFF);
  const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();
  const bare = path.join(home, 'bare.git');
  git(home, 'init', '-q', '--bare', '-b', 'main', bare);
  let count = 0;
  const clone = () => {
    count += 1;
    const dir = path.join(home, `clone-${count}`);
    git(home, '-c', 'advice.all=false', 'clone', '-q', bare, dir);
    return dir;
  };
  const first = clone();
  fs.mkdirSync(path.join(first, 'reyn/project/reply'), { recursive: true });
  fs.writeFileSync(path.join(first, 'reyn/project/reply/skill.md'), 'Answer.\n');
  fs.writeFileSync(path.join(first, '.gitignore'), '.reyn/\n');
  git(first, 'add', '-A');
  git(first, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'A skill');
  git(first, 'push', '-q', 'origin', 'HEAD:main');
  const night = (dir: string, ...args: string[]) => {
    const { status, stderr } = spawnSync('sh', [SCRIPT, ...args], { cwd: dir, env, encoding: 'utf8' });
    return { exit: status, err: stderr };
  };
  const show = (what: string) => git(bare, 'show', what);
  return { home, bare, clone, git, night, show };
}

describe('the recipe for a night in a clone', () => {
  it('keeps the state on its branch, and one branch with what was proved', () => {
    const { clone, night, show, git, bare } = repository();
    expect(night(clone())).toEqual({ exit: 3, err: expect.stringContaining('Pushed reyn-improve.') });
    expect(show('reyn-state:state.jsonl')).toMatch(/^night .*$/);
    expect(git(bare, 'ls-tree', '-r', '--name-only', 'reyn-state')).toBe('state.jsonl');
    expect(show('reyn-improve:reyn/project/reply/skill.md')).toBe('Answer kindly.');
    expect(git(bare, 'log', '--format=%s', 'reyn-improve')).toBe('Improve reply\nA skill');
    const second = night(clone());
    expect(second.err).toContain('has it already');
    expect(show('reyn-state:state.jsonl').split('\n')).toHaveLength(2);
    expect(git(bare, 'log', '--format=%s', 'reyn-state')).toBe('State after a night\nState after a night');
  });

  it('publishes nothing when another night pushed its state meanwhile', () => {
    const { home, clone, night, git, bare } = repository();
    const other = clone();
    fs.writeFileSync(path.join(home, 'fork.sh'), `cd '${other}' && sh '${SCRIPT}' >/dev/null 2>&1\n`);
    fs.writeFileSync(path.join(home, 'candidate.diff'), '');
    expect(night(clone()).exit).toBe(3);
    const { exit, err } = night(clone(), '--fork');
    expect([exit, err]).toEqual([6, expect.stringContaining('Nothing of this one is published.')]);
    expect(git(bare, 'branch', '--format=%(refname:short)')).toBe('main\nreyn-state');
  });

  it('leaves the clone as it was, and says with what reyn ended', () => {
    const { clone, night, git } = repository();
    const dir = clone();
    expect(night(dir, '--fail').exit).toBe(6);
    expect(git(dir, 'worktree', 'list').split('\n')).toHaveLength(1);
    expect(git(dir, 'status', '--porcelain', '--branch')).toBe('## main...origin/main');
  });

  it('ends with 7 when the remote cannot be reached', () => {
    const { clone, night, bare } = repository();
    const dir = clone();
    fs.renameSync(bare, `${bare}-away`);
    expect(night(dir).exit).toBe(7);
  });
});
