import { describe, expect, it } from 'vitest';
import { raw } from '../os/network/mcp/plan.ts';
import { governed } from './governed.ts';

describe('reyn mcp list', () => {
  it('says so where there is no server', async () => {
    const said = await governed().reyn(['mcp', 'list']);
    expect([said.exit, said.out, said.err]).toEqual([0, '', expect.stringContaining('no MCP server')]);
  });

  it('lists tools and the pin, and says whether they are as pinned', async () => {
    const config = (pin: string) =>
      JSON.stringify({
        mcp: {
          servers: {
            files: { ...raw({ tools: [{ name: 'list', description: 'Lists.' }] }), ...(pin === '' ? {} : { pin }) },
          },
        },
      });
    const project = governed(config(''));
    const first = await project.reyn(['mcp', 'list', '--json']);
    expect(first.exit).toBe(0);
    const [{ pin }] = first.json() as readonly [{ pin: string }];
    expect((await project.reyn(['mcp', 'list'])).out).toMatch(
      /files .*not pinned\n {2}pin [0-9a-f]{64}\n {2}list {2}Lists\.\n/,
    );
    project.write('reyn.yaml', config(pin));
    expect((await project.reyn(['mcp', 'list'])).out).toContain('as pinned');
    project.write('reyn.yaml', config('a'.repeat(64)));
    expect((await project.reyn(['mcp', 'list'])).out).toContain('its tools have changed');
  });

  it('exits 7 when a server does not answer, and names it', async () => {
    const said = await governed('mcp: { servers: { files: { command: /none/such } } }\n').reyn([
      'mcp',
      'list',
      '--json',
    ]);
    expect(said.exit).toBe(7);
    expect(said.json()).toMatchObject([{ name: 'files', error: expect.any(String), tools: [] }]);
  });

  it('does not start a server that nobody has trusted', async () => {
    const project = governed(`mcp: { servers: { files: { command: sh, args: [-c, "touch started"] } } }\n`);
    await project.reyn(['mcp', 'list'], { env: { REYN_TRUST_PROJECT: '' } });
    expect(project.read('started')).toBeUndefined();
    const said = await project.reyn(['op', 'mcp', '{"server": "files", "tool": "x", "args": {}}', '--on-ask', 'fail'], {
      env: { REYN_TRUST_PROJECT: '' },
    });
    expect(said.exit).not.toBe(0);
    expect(project.read('started')).toBeUndefined();
  });
});
