import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { filesOfCommit } from '../../src/import-commit.ts';
import { bundleOf, type Entry, SKILL } from '../os/skills/bundle/tar.ts';
import { onePhase } from '../project.ts';
import type { Lab } from './lab.ts';
import { sendOp } from './ops.ts';
import { type Outcome, refusalOf } from './outcome.ts';
import { attackSuite } from './suite.ts';
import { changesBetween, fileWith, snapshotOf } from './watch.ts';

type Archived = { readonly name: string; readonly text?: string; readonly device?: string };

/** A bundle that is as it should be but for what a row puts into it. */
function bundle(archive: readonly Archived[]): Buffer {
  const own = archive.find(({ name }) => name === 'skill.md');
  if (own !== undefined) return bundleOf({ 'skill.md': own.text ?? '' });
  const entries = archive.map(
    ({ name, text, device }): Entry => (device === undefined ? { name, text: text ?? '' } : { name, type: '3' }),
  );
  return bundleOf(SKILL, entries);
}

async function attempt(act: () => Promise<string>): Promise<Outcome> {
  try {
    return { verdicts: ['ok'], said: await act(), prompt: '' };
  } catch (error) {
    return refusalOf(error);
  }
}

/** Takes in what a row offers, and looks at what that left anywhere. */
async function install(lab: Lab): Promise<Outcome> {
  const { archive, git } = lab.row.input as { archive?: readonly Archived[]; git?: string };
  if (archive !== undefined) fs.writeFileSync(path.join(lab.ws, 'here.tar'), bundle(archive));
  const reyn = await lab.open();
  const parent = path.dirname(lab.ws);
  const before = snapshotOf(parent, ['ws/.reyn']);
  const outcome = await attempt(() => reyn.skills.importFrom(git ?? 'here.tar'));
  const changed = changesBetween(before, snapshotOf(parent, ['ws/.reyn'])).filter((file) => file !== 'ws');
  const refused = reyn.events.query({ type: 'skill_refused' });
  expect(refused, 'one event tells of it').toHaveLength(1);
  const secret = /:\/\/([^/@]+)@/.exec(git ?? '')?.[1];
  return {
    ...outcome,
    // an address is refused where it is read, before anybody is asked
    verdicts:
      git === undefined
        ? outcome.verdicts
        : outcome.verdicts.map((verdict) => (verdict === 'deny' ? 'invalid' : verdict)),
    facts: {
      'files outside the skill dir': changed.length > 0,
      'partial install left': fs.readdirSync(path.join(lab.ws, 'reyn/project')).join() !== 'lab',
      'credentials in events': secret !== undefined && fileWith(path.join(lab.ws, '.reyn'), secret) !== undefined,
    },
  };
}

/** A commit with a submodule, read as one that was fetched is. */
async function submodule(lab: Lab): Promise<Outcome> {
  const work = path.join(path.dirname(lab.ws), 'repository');
  fs.mkdirSync(work);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.test', ...args], {
      cwd: work,
      encoding: 'utf8',
    }).trim();
  git('init', '-q', '-b', 'main');
  fs.writeFileSync(path.join(work, 'skill.md'), 'S');
  const { submodule_path: at } = lab.row.setup[0] as unknown as { submodule_path: string };
  fs.writeFileSync(path.join(work, '.gitmodules'), `[submodule "s"]\n\tpath = "${at}"\n\turl = ${lab.out}\n`);
  git('add', '-A');
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
  git('commit', '-q', '-m', 'x');
  const repository = {
    gitDir: path.join(work, '.git'),
    git: '/usr/bin/git',
    env: process.env,
    signal: new AbortController().signal,
  };
  const direct = await attempt(async () =>
    [...(await filesOfCommit(repository as never, git('rev-parse', 'HEAD'), '')).keys()].join(),
  );
  const offered = await install(lab);
  expect(direct.said).toContain('submodule');
  return {
    ...direct,
    said: direct.said + offered.said,
    facts: { 'submodules fetched': direct.verdicts.includes('ok') },
  };
}

/** A skill that was taken in and trusted with something, and then edited. */
async function editedLater(lab: Lab): Promise<Outcome> {
  const permissions = 'permissions: { file: { write: ["elsewhere/**"] } }';
  const md = onePhase('lab', 'artifacts: { done: { text: string } }', 'final_output: done', permissions);
  lab.write('incoming/skill.md', md);
  fs.rmSync(path.join(lab.ws, 'reyn/project/lab'), { recursive: true });
  const reyn = await lab.open();
  await reyn.skills.importFrom('incoming', 'lab');
  await reyn.grants.add({ skill: 'lab', need: 'file.write', resource: 'elsewhere/**', days: 1 });
  const allowed = await sendOp(lab, reyn, 'write_file', { path: 'elsewhere/a', content: 'x' });
  expect(allowed.verdicts, allowed.said).toEqual(['ok']);
  fs.appendFileSync(path.join(lab.ws, 'reyn/project/lab/skill.md'), '\nDo something else.\n');
  const outcome = await sendOp(lab, await lab.open(), 'write_file', { path: 'elsewhere/b', content: 'x' });
  return {
    ...outcome,
    facts: { 'runs with the old signature status': fs.existsSync(path.join(lab.ws, 'elsewhere/b')) },
  };
}

attackSuite('import', { install_skill: install, IM25: submodule, IM30: editedLater });
