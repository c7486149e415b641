import { describe, expect, it } from 'vitest';
import { governed } from './governed.ts';

describe('reyn policy explain', () => {
  it.each([
    ['write_file', 'out/open/a.md', 0, 'allow', 'allow rule 1'],
    ['write_file', './out/x/../open/a.md', 0, 'allow', 'allow rule 1'],
    ['write_file', 'out/a.md', 3, 'ask', 'zone ask'],
    ['write_file', 'out/closed/a.md', 4, 'deny', 'deny rule 1'],
    ['write_file', 'src/a.ts', 4, 'deny', 'declared'],
    ['write_file', '../a', 4, 'deny', 'path'],
    ['read_file', 'README.md', 0, 'allow', 'zone project'],
    ['read_file', '.env', 4, 'deny', 'protection secrets'],
    ['sandboxed_exec', 'git log -1', 3, 'ask', 'zone ask'],
    ['sandboxed_exec', 'rm -rf x', 4, 'deny', 'declared'],
    ['web_fetch', 'https://example.org/page', 3, 'ask', 'zone ask'],
    ['mcp', 'files/list', 3, 'ask', 'zone ask'],
    ['ask_user', '', 0, 'allow', 'no need'],
  ])('%s on %j exits %i: %s by %s', async (op, resource, exit, verdict, by) => {
    const said = await governed().reyn(['policy', 'explain', 'notes', op, resource, '--json']);
    expect([said.exit, said.json()]).toMatchObject([exit, { skill: 'notes', op, verdict, by }]);
  });

  it('takes a path of the project from the root of the disk on', async () => {
    const { root, reyn } = governed();
    const said = await reyn(['policy', 'explain', 'notes', 'write_file', `${root}/out/open/a.md`]);
    expect(said.exit).toBe(0);
  });

  it('says for people what decided and what was not reached', async () => {
    const said = await governed().reyn(['policy', 'explain', 'notes', 'write_file', 'out/closed/a.md']);
    expect(said.out).toContain("deny by deny rule 1\nThe operator's deny rule 1 closes file.write");
    expect(said.out).toContain('it is the archive');
    expect(said.out).toMatch(/· protections\n {2}▸ deny rules\n {4}zones \(not reached\)/);
  });

  it.each([
    [['nots', 'write_file', 'a'], 'notes'],
    [['notes', 'write_fil', 'a'], 'Did you mean "write_file"?'],
    [['notes', 'sandboxed_exec', ''], 'cannot be the resource of exec'],
    [['notes', 'mcp', 'files'], 'Write "server/tool".'],
    [['notes', 'web_fetch', 'http://user:pw@x/'], 'cannot be the resource of net'],
  ])('refuses %j and says what to write', async (args, hint) => {
    const said = await governed().reyn(['policy', 'explain', ...args]);
    expect(said.exit).toBe(2);
    expect(said.err).toContain(hint);
  });
});

describe('reyn policy test', () => {
  const table = async (text: string, ...flags: string[]) => {
    const project = governed();
    project.write('policy.test.yaml', text);
    return project.reyn(['policy', 'test', 'policy.test.yaml', ...flags]);
  };

  it('exits 0 when all is decided as expected', async () => {
    const said = await table(
      '- { skill: notes, op: write_file, resource: out/open/a, expect: allow }\n- { skill: notes, op: ask_user, expect: allow }\n',
    );
    expect([said.exit, said.out]).toEqual([0, '']);
    expect(said.err).toContain('2 expectations, all met.');
  });

  it('exits 1 when not, and names line, verdict and what decided', async () => {
    const text =
      '# a table\n- { skill: notes, op: write_file, resource: out/a, expect: allow }\n- { skill: notes, op: read_file, resource: a, expect: allow }\n';
    const said = await table(text, '--json');
    expect(said.exit).toBe(1);
    expect(said.json()).toMatchObject({
      met: 1,
      missed: 1,
      results: [{ line: 2, met: false, verdict: 'ask', by: 'zone ask' }, { met: true }],
    });
    const shown = await table(text);
    expect(shown.out).toMatch(/2 +notes +write_file +out\/a +allow +ask +zone ask/);
    expect(shown.err).toContain('1 missed');
  });

  it.each([
    ['', 'policy.test.yaml:1'],
    ['skill: notes', 'policy.test.yaml:1'],
    ['- { skill: notes, op: write_file, resource: a, expect: maybe }', 'policy.test.yaml:1'],
    [
      '- { skill: notes, op: write_file, resource: a, expect: allow }\n- { skill: notes, opp: x, expect: allow }',
      'policy.test.yaml:2',
    ],
    ['- { op: write_file, resource: a, expect: allow }', 'policy.test.yaml:1'],
    ['- x', 'policy.test.yaml:1'],
    ['- { skill: notes, op: write_file, resource: [a], expect: allow }', 'policy.test.yaml:1'],
    ['- [', 'policy.test.yaml'],
  ])('refuses the table %j and says where', async (text, where) => {
    const said = await table(text);
    expect(said.exit).toBe(2);
    expect(said.err).toContain(where);
  });

  it('refuses a table that is not there', async () => {
    const said = await governed().reyn(['policy', 'test', 'none.yaml']);
    expect([said.exit, said.err]).toEqual([2, expect.stringContaining('none.yaml')]);
  });
});
