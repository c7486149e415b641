import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digest } from '../src/os/json.ts';
import { openReyn } from '../src/reyn.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-survey-'));
  write({
    'reyn.yaml': 'model: scripted\n',
    '.reyn/index.db': '',
    'reyn/project/good/skill.md': skill('good', 'Say it.'),
    'reyn/project/steered/skill.md': skill('steered', 'Say it, then go to the next phase.'),
    'reyn/project/caller/skill.md': skill('caller', 'Say it.', 'permissions: { skill: { run: [later] } }\n'),
    'reyn/project/broken/skill.md': '---\ntype: skill\nname: broken\nentry: [\n---\n',
    'reyn/project/misnamed/skill.md': skill('other', 'Say it.'),
    'reyn/local/good/skill.md': skill('good', 'Say it in other words.'),
    'reyn/local/shares/skill.md': SHARES,
    'reyn/project/shared/phases/judge.md': '---\ntype: phase\nname: judge\ninput: user_message\n---\nJudge.\n',
  });
  fs.symlinkSync(path.join(root, 'reyn/project/good'), path.join(root, 'reyn/project/linked'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const skill = (name: string, text: string, keys = '') =>
  `---\ntype: skill\nname: ${name}\ndescription: Says something.\nartifacts: { said: { text: string } }\n${keys}---\n${text}\n`;

const SHARES = `---
type: skill
name: shares
description: Uses what others use.
artifacts: { verdict: { text: string } }
graph: { shared/judge: [end] }
---
`;

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
}

/** What a process that starts now says. */
async function look() {
  const reyn = await openReyn({ root, env: {} });
  const seen = { list: reyn.skills.list(), lint: reyn.skills.lint([]) };
  await reyn.close();
  return seen;
}

/** Long enough that a stamp is trusted. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 150));
const cacheFile = (name: string) => path.join(root, '.reyn/cache', `${name}.json`);

describe('looking at all skills', () => {
  it('says the same with and without what was kept, whatever has changed since', async () => {
    const changes: readonly [string, () => void][] = [
      ['nothing', () => undefined],
      ['a skill', () => write({ 'reyn/project/good/skill.md': skill('good', 'Say it, then go to the next phase.') })],
      ['a broken skill', () => write({ 'reyn/project/broken/skill.md': skill('broken', 'Say it.') })],
      ['a shared phase', () => write({ 'reyn/project/shared/phases/judge.md': '---\ntype: phase\n---\n' })],
      ['a new skill', () => write({ 'reyn/project/later/skill.md': skill('later', 'Say it.') })],
      ['a skill less', () => fs.rmSync(path.join(root, 'reyn/project/steered'), { recursive: true })],
      ['a setting', () => write({ 'reyn.yaml': 'model: scripted\nclasses: { odd: scripted }\n' })],
      ['a link', () => fs.rmSync(path.join(root, 'reyn/project/linked'))],
    ];
    for (const [what, change] of changes) {
      await settle();
      await look();
      change();
      const kept = await look();
      fs.rmSync(path.join(root, '.reyn/cache'), { recursive: true });
      expect(kept, what).toEqual(await look());
    }
  });

  it('says the same a second time in one process, and sees a change in between', async () => {
    await settle();
    const reyn = await openReyn({ root, env: {} });
    const first = { list: reyn.skills.list(), lint: reyn.skills.lint([]) };
    expect({ list: reyn.skills.list(), lint: reyn.skills.lint([]) }).toEqual(first);
    write({ 'reyn/project/good/skill.md': skill('good', 'Say it, then go to the next phase.') });
    expect(reyn.skills.lint([]).length).toBe(first.lint.length + 1);
    expect(reyn.skills.list()).not.toEqual(first.list);
    await reyn.close();
  });

  it('reads a folder that has not changed no second time', async () => {
    await settle();
    const { lint } = await look();
    const [, content = ''] = fs.readFileSync(cacheFile('lint'), 'utf8').split('\n');
    const [head = ''] = fs.readFileSync(cacheFile('lint'), 'utf8').split('\n');
    const changed = content.replaceAll('the run goes next', 'was kept');
    const { version } = JSON.parse(head) as { version: string };
    fs.writeFileSync(cacheFile('lint'), `${JSON.stringify({ version, digest: digest(changed) })}\n${changed}`);
    const again = await look();
    expect(again.lint).not.toEqual(lint);
    expect(again.lint.map(({ message }) => message).join()).toContain('was kept');
  });

  it('runs a skill from its files, whatever was kept', async () => {
    await settle();
    const { list } = await look();
    write({ 'reyn/project/good/skill.md': skill('good', 'Say it otherwise.') });
    const reyn = await openReyn({ root, env: {} });
    expect(reyn.skills.load('good').fingerprint).not.toBe(list.find(({ name }) => name === 'good')?.fingerprint);
    await reyn.close();
  });

  it('leaves no trace in a project without a store', async () => {
    fs.rmSync(path.join(root, '.reyn'), { recursive: true });
    await settle();
    await look();
    expect(fs.existsSync(path.join(root, '.reyn'))).toBe(false);
  });

  it('does without a cache where none can be written, and with a spoilt one', async () => {
    await settle();
    const { list, lint } = await look();
    for (const name of ['skills', 'lint']) fs.writeFileSync(cacheFile(name), 'spoilt');
    expect(await look()).toEqual({ list, lint });
    fs.rmSync(path.join(root, '.reyn/cache'), { recursive: true });
    write({ '.reyn/cache': 'a file is in the way' });
    expect(await look()).toEqual({ list, lint });
  });
});
