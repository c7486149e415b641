import { describe, expect, it } from 'vitest';
import { governed } from './governed.ts';

const ADD = ['grants', 'add', '--skill', 'notes', '--need', 'file.write', '--resource'];

describe('reyn grants', () => {
  it('adds one that then decides, lists it, takes it back', async () => {
    const { reyn } = governed();
    const explain = () => reyn(['policy', 'explain', 'notes', 'write_file', 'out/a/b.md']);
    expect((await explain()).exit).toBe(3);
    const added = await reyn([...ADD, 'out/**', '--days', '7', '--note', 'this week']);
    expect([added.exit, added.err]).toEqual([0, expect.stringContaining('notes may use file.write of out until')]);
    const id = added.out.trim();
    expect((await explain()).exit).toBe(0);
    const listed = await reyn(['grants', 'list', '--json']);
    expect(listed.json()).toMatchObject([
      { state: 'counts', grant: { id, resource: 'out', scope: 'subtree', words: 'this week' } },
    ]);
    expect((await reyn(['grants', 'list'])).out).toContain('out and below');
    const revoked = await reyn(['grants', 'revoke', id.slice(0, 6), '--note', 'enough']);
    expect([revoked.exit, revoked.err]).toEqual([0, expect.stringContaining('has to ask again')]);
    expect((await explain()).exit).toBe(3);
    expect((await reyn(['grants', 'list'])).err).toContain('`--all` shows 1 more');
    expect((await reyn(['grants', 'list', '--all', '--json'])).json()).toMatchObject([
      { state: 'revoked', revoked: { why: 'enough' } },
    ]);
  });

  it('is of one op where it says so, and of one path without "/**"', async () => {
    const { root, reyn } = governed();
    await reyn([...ADD, `${root}/out/a.md`, '--op', 'edit_file']);
    expect((await reyn(['policy', 'explain', 'notes', 'edit_file', 'out/a.md'])).exit).toBe(0);
    expect((await reyn(['policy', 'explain', 'notes', 'write_file', 'out/a.md'])).exit).toBe(3);
    expect((await reyn(['policy', 'explain', 'notes', 'edit_file', 'out/b.md'])).exit).toBe(3);
  });

  it('of a command with " **" is of all that begins so', async () => {
    const { reyn } = governed();
    await reyn(['grants', 'add', '--skill', 'notes', '--need', 'exec', '--resource', 'git log **']);
    expect((await reyn(['policy', 'explain', 'notes', 'sandboxed_exec', 'git log -1'])).exit).toBe(0);
    expect((await reyn(['policy', 'explain', 'notes', 'sandboxed_exec', 'git push'])).exit).toBe(3);
  });

  it('opens nothing that a skill does not declare, that a rule denies or that is protected', async () => {
    const { reyn } = governed();
    for (const resource of ['src/**', 'out/closed/**', 'out/.git/**'])
      expect((await reyn([...ADD, resource])).exit).toBe(0);
    for (const path of ['src/a', 'out/closed/a', 'out/.git/config']) {
      expect((await reyn(['policy', 'explain', 'notes', 'write_file', path])).exit, path).toBe(4);
    }
  });

  it.each([
    [['**'], 'is a pattern'],
    [['/**'], 'cannot be'],
    [['//**'], 'cannot be granted'],
    [['./**'], 'everything cannot be granted'],
    [['work:/**'], 'cannot be used'],
    [['out/*.md'], 'is a pattern'],
    [['../x'], 'cannot be'],
    [['out/a', '--days', '0'], 'at least 1'],
    [['out/a', '--until', '2001-01-01'], 'no time to come'],
    [['out/a', '--until', 'soon'], 'no time to come'],
    [['out/a', '--op', 'writ_file'], 'Did you mean "write_file"?'],
  ])('refuses %j and says why', async (args, why) => {
    const said = await governed().reyn([...ADD, ...args]);
    expect(said.exit).toBe(2);
    expect(said.err).toContain(why);
  });

  it.each([
    ['net', 'https://x', 'cannot be granted'],
    ['exec', "git 'x", 'quote'],
    ['mcp', 'files', 'server/tool'],
    ['filewrite', 'a', 'filewrite'],
  ])('refuses %s of %s', async (need, resource, why) => {
    const said = await governed().reyn(['grants', 'add', '--skill', 'notes', '--need', need, '--resource', resource]);
    expect([said.exit, said.err]).toEqual([2, expect.stringContaining(why)]);
  });

  it('finds none by a beginning that several have, or none', async () => {
    const { reyn } = governed();
    const ids = [await reyn([...ADD, 'out/a']), await reyn([...ADD, 'out/b'])].map(({ out }) => out.trim());
    expect((await reyn(['grants', 'revoke', ''])).exit).toBe(2);
    expect((await reyn(['grants', 'revoke', 'zzzzzzzzzzzzz'])).exit).toBe(2);
    expect((await reyn(['grants', 'revoke', ids[0] ?? ''])).exit).toBe(0);
  });

  it('takes back what can count no more, and says why', async () => {
    const { write, read, reyn } = governed();
    await reyn([...ADD, 'out/a']);
    expect((await reyn(['grants', 'prune', '--json'])).json()).toEqual([]);
    write('reyn/project/notes/skill.md', `${read('reyn/project/notes/skill.md')}\nMore.\n`);
    const pruned = await reyn(['grants', 'prune']);
    expect(pruned.out).toContain('the skill notes has changed');
    expect(pruned.err).toContain('1 grant taken back');
    expect((await reyn(['grants', 'prune', '--json'])).json()).toEqual([]);
  });

  it('cannot be added where there is no place for the key', async () => {
    const { root, reyn } = governed();
    const said = await reyn([...ADD, 'out/a'], { env: { HOME: root } });
    expect(said.exit).not.toBe(0);
    expect(said.err).toContain('nothing can be signed');
  });
});
