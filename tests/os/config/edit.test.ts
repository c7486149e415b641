import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setConfigKey } from '../../../src/os/config/edit.ts';
import { getConfigKey } from '../../../src/os/config/read.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reyn-config-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sources = () => ({ root, userDir: join(root, 'none'), env: {} });
const file = () => join(root, 'reyn.yaml');

/** The file after one change. */
function changed(before: string | undefined, key: string, value: string): string {
  if (before !== undefined) writeFileSync(file(), before);
  setConfigKey(sources(), key, value);
  return readFileSync(file(), 'utf8');
}

describe('setting one key of reyn.yaml', () => {
  const cases: [title: string, before: string | undefined, key: string, value: string, after: string][] = [
    ['makes the file', undefined, 'limits.usd', '2.5', 'limits:\n  usd: 2.5\n'],
    ['adds to a file of comments', '# mine\n', 'language', 'German', '# mine\nlanguage: German\n'],
    [
      'replaces a value and keeps the comment behind it',
      'limits:\n    usd: 1   # a dollar\n    max_turns: 3\n',
      'limits.usd',
      '2',
      'limits:\n    usd: 2   # a dollar\n    max_turns: 3\n',
    ],
    ['replaces a quoted value', "language: 'a b' # x\n", 'language', 'c', 'language: c # x\n'],
    ['fills an empty value', 'language:  # none\n', 'language', 'c', 'language: c  # none\n'],
    [
      'adds behind the last key of a block, with its indent',
      'limits:\n    usd: 1 # a\n\n# end\nmodel: scripted\n',
      'limits.max_ops',
      '4',
      'limits:\n    usd: 1 # a\n    max_ops: 4\n\n# end\nmodel: scripted\n',
    ],
    ['adds to a block over comments', 'limits:\n  # usd: 1\n', 'limits.usd', '4', 'limits:\n  usd: 4\n  # usd: 1\n'],
    ['adds to a flow mapping', 'limits: { usd: 1 }\n', 'limits.max_ops', '4', 'limits: { max_ops: 4, usd: 1 }\n'],
    ['adds to an empty flow mapping', 'limits: {}\n', 'limits.usd', '4', 'limits: {usd: 4}\n'],
    ['ends the last line first', 'model: scripted', 'language', 'de', 'model: scripted\nlanguage: de\n'],
    ['quotes what YAML would read otherwise', undefined, 'language', 'no: #1', 'language: "no: #1"\n'],
    ['keeps text text', undefined, 'language', '010', 'language: "010"\n'],
    [
      'makes what lies between',
      'model: scripted\n',
      'models."m.1".base_url',
      'http://x/v1',
      'model: scripted\nmodels:\n  m.1:\n    base_url: http://x/v1\n',
    ],
    [
      'reaches into a list',
      'policy:\n  deny:\n    - need: exec # never\n',
      'policy.deny.0.need',
      'net',
      'policy:\n  deny:\n    - need: net # never\n',
    ],
  ];
  it.each(cases)('%s', (_, before, key, value, after) => {
    expect(changed(before, key, value)).toBe(after);
  });

  it('gives back what was set', () => {
    expect(setConfigKey(sources(), 'limits.usd', '1e1')).toEqual({ key: 'limits.usd', value: 10, file: 'reyn.yaml' });
    expect(getConfigKey(sources(), 'limits.usd')).toBe(10);
  });

  it('keeps the mode of the file and leaves nothing beside it', () => {
    writeFileSync(file(), 'model: scripted\n');
    chmodSync(file(), 0o600);
    changed(undefined, 'language', 'de');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(root)).toEqual(['reyn.yaml']);
  });
});

describe('a change that must not be made leaves the file as it is', () => {
  const cases: [title: string, before: string, key: string, value: string, message: RegExp][] = [
    ['unknown key', 'model: scripted\n', 'limits.usdd', '1', /not a key/],
    ['value out of range', 'limits: { usd: 1 }\n', 'limits.usd', '-1', /must be >= 0/],
    ['value of another type', 'model: scripted\n', 'limits.max_turns', 'many', /must be integer/],
    ['not a choice', 'model: scripted\n', 'on_ask', 'maybe', /must be one of/],
    ['a model that is not defined', 'model: scripted\n', 'model', 'qwen3', /not defined/],
    ['a key that holds several values', 'limits: { usd: 1 }\n', 'limits', '3', /holds several values/],
    ['a text over several lines', 'language: |\n  a\n', 'language', 'b', /cannot be changed from here/],
    ['a file that is wrong already', 'modle: x\n', 'language', 'b', /not a key/],
    ['a file that is not YAML', 'a: [\n', 'language', 'b', /not YAML/],
  ];
  it.each(cases)('%s', (_, before, key, value, message) => {
    expect(() => changed(before, key, value)).toThrow(message);
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  it('a link is not followed', () => {
    writeFileSync(join(root, 'elsewhere'), 'model: scripted\n');
    symlinkSync(join(root, 'elsewhere'), file());
    expect(() => setConfigKey(sources(), 'language', 'de')).toThrow(/it is a link/);
    expect(readFileSync(join(root, 'elsewhere'), 'utf8')).toBe('model: scripted\n');
  });
});
