import { describe, expect, it } from 'vitest';
import { openToRun } from '../../src/cli/trust.ts';
import { openReyn } from '../../src/reyn.ts';
import { governed } from './governed.ts';
import { ioWith } from './surroundings.ts';

const UNTRUSTED = { env: { REYN_TRUST_PROJECT: '' } };
const open = ['policy', 'explain', 'notes', 'write_file', 'out/open/a.md'];
const closed = ['policy', 'explain', 'notes', 'write_file', 'out/closed/a.md'];

describe('reyn config trust', () => {
  it('lets the rules of the project count, until they change or it is taken back', async () => {
    const { write, read, reyn } = governed();
    expect((await reyn(open, UNTRUSTED)).exit).toBe(3);
    expect((await reyn(closed, UNTRUSTED)).exit).toBe(4);
    const looked = await reyn(['config', 'trust', '--dry-run'], UNTRUSTED);
    expect(looked.out).toMatch(/reyn\.yaml not trusted\n {2}policy\.allow .*out\/open/);
    expect((await reyn(open, UNTRUSTED)).exit).toBe(3);
    expect((await reyn(['config', 'trust', '--json'], UNTRUSTED)).json()).toMatchObject({
      files: [{ file: 'reyn.yaml', trusted: true }],
    });
    expect((await reyn(open, UNTRUSTED)).exit).toBe(0);
    expect((await reyn(['config', 'set', 'limits.usd', '2'], UNTRUSTED)).exit).toBe(0);
    expect((await reyn(open, UNTRUSTED)).exit).toBe(0);
    write('reyn.yaml', `${read('reyn.yaml')}# changed\n`);
    expect((await reyn(open, UNTRUSTED)).exit).toBe(3);
    await reyn(['config', 'trust'], UNTRUSTED);
    await reyn(['config', 'trust', '--revoke'], UNTRUSTED);
    expect((await reyn(open, UNTRUSTED)).exit).toBe(3);
  });

  it('says so where there is nothing to trust', async () => {
    const said = await governed('model: scripted\n').reyn(['config', 'trust'], UNTRUSTED);
    expect([said.exit, said.err]).toEqual([0, expect.stringContaining('nothing to trust')]);
  });

  it('refuses a file with a fault, with its place', async () => {
    const said = await governed('policy: { allow: [{ nede: x }] }\n').reyn(['config', 'trust'], UNTRUSTED);
    expect([said.exit, said.err]).toEqual([2, expect.stringContaining('reyn.yaml:1')]);
  });
});

describe('before something runs', () => {
  /** Opens a project to run something in it; resolves with what was shown and what then counts. */
  async function opened(options: { stdin: string; tty: boolean }) {
    const { root, home } = governed();
    const { io, captured } = ioWith({ cwd: root, env: { HOME: home }, ...options });
    const screen = { json: false, quiet: false, debug: false, color: { out: false, err: false } };
    const open = () => openReyn({ root, env: io.env });
    const reyn = await openToRun({ io, screen, root, start: root, open }, open);
    await reyn.close();
    return { err: captured.err, allow: reyn.config.policy.allow.length };
  }

  it.each([
    ['y\n', 1],
    ['YES\n', 1],
    ['n\n', 0],
    ['\n', 0],
    ['', 0],
    ['yesterday\n', 0],
  ])('a person at a terminal is shown what is new, and says %j', async (stdin, allow) => {
    const said = await opened({ stdin, tty: true });
    expect(said.err).toContain('policy.allow [{"need":"file.write","resource":"out/open/**"}]');
    expect(said.err).toContain('Let it count?');
    expect(said.allow).toBe(allow);
  });

  it('nobody is asked elsewhere, and it does not count', async () => {
    expect(await opened({ stdin: 'y\n', tty: false })).toEqual({ err: '', allow: 0 });
  });

  it('and is held for that, the reason is told', async () => {
    const { read, reyn } = governed();
    const said = await reyn(['run', 'notes', 'go'], UNTRUSTED);
    expect(said.exit).toBe(0);
    const write = ['op', 'write_file', '{"path": "out/open/a.md", "content": "x"}', '--on-ask', 'fail'];
    expect((await reyn(write, UNTRUSTED)).exit).toBe(4);
    expect(read('out/open/a.md')).toBeUndefined();
    expect((await reyn(write)).exit).toBe(0);
  });
});
