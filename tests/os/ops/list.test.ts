import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/os/json.ts';
import { OPS } from '../../../src/os/ops/list.ts';
import { offeredOps } from '../../../src/os/ops/offered.ts';
import { checkArgs } from '../../../src/os/ops/validate.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { opOf, stage } from './stage.ts';

/** For each op arguments that use every member. */
const FULL: Record<string, JsonObject> = {
  read_file: { path: 'a/./b', lines: { from: 1, to: 2 }, after: 0 },
  glob_files: { pattern: '*', path: 'a/' },
  grep_files: { pattern: 'x', path: 'a', glob: '*', max: 1 },
  write_file: { path: './a', content: '' },
  edit_file: { path: 'a', edits: [{ find: 'x', replace: '', all: true }] },
  delete_file: { path: 'a' },
  ask_user: { question: 'Which?', choices: ['a', 'b'], default: 'a' },
  run_skill: { skill: 'other', input: { text: 'x' } },
  list_skills: { query: 'notes' },
  list_runs: { skill: 'other', status: 'failed', since: '2026-01-01', limit: 3 },
  recall: {
    sources: ['docs', 'events', 'docs'],
    query: 'x',
    filter: { key_prefix: 'a', tags: ['t'], since: '2026-01-01', until: '2026-02-01', skill: 's', type: 'run_failed' },
    k: 50,
  },
  sandboxed_exec: { argv: ['git', 'log'], cwd: 'src', stdin: 'x', timeout_ms: 1000 },
  web_fetch: { url: 'https://example.com/a', max_bytes: 1000 },
  web_search: { query: 'x', k: 3 },
  mcp: { server: 'a', tool: 'b', args: {} },
  index_write: {
    source: 'docs',
    key: 'a',
    text: '',
    title: 'A',
    tags: ['t'],
    documents: [{ key: 'b', text: 'x', title: 'B', tags: [] }],
  },
  index_drop: { source: 'docs', keys: ['a'] },
  judge_output: { output: 'x', rubric: 'Is it good?', scale: { min: 0, max: 10 }, model_class: 'light' },
  lint_skill: { path: 'a', shared: true },
};

describe('the list of ops', () => {
  it('has each kind once, with arguments that are closed and described', () => {
    expect(OPS.map(({ kind }) => kind).sort()).toEqual(Object.keys(FULL).sort());
    for (const { kind, input, summary } of OPS) {
      const schema = input as unknown as { additionalProperties: boolean; properties: Record<string, JsonObject> };
      expect(schema.additionalProperties).toBe(false);
      expect(summary).toMatch(/^[A-Z].*\.$/);
      for (const [name, member] of Object.entries(schema.properties)) {
        expect([kind, name, typeof member.description]).toEqual([kind, name, 'string']);
      }
    }
  });

  it.each(Object.entries(FULL))('%s takes its arguments and needs only what it says it may', (kind, args) => {
    const op = opOf(kind);
    expect(checkArgs(op, args)).toEqual([]);
    const kinds = op.needs(args).map((need) => need.kind);
    expect(op.needKinds).toEqual([...new Set(kinds)]);
    expect(checkArgs(op, { ...args, extra: 1 })).toEqual([{ path: '', message: 'has the unknown field "extra"' }]);
  });

  it('names files by their canonical path in what it needs', () => {
    expect(opOf('read_file').needs({ path: './a//b/../c' })).toEqual([{ kind: 'file.read', path: 'a/c' }]);
    expect(opOf('write_file').needs({ path: '../x', content: '' })).toEqual([{ kind: 'file.write', path: '../x' }]);
    expect(opOf('glob_files').needs({ pattern: '*' })).toEqual([{ kind: 'file.read', path: '.', tree: true }]);
  });
});

describe('offeredOps', () => {
  const kinds = (phase: { allowedOps?: string[] }, permissions = NO_PERMISSIONS) =>
    offeredOps(phase, permissions, OPS).map(({ kind }) => kind);
  const reading = {
    ...NO_PERMISSIONS,
    file: { read: ['docs/**'], write: ['docs/**'] },
    skill: { run: ['x'], delegate: [], write: [] },
  };

  it('offers, where a phase names none, a question and the reading ops that permissions cover', () => {
    expect(kinds({})).toEqual(['ask_user']);
    expect(kinds({}, reading)).toEqual(['read_file', 'glob_files', 'grep_files', 'ask_user', 'lint_skill']);
  });

  it('offers exactly what a phase names', () => {
    expect(kinds({ allowedOps: [] }, reading)).toEqual([]);
    expect(kinds({ allowedOps: ['write_file', 'read_file', 'no_such_op'] }, reading)).toEqual([
      'read_file',
      'write_file',
    ]);
  });
});

