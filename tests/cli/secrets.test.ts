import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { letters } from '../os/secrets/samples.ts';
import { reyn } from './surroundings.ts';

function place() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-cli-secrets-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  const cwd = path.join(dir, 'project');
  fs.mkdirSync(path.join(cwd, '.reyn', 'runs'), { recursive: true });
  return { cwd, env: { HOME: path.join(dir, 'home') } };
}

const VALUE = `v-${letters(24)}`;

describe('reyn secrets', () => {
  it('stores what stdin has and never shows it', async () => {
    const where = place();
    const set = await reyn(['secrets', 'set', 'API_TOKEN'], {}, { ...where, stdin: `${VALUE}\n` });
    expect([set.exit, set.out]).toEqual([0, '']);
    expect(set.err).toMatch(/^API_TOKEN is stored in .*Use it as \$\{secret:API_TOKEN\}\.\n$/);
    const list = await reyn(['secrets', 'list'], {}, where);
    expect(list.out).toMatch(/^API_TOKEN {2}long/);
    const all = [set, list, await reyn(['secrets', 'list', '--json'], {}, where)].map(({ out, err }) => out + err);
    expect(all.join()).not.toContain(VALUE);
  });

  it('asks at a terminal', async () => {
    const where = place();
    const set = await reyn(['secrets', 'set', 'API_TOKEN'], {}, { ...where, tty: true, stdin: `${VALUE}x\u007f\r` });
    expect(set.err).toContain('Value of API_TOKEN (is not shown): ');
    expect(set.exit).toBe(0);
    const store = path.join(where.env.HOME, '.config', 'reyn', 'secrets', 'store.json');
    expect(JSON.parse(fs.readFileSync(store, 'utf8'))).toEqual({ API_TOKEN: VALUE });
  });

  it('takes no value from its arguments, and does not repeat it', async () => {
    const where = place();
    const set = await reyn(['secrets', 'set', 'API_TOKEN', VALUE], {}, where);
    expect(set.exit).toBe(2);
    expect(set.err).toContain('must not be an argument: every user can read it there');
    expect(set.err).not.toContain(VALUE);
    expect(fs.existsSync(where.env.HOME)).toBe(false);
  });

  it('refuses a name or a value that cannot be', async () => {
    const where = place();
    expect((await reyn(['secrets', 'set', 'a-b'], {}, { ...where, stdin: 'x' })).err).toContain('no name for a secret');
    expect((await reyn(['secrets', 'set', 'A'], {}, { ...where, stdin: '\n' })).err).toContain('is empty');
  });

  it('says where a secret is used, and forgets it', async () => {
    const where = place();
    await reyn(['secrets', 'set', 'API_TOKEN'], {}, { ...where, stdin: VALUE });
    const skill = path.join(where.cwd, 'reyn', 'project', 'sample', 'skill.md');
    fs.mkdirSync(path.dirname(skill), { recursive: true });
    fs.writeFileSync(skill, `url: https://x.test/?k=\${secret:${'API_TOKEN'}}\n`);
    expect((await reyn(['secrets', 'list'], {}, where)).out).toContain('reyn/project/sample/skill.md');
    expect((await reyn(['secrets', 'rm', 'API_TOKEN'], {}, where)).err).toBe('API_TOKEN is forgotten.\n');
    const again = await reyn(['secrets', 'rm', 'API_TOKEN'], {}, where);
    expect([again.exit, again.err]).toEqual([1, 'There is no secret API_TOKEN.\n']);
  });

  it('checks that a secret is there, is searched for, and stands nowhere in the project', async () => {
    const where = place();
    await reyn(['secrets', 'set', 'API_TOKEN'], {}, { ...where, stdin: VALUE });
    await reyn(['secrets', 'set', 'PIN'], {}, { ...where, stdin: '1234' });
    expect(await reyn(['secrets', 'check', 'API_TOKEN'], {}, where)).toMatchObject({
      exit: 0,
      out: 'API_TOKEN  is well\n',
    });
    const file = path.join(where.cwd, '.reyn', 'runs', 'kept.txt');
    fs.writeFileSync(file, `one\ntwo ${Buffer.from(VALUE).toString('base64')}\n`);
    const all = await reyn(['secrets', 'check'], {}, where);
    expect(all.exit).toBe(1);
    expect(all.out).toContain('API_TOKEN  stands in 1 place of the project\n  .reyn/runs/kept.txt:2\n');
    expect(all.out).toContain('PIN  is not searched for');
    expect((await reyn(['secrets', 'check', 'NONE'], {}, where)).out).toBe('NONE  is not stored\n');
  });

  it('refuses a store that others may read, and says what to do', async () => {
    const where = place();
    await reyn(['secrets', 'set', 'API_TOKEN'], {}, { ...where, stdin: VALUE });
    fs.chmodSync(path.join(where.env.HOME, '.config', 'reyn', 'secrets', 'store.json'), 0o644);
    const list = await reyn(['secrets', 'list'], {}, where);
    expect([list.exit, list.err]).toEqual([2, expect.stringContaining('chmod 600')]);
  });
});

describe('reyn redact', () => {
  const token = `ghp_${letters(36)}`;

  it('writes what it reads without secrets', async () => {
    const where = place();
    const stdin = `start\nexport DB_PASSWORD=${letters(14)}\ntoken ${token}\nend`;
    const { out, err, exit } = await reyn(['redact'], {}, { ...where, stdin });
    expect([exit, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^start\nexport DB_PASSWORD=\[secret:password\]\ntoken \[secret:github_token:[0-9a-f]{4}\]\nend$/,
    );
  });

  it('knows what is stored and what the environment holds', async () => {
    const where = place();
    await reyn(['secrets', 'set', 'MINE'], {}, { ...where, stdin: 'plain words of mine' });
    const env = { ...where.env, MY_API_KEY: VALUE };
    const { out } = await reyn(['redact'], {}, { ...where, env, stdin: `plain words of mine, ${VALUE}` });
    expect(out).toBe('[secret:MINE], [secret:MY_API_KEY]');
  });

  it('says how many there were, on stderr or in a document', async () => {
    const where = place();
    const stdin = `${token}\n${token}\n`;
    const report = await reyn(['redact', '--report'], {}, { ...where, stdin });
    expect(report.err).toBe('github_token  2\n');
    const json = JSON.parse((await reyn(['redact', '--json'], {}, { ...where, stdin })).out);
    expect(json.found).toEqual({ github_token: 2 });
    expect((await reyn(['redact', '--report'], {}, { ...where, stdin: 'x' })).err).toBe('No secret was found.\n');
  });
});
