import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig, configDigest, getConfigKey, readConfig, showConfig } from '../../../src/os/config/read.ts';
import { showWhere, UserError } from '../../../src/os/errors.ts';

let root = '';
let userDir = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reyn-config-'));
  userDir = join(root, 'home');
  mkdirSync(userDir);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sources = () => ({ root, userDir, env: { REYN_TRUST_PROJECT: '1' } });
const project = (text: string) => writeFileSync(join(root, 'reyn.yaml'), text);
const local = (text: string) => writeFileSync(join(root, 'reyn.local.yaml'), text);
const user = (text: string) => writeFileSync(join(userDir, 'config.yaml'), text);

/** `file:line:column message | hint` of the error that reading gives. */
function failure(): string {
  try {
    readConfig(sources());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${showWhere(error.where)} ${error.message} | ${error.hint ?? ''}`;
  }
  return 'no error';
}

describe('the effective configuration', () => {
  it('needs no file: limits have defaults, and no model is configured', () => {
    const config = readConfig(sources());
    expect(config.default).toBe('');
    expect(config.limits.max_phase_visits).toBe(25);
    expect(config.on_ask).toBe('suspend');
    expect(Object.keys(config.define)).toEqual(['scripted', 'world']);
  });

  it('takes a model and its address from two lines', () => {
    project('model: qwen3\nbase_url: http://127.0.0.1:11434/v1\n');
    const config = readConfig(sources());
    expect(config.default).toBe('qwen3');
    expect(config.define.qwen3).toEqual({
      provider: 'openai-compatible',
      model: 'qwen3',
      base_url: 'http://127.0.0.1:11434/v1',
      encoding: 'tools',
      max_output_tokens: 4096,
      timeout: 120,
      api_key_env: 'REYN_API_KEY',
    });
  });

  it('takes a provider by its name, and each has its own variable for the key', () => {
    const providers = { openai: 'OPENAI', anthropic: 'ANTHROPIC', google: 'GOOGLE_GENERATIVE_AI' };
    project(
      `models: { ${Object.keys(providers)
        .map((name) => `${name}-1: { provider: ${name} }`)
        .join(', ')} }\n`,
    );
    const { define } = readConfig(sources());
    for (const [provider, prefix] of Object.entries(providers)) {
      const name = `${provider}-1`;
      expect(define[name]).toMatchObject({
        provider,
        model: name,
        api_key_env: `${prefix}_API_KEY`,
        encoding: 'tools',
      });
      expect(define[name]).not.toHaveProperty('base_url');
    }
  });

  it('takes a key file from files of one person only, by a path that means the same everywhere', () => {
    project('models: { a: { provider: openai } }\n');
    local('models: { a: { api_key_file: ~/key } }\n');
    expect(readConfig(sources()).define.a?.api_key_file).toBe('~/key');
    local('models: { a: { api_key_file: key } }\n');
    expect(failure()).toMatch(/^reyn\.local\.yaml:1:16 .*neither absolute nor below ~\//);
  });

  it('takes models in full and maps classes to them', () => {
    project(
      [
        'models:',
        '  small: { model: qwen3:8b, base_url: "http://localhost:1/v1", encoding: json, timeout: 30 }',
        '  big:',
        '    base_url: https://example.org/v1',
        '    api_key_env: BIG_KEY',
        '    price: { input: 3, output: 15 }',
        'model: small',
        'classes: { strong: big }',
      ].join('\n'),
    );
    const { define, classes } = readConfig(sources());
    expect(define.small).toMatchObject({ model: 'qwen3:8b', encoding: 'json', timeout: 30 });
    expect(define.big).toMatchObject({ model: 'big', api_key_env: 'BIG_KEY', price: { input: 3, output: 15 } });
    expect(classes).toEqual({ strong: 'big' });
  });

  it('lets later files win key by key', () => {
    user('limits: { usd: 1, max_turns: 7 }\nlanguage: German\nmodels: { a: { base_url: http://u/v1, timeout: 5 } }\n');
    project('limits: { usd: 2 }\nmodels: { a: { base_url: http://p/v1 } }\n');
    local('model: scripted\nlimits: { usd: 3 }\n');
    const config = readConfig(sources());
    expect(config.limits).toMatchObject({ usd: 3, max_turns: 7, max_ops: 500 });
    expect(config.language).toBe('German');
    expect(config.define.a).toMatchObject({ base_url: 'http://p/v1', timeout: 5 });
    expect(config.default).toBe('scripted');
  });

  it('keeps the policy rules of every file, so that none takes back a deny', () => {
    user('policy: { deny: [{ need: file.write, resource: "secret/**" }] }\n');
    project('policy: { allow: [{ need: file.write, skill: notes }], deny: [] }\n');
    expect(readConfig(sources()).policy).toEqual({
      allow: [{ need: 'file.write', skill: 'notes' }],
      deny: [{ need: 'file.write', resource: 'secret/**' }],
    });
  });

  it('finds the user file by XDG_CONFIG_HOME, else below the home', () => {
    mkdirSync(join(root, 'xdg/reyn'), { recursive: true });
    mkdirSync(join(root, '.config/reyn'), { recursive: true });
    writeFileSync(join(root, 'xdg/reyn/config.yaml'), 'language: A\n');
    writeFileSync(join(root, '.config/reyn/config.yaml'), 'language: B\n');
    const language = (env: Record<string, string>) => readConfig({ root: join(root, 'p'), env }).language;
    expect(language({ XDG_CONFIG_HOME: join(root, 'xdg'), HOME: root })).toBe('A');
    expect(language({ HOME: root })).toBe('B');
    expect(language({})).toBeUndefined();
  });

  it('takes a key over nothing but comments as absent', () => {
    project('limits:\n  # usd: 1\npolicy:\nmodel: scripted\n');
    expect(readConfig(sources()).default).toBe('scripted');
  });

  it('has the same digest however it is written', () => {
    project('limits: { usd: 1, max_turns: 3 }\n');
    const before = configDigest(readConfig(sources()));
    project('# another layout\nlimits:\n  max_turns: 3\n  usd: 1.0\n');
    expect(configDigest(readConfig(sources()))).toBe(before);
    project('limits: { usd: 2, max_turns: 3 }\n');
    expect(configDigest(readConfig(sources()))).not.toBe(before);
  });
});

describe('a wrong configuration is refused with its place and what to do', () => {
  const cases: [title: string, text: string, expected: RegExp][] = [
    ['an unknown key, with a near one', 'modle: x\n', /^reyn\.yaml:1:1 "modle" .*Did you mean "model"\?/],
    ['a nested unknown key', 'limits:\n  usdd: 1\n', /^reyn\.yaml:2:3 "limits\.usdd" .*Did you mean "limits\.usd"\?/],
    ['a limit at the top', 'usd: 1\n', /^reyn\.yaml:1:1 .*Did you mean "limits\.usd"\?/],
    ['a key nothing is near to', 'library: true\n', /^reyn\.yaml:1:1 "library" .*Keys here: model, base_url/],
    ['an unknown key of a model', 'models: { a: { base_ur: x } }\n', /^reyn\.yaml:1:16 .*"models\.a\.base_url"/],
    ['an unknown key in a rule', 'policy:\n  deny:\n    - ned: exec\n', /^reyn\.yaml:3:7 .*deny\.0\.need"/],
    ['an API key', 'models: { a: { api_key: sk-1 } }\n', /:1:16 .*never written.* \| Put the key.*api_key_env/],
    ['a value out of range', 'limits:\n  usd: -1\n', /^reyn\.yaml:2:3 "limits\.usd" must be >= 0/],
    ['a value of the wrong type', 'limits: { max_turns: many }\n', /^reyn\.yaml:1:11 .*must be integer/],
    ['infinity', 'limits: { usd: .inf }\n', /^reyn\.yaml:1:16 Infinity and NaN are not allowed/],
    ['a word that is not a choice', 'on_ask: maybe\n', /^reyn\.yaml:1:1 .*one of "suspend", "fail"/],
    ['an unknown kind of need', 'policy: { allow: [{ need: fly }] }\n', /must be one of "file\.read"/],
    ['a model that is not defined', 'model: qwen3\n', /^reyn\.yaml:1:1 The model "qwen3" is not defined.*base_url/],
    ['an address without a model', 'base_url: http://x/v1\n', /^reyn\.yaml:1:1 .*no model is named/],
    [
      'a class without its model',
      'classes: { light: a }\n',
      /^reyn\.yaml:1:12 The class "light".*Defined are: scripted/,
    ],
    ['a model without address', 'models: { a: { timeout: 3 } }\n', /^reyn\.yaml:1:11 The model "a" lacks "base_url"/],
    [
      'a model without address, and the way out',
      'models: { a: {} }\n',
      /name a provider that .* openai, anthropic, google/,
    ],
    ['a provider that is none', 'models: { a: { provider: opnai } }\n', /must be one of .*"openai", "anthropic"/],
    [
      'an address of a provider that is none',
      'models: { a: { provider: openai, base_url: x } }\n',
      /:1:34 .*not a URL/,
    ],
    ['a step of schemas that is none', 'models: { a: { schema: tiny } }\n', /must be one of "inline_refs"/],
    [
      'a key file in the file that is shared',
      'models: { a: { provider: openai, api_key_file: ~/key } }\n',
      /^reyn\.yaml:1:\d+ .*which others share.* \| Write it into reyn\.local\.yaml/,
    ],
    ['an address that is none', 'model: a\nbase_url: localhost\n', /^reyn\.yaml:2:1 .*not a URL/],
    ['an address of another protocol', 'model: a\nbase_url: file:///x\n', /not http or https/],
    ['a key in an address', 'model: a\nbase_url: http://u:p@x/v1\n', /has a key in its "base_url"/],
    ['a key in the query of an address', 'model: a\nbase_url: http://x/v1?api_key=abc\n', /has a key in the query of/],
    ['a token behind an address', 'model: a\nbase_url: http://x/v1#access_token=abc\n', /has a key in the query of/],
    [
      'a password in the address of a model',
      'models: { a: { provider: openai, base_url: "https://u:p@x/v1" } }\n',
      /The model "a" has a key in its "base_url"/,
    ],
    [
      'a user in the address of the search engine',
      'search: { base_url: "http://tok@x" }\n',
      /"search" has a key in its/,
    ],
    [
      'a key in the query of the search engine',
      'search: { base_url: "http://x?key=k" }\n',
      /"search" has a key in the/,
    ],
    [
      'a password in the address of vectors',
      'embeddings: { model: m, base_url: "http://u:p@x" }\n',
      /"embeddings" has a key/,
    ],
    [
      'a password in the address of a server',
      'mcp: { servers: { s: { url: "https://u:p@x" } } }\n',
      /"s" has a key in its "url"/,
    ],
    [
      'a token in the query of a server',
      'mcp: { servers: { s: { url: "https://x?token=t" } } }\n',
      /"s" has a key in the query/,
    ],
    ['a list', '- a\n', /^reyn\.yaml:1:1 The file must hold keys and values/],
    ['a syntax error', 'a: 1\n b: 2\n', /^reyn\.yaml:2:3 This is not YAML: bad indentation/],
    ['a key twice', 'model: a\nmodel: b\n', /^reyn\.yaml:2:1 .*"model" is there twice/],
    ['an anchor', 'limits: &x { usd: 1 }\n', /^reyn\.yaml:1:9 .*anchors/],
    ['an alias', 'model: *x\n', /^reyn\.yaml:1:8 .*(alias|unidentified)/],
    ['a tag', 'model: !!str x\n', /^reyn\.yaml:1:8 .*tags/],
    ['two documents', 'model: a\n---\nmodel: b\n', /several documents/],
    ['a merge key', 'limits: { <<: { usd: 1 } }\n', /"limits\.<<" is not a key/],
    ['__proto__', 'limits: { __proto__: { usd: 1 } }\n', /^reyn\.yaml:1:11 .*__proto__/],
    ['a file over the size', `# ${'x'.repeat(300_000)}\n`, /larger than 256 KB/],
    ['nesting without end', `a: ${'['.repeat(3000)}`, /Nesting/],
  ];
  it.each(cases)('%s', (_, text, expected) => {
    project(text);
    expect(failure()).toMatch(expected);
  });

  it('takes an address whose query holds no key', () => {
    project('models: { a: { provider: openai, base_url: "https://x/v1?api-version=2026-01-01&keyspace=a" } }\n');
    expect(readConfig(sources()).define.a?.base_url).toContain('api-version');
  });

  it('names the file that is wrong', () => {
    project('model: scripted\n');
    local('\n\nlimits: { usd: no }\n');
    expect(failure()).toMatch(/^reyn\.local\.yaml:3:11 /);
    local('');
    user('nonsense: 1\n');
    expect(failure()).toMatch(/^home\/config\.yaml:1:1 /);
  });

  it('says how many more problems there are and lists them all on request', () => {
    project('modle: x\nlimits:\n  usdd: 1\n');
    expect(failure()).toContain('(and 1 more: `reyn config check`)');
    expect(checkConfig(sources()).map(({ where }) => showWhere(where))).toEqual(['reyn.yaml:1:1', 'reyn.yaml:3:3']);
  });

  it('says so when a file cannot be read', () => {
    mkdirSync(join(root, 'reyn.yaml'));
    expect(() => readConfig(sources())).toThrow(/cannot be read/);
  });
});