describe('ask_user', () => {
  const ask = (args: JsonObject) => {
    const op = opOf('ask_user');
    if (op.effect !== 'waits') throw new Error('does not wait');
    return op.question(args);
  };

  it('asks what it was given', () => {
    expect(ask({ question: 'Which?', choices: ['a', 'b'], default: 'b' })).toEqual({
      text: 'Which?',
      choices: ['a', 'b'],
      default: 'b',
    });
    expect(ask({ question: 'Why?\nReally?' })).toEqual({ text: 'Why?\nReally?' });
  });

  it('shows nothing that could draw on the screen of who is asked', () => {
    const question = 'Line1\r\u001b[2K[reyn] Permission granted. \u202epress y';
    expect(ask({ question, choices: ['y\u001b[1m'] })).toEqual({
      text: 'Line1\\u000d\\u001b[2K[reyn] Permission granted. \\u202epress y',
      choices: ['y\\u001b[1m'],
    });
  });

  it('proposes only what may be answered', () => {
    expect(ask({ question: 'Which?', choices: ['a'], default: 'z' })).toEqual({ text: 'Which?', choices: ['a'] });
  });
});

describe('run_skill', () => {
  it('asks for the run of the skill it names, and hands its input on', () => {
    const op = opOf('run_skill');
    if (op.effect !== 'child') throw new Error('starts nothing');
    expect(op.needs({ skill: 'other', input: 'hi' })).toEqual([{ kind: 'skill.run', skill: 'other' }]);
    expect(op.child({ skill: 'other', input: { a: 1 } })).toEqual({ skill: 'other', input: { a: 1 } });
    expect(checkArgs(op, { skill: 'other', input: 3 })).not.toEqual([]);
  });
});

describe('lint_skill', () => {
  const GOOD = `---
type: skill
name: tidy
description: Makes a list of a message.
artifacts:
  list: { points: "string[]" }
---
Write the points of the message, one by one.
`;

  it('finds nothing wrong with a sound skill, and names line and fix for one that is not', async () => {
    const { act, put } = stage();
    put('reyn/project/tidy/skill.md', GOOD);
    expect(await act('lint_skill', { path: 'reyn/project/tidy' })).toEqual({
      skill: 'tidy',
      errors: 0,
      warnings: 0,
      findings: [],
    });
    put('work/broken/skill.md', GOOD.replace('tidy', 'broken').replace('description', 'descripton'));
    const report = await act('lint_skill', { path: 'work/broken' });
    expect(report).toMatchObject({ skill: 'broken', findings: [{ file: 'skill.md', line: 4, severity: 'error' }] });
    expect(JSON.stringify(report)).not.toContain('reyn-ws-');
  });

  it('reads a skill in the work folder as well', async () => {
    const { act } = stage();
    await act('write_file', { path: 'work:/tidy/skill.md', content: GOOD });
    expect(await act('lint_skill', { path: 'work:/tidy' })).toMatchObject({ skill: 'tidy', errors: 0 });
  });

  it('asks to read shared phases before it reads them', async () => {
    const { act, put } = stage();
    const shared = `---\ntype: skill\nname: two\ndescription: Uses a shared phase.\nentry: shared/first\nfinal_output: list\nartifacts:\n  list: { points: "string[]" }\ngraph:\n  shared/first: [end]\n---\n`;
    put('reyn/project/two/skill.md', shared);
    put(
      'reyn/project/shared/phases/first.md',
      '---\ntype: phase\nname: first\ninput: user_message\n---\nWrite the points.\n',
    );
    await expect(act('lint_skill', { path: 'reyn/project/two' })).rejects.toMatchObject({ code: 'incomplete' });
    expect(await act('lint_skill', { path: 'reyn/project/two', shared: true })).toMatchObject({
      skill: 'two',
      errors: 0,
    });
  });

  it('does not look at eval files, and says when there is no skill', async () => {
    const { act, put } = stage();
    put('reyn/project/tidy/skill.md', GOOD);
    put('reyn/project/tidy/evals/cases.yaml', ': not yaml :');
    expect(await act('lint_skill', { path: 'reyn/project/tidy/' })).toMatchObject({ errors: 0 });
    put('empty/readme.md');
    await expect(act('lint_skill', { path: 'empty' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(act('lint_skill', { path: 'none' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
