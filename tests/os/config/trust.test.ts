import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig, readConfig } from '../../../src/os/config/read.ts';
import { changeSetting, changeTrust } from '../../../src/settings.ts';

let top = '';
let root = '';
let home = '';
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'reyn-trust-')));
  root = path.join(top, 'project');
  home = path.join(top, 'home');
  for (const dir of [root, home]) fs.mkdirSync(dir);
});
afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

const sources = (env: Record<string, string> = {}) => ({ root, env: { HOME: home, ...env } });
const project = (text: string, file = 'reyn.yaml') => fs.writeFileSync(path.join(root, file), text);
const user = (text: string) => {
  fs.mkdirSync(path.join(home, '.config/reyn'), { recursive: true });
  fs.writeFileSync(path.join(home, '.config/reyn/config.yaml'), text);
};
const config = (env?: Record<string, string>) => readConfig(sources(env));
const trusted = path.join('.config/reyn/trusted.json');
const logOf = () =>
  fs
    .globSync(path.join(root, '.reyn/log/*.jsonl'))
    .flatMap((file) => fs.readFileSync(file, 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as { type: string; data: { files?: readonly { file: string }[] } });

const WIDE = `
policy:
  allow: [{ need: file.write, resource: "out/**" }]
  deny: [{ need: net, resource: "*" }]
separation_of_duties: true
limits: { usd: 3 }
embeddings: { base_url: "http://127.0.0.1:1/v1", model: e }
search: { base_url: "http://127.0.0.1:2" }
mcp: { servers: { files: { command: ./server } } }
grants: { days: 3000 }
models: { far: { base_url: "http://127.0.0.1:3/v1" }, named: { provider: anthropic } }
`;

describe('a file of the project that nobody has trusted', () => {
  it('denies and tightens, and allows and reaches nothing', () => {
    project(WIDE);
    expect(config()).toMatchObject({
      policy: { allow: [], deny: [{ need: 'net' }] },
      separation_of_duties: true,
      limits: { usd: 3 },
      mcp: {},
      grants: { days: 90 },
    });
    expect(config().embeddings).toBeUndefined();
    expect(config().search).toBeUndefined();
    expect(config().untrusted).toEqual([
      'policy.allow',
      'models.far',
      'embeddings',
      'mcp.servers.files',
      'search',
      'grants',
    ]);
  });

  it('lets evaluated skills do nothing outside, and nothing be applied by itself', () => {
    const loose =
      'eval: { timeout: 9, allow: [{ need: exec }] }\nself_improvement: { engine: gepa, on_propose: auto }\n';
    project(loose);
    expect(config()).toMatchObject({
      eval: { timeout: 9, allow: [] },
      self_improvement: { engine: 'gepa', on_propose: 'ask_user' },
      untrusted: ['eval.allow', 'self_improvement.on_propose'],
    });
    expect(config({ REYN_TRUST_PROJECT: '1' })).toMatchObject({
      eval: { allow: [{ need: 'exec' }] },
      self_improvement: { on_propose: 'auto' },
      untrusted: [],
    });
  });

  it.each([
    ['disabled', 'ask_user', 'disabled'],
    ['auto', 'ask_user', 'ask_user'],
    ['auto', 'auto', 'auto'],
    ['ask_user', 'disabled', 'disabled'],
  ])('where the user says on_propose: %s and the project %s it is %s', (mine, theirs, holds) => {
    user(`self_improvement: { on_propose: ${mine} }\n`);
    project(`self_improvement: { on_propose: ${theirs} }\n`);
    expect(config().self_improvement.on_propose).toBe(holds);
  });

  it('leaves what the user allows themselves', () => {
    user('policy: { allow: [{ need: exec }] }\nsearch: { base_url: "http://mine" }\ngrants: { days: 7 }\n');
    project(WIDE);
    expect(config()).toMatchObject({
      policy: { allow: [{ need: 'exec' }], deny: [{ need: 'net' }] },
      search: { base_url: 'http://mine' },
      grants: { days: 7 },
    });
  });

  it('lowers limits and raises none', () => {
    user('limits: { max_turns: 50 }\nexec: { seconds: 10 }\n');
    project(
      'limits: { max_turns: 100, max_ops: 7, usd: 1 }\nexec: { seconds: 20, memory_mb: 64 }\nretention: { days: 1 }\n',
    );
    expect(config()).toMatchObject({
      limits: { max_turns: 50, max_ops: 7, usd: 1 },
      exec: { seconds: 10, memory_mb: 64 },
      untrusted: ['retention', 'limits.max_turns', 'exec.seconds'],
    });
    expect(config().retention).toBeUndefined();
  });

  it('cannot take back that duties are separate', () => {
    user('separation_of_duties: true\n');
    project('separation_of_duties: false\n');
    expect(config().separation_of_duties).toBe(true);
  });

  it.each([
    ['a model with an address', 'models: { m: { base_url: "http://x/v1" } }', ['models.m']],
    ['a model with another key', 'models: { m: { provider: openai, api_key_env: AWS_SECRET } }', ['models.m']],
    ['a model and an address', 'model: m\nbase_url: "http://x/v1"', ['base_url', 'models.m']],
    ['a name with a dot', 'models: { "gpt-4.1": { base_url: "http://x/v1" } }', ['models."gpt-4.1"']],
    [
      'two servers',
      'mcp: { servers: { a: { url: "http://x" }, b: { command: b } } }',
      ['mcp.servers.a', 'mcp.servers.b'],
    ],
  ])('says what does not count: %s', (_, text, keys) => {
    project(text);
    expect(config().untrusted).toEqual(keys);
  });

  it('cannot send the user’s own model elsewhere', () => {
    user('model: mine\nmodels: { mine: { provider: openai, api_key_env: MY_KEY } }\n');
    project('base_url: "http://evil/v1"\n');
    expect(config().untrusted).toEqual(['base_url', 'models.mine']);
    project('model: other\n', 'reyn.local.yaml');
    user('models: { other: { provider: openai } }\n');
    expect(config().untrusted).toEqual(['base_url', 'models.other']);
  });

  it('leaves a model alone whose address the user gives', () => {
    project('models: { m: { model: big } }\n');
    user('models: { m: { base_url: "http://mine/v1" } }\n');
    expect(config().untrusted).toEqual([]);
  });

  it('widens nothing where it names a model that ships with its own address', () => {
    project('model: m\nmodels: { m: { provider: anthropic, model: claude } }\nlimits: { usd: 1 }\n');
    expect(config().untrusted).toEqual([]);
  });

  it.each(['reyn.yaml', 'reyn.local.yaml'])('may not let programs run unconfined: %s', (file) => {
    project('sandbox: none\n', file);
    expect(checkConfig(sources())).toMatchObject([
      { message: expect.stringContaining('"sandbox: none"'), where: { file } },
    ]);
    expect(() => config()).toThrow('sandbox: none');
    expect(() => config({ REYN_TRUST_PROJECT: '1' })).toThrow('sandbox: none');
  });

  it('is not needed for that: the user’s own file may', () => {
    user('sandbox: none\n');
    expect(config().sandbox).toBe('none');
  });
});

describe('trusting the files of a project', () => {
  it('makes what they say count, until one of them changes', async () => {
    project(WIDE);
    const trust = await changeTrust(sources(), 'trust');
    expect(trust.files).toMatchObject([{ file: 'reyn.yaml', trusted: true }]);
    expect(config()).toMatchObject({
      untrusted: [],
      policy: { allow: [{ need: 'file.write' }] },
      grants: { days: 3000 },
    });
    project(`${WIDE}# a comment\n`);
    expect(config().policy.allow).toEqual([]);
    project(WIDE);
    expect(config().untrusted).toEqual([]);
  });

  it('is of each file by itself', async () => {
    project(WIDE);
    await changeTrust(sources(), 'trust');
    project('policy: { allow: [{ need: exec }] }\n', 'reyn.local.yaml');
    expect(config().policy.allow).toEqual([{ need: 'file.write', resource: 'out/**' }]);
    expect(config().untrusted).toEqual(['policy.allow']);
  });

  it('shows before what would count, and changes nothing by looking', async () => {
    project(WIDE);
    const { files } = await changeTrust(sources(), 'look');
    expect(files).toMatchObject([{ trusted: false }]);
    expect(files[0]?.keys.find(({ key }) => key === 'policy.allow')?.value).toEqual([
      { need: 'file.write', resource: 'out/**' },
    ]);
    expect(fs.existsSync(path.join(home, trusted))).toBe(false);
    expect(logOf()).toEqual([]);
  });

  it('is kept in the user’s folder, closed to others, and recorded in the project', async () => {
    project(WIDE);
    await changeTrust(sources(), 'trust');
    expect(fs.statSync(path.join(home, trusted)).mode & 0o777).toBe(0o600);
    await changeTrust(sources(), 'revoke');
    expect(logOf().map(({ type, data }) => [type, data.files?.map(({ file }) => file)])).toEqual([
      ['config_trusted', ['reyn.yaml']],
      ['config_trusted', []],
    ]);
    expect(config().policy.allow).toEqual([]);
  });

  it('of one project says nothing of another with the same files', async () => {
    project(WIDE);
    await changeTrust(sources(), 'trust');
    const other = path.join(top, 'other');
    fs.cpSync(root, other, { recursive: true });
    expect(readConfig({ ...sources(), root: other }).policy.allow).toEqual([]);
    expect(config().policy.allow).toHaveLength(1);
  });

  it('is of the folder, by whatever link it is reached', async () => {
    project(WIDE);
    await changeTrust(sources(), 'trust');
    fs.symlinkSync(root, path.join(top, 'link'));
    expect(readConfig({ ...sources(), root: path.join(top, 'link') }).untrusted).toEqual([]);
  });

  it('is refused for files with a fault, and where there is no folder to keep it in', async () => {
    project('policy: { allow: [{ nede: exec }] }\n');
    await expect(changeTrust(sources(), 'trust')).rejects.toMatchObject({ code: 'config' });
    project(WIDE);
    await expect(changeTrust({ root, env: {} }, 'trust')).rejects.toMatchObject({ code: 'config' });
  });

  it('is what the environment of a machine that is thrown away can say', () => {
    project(WIDE);
    expect(config({ REYN_TRUST_PROJECT: '1' }).untrusted).toEqual([]);
    for (const other of ['0', 'true', 'yes', ''])
      expect(config({ REYN_TRUST_PROJECT: other }).untrusted).not.toEqual([]);
  });

  it.each(['', 'no json', '[]', '{"projects": 3}', '{"projects": {"/x": 1}}', '{"projects": null}'])(
    'is nothing where the file that keeps it holds %j',
    (text) => {
      project(WIDE);
      fs.mkdirSync(path.join(home, '.config/reyn'), { recursive: true });
      fs.writeFileSync(path.join(home, trusted), text);
      expect(config().policy.allow).toEqual([]);
    },
  );
});

describe('setting a value', () => {
  it('by whoever trusts the project keeps their trust', async () => {
    project(WIDE);
    await changeTrust(sources(), 'trust');
    await changeSetting(sources(), 'limits.usd', '4');
    expect(config()).toMatchObject({ untrusted: [], limits: { usd: 4 }, policy: { allow: [{ need: 'file.write' }] } });
  });

  it('in a project that needed no trust makes what was set count', async () => {
    await changeSetting(sources(), 'search.base_url', 'http://mine');
    expect(config()).toMatchObject({ untrusted: [], search: { base_url: 'http://mine' } });
  });

  it('in a project that is not trusted trusts nothing', async () => {
    project(WIDE);
    await changeSetting(sources(), 'limits.usd', '4');
    expect(config()).toMatchObject({ limits: { usd: 4 }, policy: { allow: [] } });
  });
});
