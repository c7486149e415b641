import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { knownSecrets } from '../../../src/os/secrets/known.ts';
import { hasPlaceholder } from '../../../src/os/secrets/placeholder.ts';
import { hasReference, resolveReferences } from '../../../src/os/secrets/reference.ts';
import { openSecretStore } from '../../../src/os/secrets/store.ts';
import { letters } from './samples.ts';

function folders() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-secrets-'));
  onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
  return { dir: path.join(home, 'config', 'reyn'), root: path.join(home, 'project') };
}

const modeOf = (file: string) => fs.statSync(file).mode & 0o777;

describe('the store of secrets', () => {
  it('keeps what was set, in a file and a folder that nobody else may look into', () => {
    const where = folders();
    const store = openSecretStore(where);
    expect(store.names()).toEqual([]);
    store.set('B_TOKEN', 'two\nlines');
    store.set('A_TOKEN', 'one');
    expect(store.names()).toEqual(['A_TOKEN', 'B_TOKEN']);
    const again = openSecretStore(where);
    expect([again.get('B_TOKEN'), again.get('C')]).toEqual(['two\nlines', undefined]);
    expect([modeOf(again.file), modeOf(path.dirname(again.file))]).toEqual([0o600, 0o700]);
    expect(fs.readdirSync(path.dirname(again.file))).toEqual([path.basename(again.file)]);
  });

  it('does not lose what another process stored meanwhile', () => {
    const where = folders();
    const [first, second] = [openSecretStore(where), openSecretStore(where)];
    expect(first.names()).toEqual([]);
    second.set('B', 'bbbb');
    first.set('A', 'aaaa');
    expect(openSecretStore(where).names()).toEqual(['A', 'B']);
  });

  it('forgets a secret, and says whether there was one', () => {
    const where = folders();
    const store = openSecretStore(where);
    store.set('A', 'one');
    expect([store.remove('A'), store.remove('A'), store.names()]).toEqual([true, false, []]);
  });

  it('is refused when others may read the file or enter the folder, and is not mended', () => {
    const where = folders();
    const store = openSecretStore(where);
    store.set('A', 'one');
    fs.chmodSync(store.file, 0o640);
    expect(() => openSecretStore(where).names()).toThrow(/may be read by others/);
    fs.chmodSync(store.file, 0o600);
    fs.chmodSync(path.dirname(store.file), 0o755);
    expect(() => openSecretStore(where).get('A')).toThrow(/may be entered by others/);
    expect(() => openSecretStore(where).set('B', 'two')).toThrow(/may be entered by others/);
    expect(modeOf(path.dirname(store.file))).toBe(0o755);
  });

  it('is refused when it is a link, a folder or damaged', () => {
    const where = folders();
    const { file, set } = openSecretStore(where);
    set('A', 'one');
    const elsewhere = path.join(where.dir, 'elsewhere.json');
    fs.renameSync(file, elsewhere);
    fs.symlinkSync(elsewhere, file);
    expect(() => openSecretStore(where).names()).toThrow(/is a link/);
    fs.rmSync(file);
    fs.mkdirSync(file);
    expect(() => openSecretStore(where).names()).toThrow(/is not a file/);
    fs.rmdirSync(file);
    fs.writeFileSync(file, '{"A": 1}', { mode: 0o600 });
    expect(() => openSecretStore(where).names()).toThrow(/is damaged/);
  });

  it('never lies in a project, also not by a link', () => {
    const { dir, root } = folders();
    expect(() => openSecretStore({ dir: path.join(root, 'cfg'), root }).set('A', 'one')).toThrow(/in the project/);
    fs.mkdirSync(path.join(root, 'cfg'), { recursive: true });
    fs.mkdirSync(path.dirname(dir), { recursive: true });
    fs.symlinkSync(path.join(root, 'cfg'), dir);
    expect(() => openSecretStore({ dir, root }).set('A', 'one')).toThrow(/in the project/);
  });

  it.each(['', '1A', 'a-b', 'a b', 'é', 'A'.repeat(65), '__proto__ '])('takes no name %j', (name) => {
    expect(() => openSecretStore(folders()).set(name, 'value')).toThrow(/is no name for a secret/);
  });

  it('takes `__proto__` for a name like any other', () => {
    const where = folders();
    openSecretStore(where).set('A', 'one');
    expect(openSecretStore(where).get('__proto__')).toBeUndefined();
  });

  it('has nothing and takes nothing where there is no home', () => {
    const store = openSecretStore({ dir: undefined, root: '/p' });
    expect(store.names()).toEqual([]);
    expect(() => store.set('A', 'one')).toThrow(/HOME/);
  });
});