describe('showing and getting', () => {
  it('shows where each value comes from', () => {
    user('language: German\n');
    project('model: qwen3\nbase_url: http://x/v1\nlimits: { usd: 1 }\n');
    local('limits: { max_turns: 5 }\n');
    const shown = Object.fromEntries(showConfig(sources()).map(({ key, value, origin }) => [key, [value, origin]]));
    expect(shown).toMatchObject({
      language: ['German', 'user'],
      model: ['qwen3', 'reyn.yaml'],
      'models.qwen3.base_url': ['http://x/v1', 'reyn.yaml'],
      'models.qwen3.timeout': [120, 'default'],
      'limits.usd': [1, 'reyn.yaml'],
      'limits.max_turns': [5, 'reyn.local.yaml'],
      'limits.max_ops': [500, 'default'],
    });
  });

  it('gets one value, a part, or nothing', () => {
    project('models: { gpt-4.1: { base_url: http://x/v1 } }\nmodel: gpt-4.1\n');
    expect(getConfigKey(sources(), 'limits.max_turns')).toBe(200);
    expect(getConfigKey(sources(), 'models."gpt-4.1".base_url')).toBe('http://x/v1');
    expect(getConfigKey(sources(), 'limits')).toMatchObject({ max_turns: 200 });
    expect(getConfigKey(sources(), 'limits.usd')).toBeUndefined();
  });

  it.each([
    ['limits.usdd', /Did you mean "limits\.usd"/],
    ['nothing.at.all', /"nothing" is not a key/],
    ['', /is not a key/],
    ['limits..usd', /is not a key/],
  ])('refuses the key %j', (key, message) => {
    const hint = () => {
      try {
        return getConfigKey(sources(), key);
      } catch (error) {
        return `${(error as UserError).code}: ${(error as UserError).message} ${(error as UserError).hint}`;
      }
    };
    expect(hint()).toMatch(message);
    expect(hint()).toMatch(/^usage/);
  });
});
