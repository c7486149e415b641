import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { keysDir } from '../../../src/os/config/keys-dir.ts';

function freshFolders(): { root: string; home: string } {
  const top = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-keys-dir-'));
  onTestFinished(() => fs.rmSync(top, { recursive: true, force: true }));
  const folders = { root: path.join(top, 'project'), home: path.join(top, 'home') };
  for (const dir of Object.values(folders)) fs.mkdirSync(dir);
  return folders;
}

it('lies in the configuration folder of the user', () => {
  const { root, home } = freshFolders();
  expect(keysDir({ root, env: { HOME: home } })).toBe(path.join(home, '.config/reyn/keys'));
  expect(keysDir({ root, env: { HOME: home, XDG_CONFIG_HOME: `${root}-other` } })).toBe(`${root}-other/reyn/keys`);
  expect(keysDir({ root, env: {} })).toBeUndefined();
});

it('is never in the project, whatever the environment or a link says', () => {
  const { root, home } = freshFolders();
  expect(keysDir({ root, env: { HOME: root } })).toBeUndefined();
  expect(keysDir({ root, env: { HOME: home, XDG_CONFIG_HOME: path.join(root, '..dotted') } })).toBeUndefined();
  fs.symlinkSync(root, path.join(home, '.config'));
  expect(keysDir({ root, env: { HOME: home } })).toBeUndefined();
  expect(keysDir({ root: path.join(home, '.config'), env: { HOME: root } })).toBeUndefined();
});