describe('references to stored secrets', () => {
  const get = (name: string) => (name === 'TOKEN' ? 'se$&cret' : undefined);
  const to = (name: string) => `\${secret:${name}}`;

  it('are replaced in strings of any depth, as they are, and not in keys', () => {
    const value = { a: [`Bearer ${to('TOKEN')}`], [to('TOKEN')]: 1 };
    expect(hasReference(value)).toBe(true);
    expect(resolveReferences(value, get)).toEqual({ ok: true, value: { a: ['Bearer se$&cret'], [to('TOKEN')]: 1 } });
    expect(hasReference({ [to('TOKEN')]: 1 })).toBe(false);
  });

  it('are named when they are not stored', () => {
    expect(resolveReferences([to('B'), to('A'), to('TOKEN')], get)).toEqual({ ok: false, missing: ['A', 'B'] });
  });

  it('are not looked for in what was put in, nor in what only looks like one', () => {
    expect(resolveReferences(to('A'), () => to('TOKEN'))).toEqual({ ok: true, value: to('TOKEN') });
    const plain = ['${secret:', '1A}', '$', '{secret:A-B}'];
    expect(resolveReferences(plain, get)).toEqual({ ok: true, value: plain });
  });

  it('leave the very same value where there are none', () => {
    const value = { a: [1, { b: 'c' }] };
    const resolved = resolveReferences(value, get);
    expect(resolved.ok && resolved.value).toBe(value);
  });
});

describe('known secrets', () => {
  const nothing = { names: () => [], get: () => undefined };
  const namesOf = (env: Record<string, string>, variables: string[] = []) =>
    knownSecrets({ env, variables, store: nothing }).map(({ name }) => name);

  it('are variables whose name says so and whose value looks so', () => {
    const env = {
      OPENAI_API_KEY: letters(40),
      GITHUB_TOKEN: letters(36),
      DB_PASSWORD: 'hunter2!hunter',
      DATABASE_URL: `postgres://u:${letters(12)}@h/d`,
      npm_config__authToken: letters(30),
    };
    expect(namesOf(env)).toEqual([
      ...['OPENAI_API_KEY', 'GITHUB_TOKEN', 'DB_PASSWORD', 'DATABASE_URL', 'DATABASE_URL', 'npm_config__authToken'],
    ]);
  });

  it('are not paths, addresses, options, numbers or short values', () => {
    const env = {
      PWD: '/home/joe/project-1',
      SSH_AUTH_SOCK: '/tmp/ssh-XXXX1234/agent.1',
      GOOGLE_APPLICATION_CREDENTIALS: '/home/joe/key1.json',
      TOKEN_URL: 'https://auth.example.org/v2/token',
      AUTH_METHOD: 'client_secret_basic',
      AUTH: 'disabled',
      MAX_TOKENS: '4096000000',
      API_KEY: 'abc123',
      PUBLIC_KEY: letters(40),
      KEYBOARD: 'de-latin1-nodeadkeys',
      HOME: '/home/joe12345',
    };
    expect(namesOf(env)).toEqual([]);
  });

  it('are also those that config names and those that are stored, under the first name of a value', () => {
    const value = letters(20);
    const store = { names: () => ['STORED'], get: () => value };
    const known = knownSecrets({
      env: { MINE: 'some-plain-words', API_KEY: value },
      variables: ['MINE', 'NONE'],
      store,
    });
    expect(known).toEqual([
      { name: 'STORED', value },
      { name: 'MINE', value: 'some-plain-words' },
    ]);
  });
});

describe('placeholders', () => {
  it('are found in any string or key of a value; references are none', () => {
    expect(hasPlaceholder({ a: ['x [secret:github_token:ab12] y'] })).toBe(true);
    expect(hasPlaceholder({ '[secret:MINE]': 1 })).toBe(true);
    expect(hasPlaceholder({ a: ['[secret: a]', `\${secret:${'A'}}`, 1, null] })).toBe(false);
  });
});
