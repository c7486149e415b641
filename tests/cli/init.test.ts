import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/settings.ts';
import { reyn } from './surroundings.ts';

let outer = '';
let root = '';
beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'reyn-init-'));
  root = join(outer, 'app');
  mkdirSync(root);
});
afterEach(() => rmSync(outer, { recursive: true, force: true }));

const init = () => reyn(['init'], {}, { cwd: root });
const text = (name: string) => readFileSync(join(root, name), 'utf8');

describe('reyn init', () => {
  it('makes a project with valid settings, and touches nothing outside', async () => {
    const { out, exit } = await init();
    expect(exit).toBe(0);
    expect(out).toBe('written reyn.yaml\nwritten .gitignore\nwritten reyn/project/\n');
    expect(readConfig({ root, userDir: join(outer, 'none'), env: {} }).default).toBe('scripted');
    expect(text('.gitignore').split('\n')).toEqual(['.reyn/', 'reyn/local/', 'reyn.local.yaml', '.env*', 'data/', '']);
    expect(readdirSync(root).sort()).toEqual(['.gitignore', 'reyn', 'reyn.yaml']);
    expect(readdirSync(outer)).toEqual(['app']);
  });

  it('changes nothing the second time', async () => {
    await init();
    const before = [text('reyn.yaml'), text('.gitignore')];
    expect((await init()).out).toBe('kept    reyn.yaml\nkept    .gitignore\nkept    reyn/project/\n');
    expect([text('reyn.yaml'), text('.gitignore')]).toEqual(before);
  });

  it('keeps settings that are there and adds only the missing lines', async () => {
    writeFileSync(join(root, 'reyn.yaml'), 'language: German\n');
    writeFileSync(join(root, '.gitignore'), 'node_modules\n.reyn/');
    await init();
    expect(text('reyn.yaml')).toBe('language: German\n');
    expect(text('.gitignore')).toBe('node_modules\n.reyn/\nreyn/local/\nreyn.local.yaml\n.env*\ndata/\n');
  });

  it('makes the folder it is called in a project, also inside another', async () => {
    writeFileSync(join(outer, 'reyn.yaml'), '');
    await init();
    expect(readdirSync(root)).toContain('reyn.yaml');
    expect(readdirSync(outer).sort()).toEqual(['app', 'reyn.yaml']);
  });

  it('follows no link out of the folder', async () => {
    mkdirSync(join(outer, 'elsewhere'));
    symlinkSync(join(outer, 'elsewhere'), join(root, 'reyn'));
    const { err, exit } = await init();
    expect(err).toMatch(/reyn is a link/);
    expect(exit).toBe(4);
    expect(readdirSync(join(outer, 'elsewhere'))).toEqual([]);
  });
});

describe('the project a command works on', () => {
  it('is the nearest folder above that is one, or what -C says', async () => {
    await init();
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const model = async (argv: string[], cwd: string) =>
      (await reyn([...argv, 'config', 'get', 'model'], {}, { cwd, env: { HOME: outer } })).out;
    expect(await model([], join(root, 'a/b'))).toBe('scripted\n');
    expect(await model(['-C', 'app/a'], outer)).toBe('scripted\n');
    expect(await model([], outer)).toBe('');
  });
});
