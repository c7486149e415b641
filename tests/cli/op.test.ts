import { describe, expect, it } from 'vitest';
import { governed } from './governed.ts';

const write = (path: string) => ['op', 'write_file', JSON.stringify({ path, content: 'x' })];

describe('reyn op', () => {
  it('does what rules allow, prints the result, and is in the log', async () => {
    const { read, reyn } = governed();
    const said = await reyn(['op', 'read_file', '{"path": "README.md"}', '--json']);
    expect([said.exit, said.json()]).toMatchObject([0, { verdict: 'done', result: { text: 'read me\n' } }]);
    expect((await reyn(write('out/open/a.md'))).exit).toBe(0);
    expect(read('out/open/a.md')).toBe('x');
    expect((await reyn(['audit', 'verify'])).exit).toBe(0);
    expect((await reyn(['runs', 'list', '--json'])).json()).toHaveLength(2);
  });

  it.each([
    ['out/closed/a.md', 'deny rule 1'],
    ['.git/config', 'version control'],
    ['reyn.yaml', 'limits and the policy'],
    ['../x', 'leaves its root'],
  ])('exits 4 for %s and says why', async (path, why) => {
    const { read, reyn } = governed();
    const before = read(path);
    const said = await reyn(write(path));
    expect([said.exit, said.err]).toEqual([4, expect.stringContaining(why)]);
    expect(read(path)).toBe(before);
  });

  it('exits 3 where a person is asked, and 4 where none is to be', async () => {
    const { read, reyn } = governed();
    const said = await reyn(write('out/a.md'));
    expect([said.exit, said.err]).toEqual([3, expect.stringContaining('waits for a person: reyn answer ')]);
    expect(read('out/a.md')).toBeUndefined();
    const id = /reyn answer (\S+)/.exec(said.err)?.[1] ?? '';
    expect((await reyn(['answer', id, 'allow'])).exit).toBe(0);
    expect(read('out/a.md')).toBe('x');
    expect((await reyn([...write('out/b.md'), '--on-ask', 'fail'])).exit).toBe(4);
  });

  it('exits 1 when the op fails', async () => {
    const said = await governed().reyn(['op', 'read_file', '{"path": "none.md"}']);
    expect([said.exit, said.err]).toEqual([1, expect.stringContaining('does not exist')]);
  });

  it('acts as a skill where it is told to: what that does not declare is denied, its grants count', async () => {
    const { read, reyn } = governed();
    const denied = await reyn([...write('src/a.md'), '--as', 'notes']);
    expect([denied.exit, denied.err]).toEqual([4, expect.stringContaining('does not declare file.write')]);
    await reyn(['grants', 'add', '--skill', 'notes', '--need', 'file.write', '--resource', 'out/**']);
    expect((await reyn(write('out/a.md'))).exit).toBe(3);
    expect((await reyn([...write('out/a.md'), '--as', 'notes'])).exit).toBe(0);
    expect(read('out/a.md')).toBe('x');
  });

  it('takes paths of the project from the root of the disk on', async () => {
    const { root, reyn } = governed();
    expect((await reyn(['op', 'read_file', JSON.stringify({ path: `${root}/README.md` })])).exit).toBe(0);
    expect((await reyn(['op', 'read_file', JSON.stringify({ path: `${root}/.git/config` })])).exit).toBe(4);
  });

  it('takes arguments literally, whatever they look like', async () => {
    const { write: put, reyn } = governed();
    put('a[1].md', 'brackets');
    put('$' + '{args.path}', 'dollar');
    for (const path of ['a[1].md', '$' + '{args.path}']) {
      expect((await reyn(['op', 'read_file', JSON.stringify({ path }), '--json'])).json(), path).toMatchObject({
        verdict: 'done',
      });
    }
  });

  it.each([
    [['read_fil', '{}'], 'Did you mean "read_file"?'],
    [['read_file', '{"path": '], 'arguments cannot be read'],
    [['read_file', '[1]'], 'no JSON object'],
    [['read_file', '{}'], 'do not fit'],
    [['read_file', '{"path": "a", "__proto__": 1}'], ''],
    [['ask_user', '{"question": "x?"}'], 'waits for a person'],
    [['read_file', '{"path": "a"}', '--as', 'none'], 'none'],
  ])('refuses %j', async (args, why) => {
    const said = await governed().reyn(['op', ...args]);
    expect(said.exit).toBe(2);
    expect(said.err).toContain(why);
  });
});
