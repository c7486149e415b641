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

  it('exits 4 when it is denied, and says why', async () => {
    const { read, reyn } = governed();
    const said = await reyn(write('out/closed/a.md'));
    expect([said.exit, said.err]).toEqual([4, expect.stringContaining('it is the archive')]);
    expect(read('out/closed/a.md')).toBeUndefined();
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

  it.each([
    [['read_fil', '{}'], 'Did you mean "read_file"?'],
    [['read_file', '{"path": '], 'arguments cannot be read'],
  ])('exits 2 for %j and says what to write', async (args, why) => {
    const said = await governed().reyn(['op', ...args]);
    expect([said.exit, said.err]).toEqual([2, expect.stringContaining(why)]);
  });
});
