import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { call, failure, gone, mcp, patient, raw } from './scene.ts';

describe('a server as a child process', () => {
  it('lists tools and answers a call', async () => {
    const servers = mcp({ srv: raw({ tools: [{ name: 'b' }, { name: 'a', description: 'Adds.' }] }) });
    const { tools, pin } = await servers.tools('srv', patient());
    expect(tools).toEqual([
      { name: 'a', description: 'Adds.', schema: { type: 'object' } },
      { name: 'b', description: '', schema: { type: 'object' } },
    ]);
    expect(pin).toMatch(/^[0-9a-f]{64}$/);
    const result = await servers.call({ server: 'srv', tool: 'a', args: { x: 1 }, pin, signal: patient() });
    expect(result).toEqual({ text: '{"x":1}', omitted: [] });
  });

  it('is the reference server for memory, with what that stores', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-memory-'));
    onTestFinished(() => fs.rmSync(dir, { recursive: true }));
    const main = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/dist/index.js');
    const servers = mcp({
      srv: { command: process.execPath, args: [main], env: { MEMORY_FILE_PATH: path.join(dir, 'memory.jsonl') } },
    });
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['wrote programs'] }];
    const made = await call(servers, 'create_entities', { entities });
    expect(made.structured).toMatchObject({ entities });
    expect((await call(servers, 'search_nodes', { query: 'programs' })).text).toContain('Ada');
    expect(await failure(call(servers, 'search_nodes', { query: 5 }))).toContain(
      'refused: MCP server "srv": the arguments do not fit',
    );
    expect(fs.readFileSync(path.join(dir, 'memory.jsonl'), 'utf8')).toContain('wrote programs');
  });

  it('is started once, when it is first needed, and again after it ended', async () => {
    const servers = mcp({
      srv: raw({ tools: [{ name: 'env' }, { name: 'add' }] }),
      never: { command: '/does/not/exist', args: [], env: {} },
    });
    await Promise.all([servers.tools('srv', patient()), servers.tools('srv', patient())]);
    const ended = mcp({ srv: raw({ does: 'exit', stderr: 'cannot open \u001b[2Jthe disk' }) });
    expect(await failure(call(ended, 'add'))).toBe(
      'unreachable: MCP server "srv": it ended; the last it said was: cannot open \\u001b[2Jthe disk.',
    );
    expect((await ended.tools('srv', patient())).tools).toHaveLength(1);
  });

  it('sees PATH, HOME, LANG, what its configuration says, the mark it is found by, and nothing else', async () => {
    const servers = mcp(
      { srv: raw({ tools: [{ name: 'env' }] }, { MODE: 'test', TOKEN: 'Bearer ${secret:API_TOKEN}' }) },
      {
        secret: (name) => (name === 'API_TOKEN' ? 'hunter2' : undefined),
        env: { PATH: '/bin', HOME: '/home/x', LANG: 'C', OPENAI_API_KEY: 'canary', NODE_OPTIONS: '--inspect' },
      },
    );
    const env = JSON.parse((await call(servers, 'env')).text) as Record<string, string>;
    expect(env).toEqual({
      REYN_SERVER: expect.any(String) as string,
      PATH: '/bin',
      HOME: '/home/x',
      LANG: 'C',
      MODE: 'test',
      TOKEN: 'Bearer hunter2',
    });
  });

  it('is not started without a secret that it needs', async () => {
    const servers = mcp({ srv: raw({}, { TOKEN: '${secret:API_TOKEN}' }) });
    expect(await failure(servers.tools('srv', patient()))).toBe(
      'not_configured: MCP server "srv": it needs the secret "API_TOKEN", which is not stored; `reyn secrets set API_TOKEN` stores it.',
    );
  });

  it('is no shell command', async () => {
    const servers = mcp({ srv: { command: 'true; touch pwned', args: ['&& touch pwned'], env: {} } });
    expect(await failure(servers.tools('srv', patient()))).toMatch(
      /^unreachable: MCP server "srv": it could not be started: .*ENOENT/,
    );
  });

  it('is only one of the configuration', async () => {
    const servers = mcp({ srv: raw({}) });
    for (const name of ['new', '', 'toString', '__proto__', 'constructor']) {
      expect(await failure(servers.tools(name, patient()))).toContain('not_found: MCP server');
    }
  });

  it('is killed with all it started when servers are closed, however stubborn', async () => {
    const servers = mcp({ srv: raw({ child: 'plain', stubborn: true }) });
    const { text } = await call(servers, 'add');
    await servers.close();
    await gone(Number(text));
    expect(await failure(servers.tools('srv', patient()))).toContain('it was closed');
  });

  it('is killed with what left its process group and its session', async () => {
    const servers = mcp({ srv: raw({ child: 'detached', stubborn: true }) });
    const { text } = await call(servers, 'add');
    await servers.close();
    await gone(Number(text));
  });

  it('is killed with all it started when Reyn itself ends without closing it', async () => {
    const script = path.join(import.meta.dirname, 'leaving.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(1);
    await gone(pid);
  });

  it('is killed when a call is given up, with what it was doing', async () => {
    const caller = new AbortController();
    const servers = mcp({ srv: raw({ hang: 'tools/call', stubborn: true }) });
    const { pin } = await servers.tools('srv', patient());
    const waiting = servers.call({ server: 'srv', tool: 'add', args: {}, pin, signal: caller.signal });
    setTimeout(() => caller.abort(new Error('given up')), 100);
    await expect(waiting).rejects.toThrow('given up');
    expect((await servers.tools('srv', patient())).pin).toBe(pin);
  });
});

describe('a server that hangs', () => {
  it('in the handshake is given up', async () => {
    const servers = mcp({ srv: raw({ hang: 'initialize' }) }, { handshakeMs: 400 });
    expect(await failure(servers.tools('srv', patient()))).toBe(
      'timeout: MCP server "srv": it gave no answer within 400 ms.',
    );
  });

  it('in a call is given up', async () => {
    const servers = mcp({ srv: raw({ hang: 'tools/call' }) }, { callMs: 400 });
    expect(await failure(call(servers, 'add'))).toBe('timeout: MCP server "srv": it gave no answer within 400 ms.');
  });

  it('never holds up a caller who gives up, nor the others who wait', async () => {
    const servers = mcp({ srv: raw({ hang: 'initialize' }) }, { handshakeMs: 600 });
    const gone = AbortSignal.abort(new Error('given up'));
    const others = failure(servers.tools('srv', patient()));
    await expect(servers.tools('srv', gone)).rejects.toThrow('given up');
    expect(await others).toContain('timeout');
  });
});

const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

describe('a server that breaks the protocol', () => {
  it.each([
    [
      'a line that is not JSON, and an answer nobody asked for',
      { raw: `not json\n${line({ id: 999, result: {} })}` },
      /^invalid: .*not a message: "not json"/,
    ],
    [
      'an answer in place of the one',
      { rawAnswer: line({ id: 999, result: { content: [] } }) },
      /^invalid: .*never asked/,
    ],
    [
      'a result that is none',
      { rawAnswer: '{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"evil"}]}}\n' },
      /^invalid: .*not what the protocol says/,
    ],
    [
      'an error',
      { rawAnswer: '{"jsonrpc":"2.0","id":ID,"error":{"code":-32602,"message":"no \\u001b[2J"}}\n' },
      /^failed: MCP server "srv": it refused: .*no \\u001b/,
    ],
    ['notifications without end', { does: 'pour-notifications' }, /^too_large: .*floods/],
    ['requests without end', { does: 'pour-requests' }, /^too_large: .*floods/],
    ['a version that does not exist', { protocolVersion: '1999-01-01' }, /^unreachable: .*protocol version/],
  ] as const)('by %s fails the call', async (_what, plan, expected) => {
    expect(await failure(call(mcp({ srv: raw(plan) }), 'add'))).toMatch(expected);
  });

  it('fails alone', async () => {
    const servers = mcp({ srv: raw({ raw: '[]\n' }), good: raw({}) });
    const { pin } = await servers.tools('good', patient());
    expect(await failure(call(servers, 'add'))).toMatch(/^invalid: /);
    expect(await servers.call({ server: 'good', tool: 'add', args: {}, pin, signal: patient() })).toMatchObject({
      text: '{}',
    });
  });

  it('by a result of 100 megabytes costs no memory', async () => {
    const servers = mcp({ srv: raw({ resultBytes: 100 * 1024 * 1024 }) });
    await servers.tools('srv', patient());
    const before = process.memoryUsage.rss();
    expect(await failure(call(servers, 'add'))).toMatch(/^too_large: /);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('what a server may ask for', () => {
  it('is neither files, nor a model, nor a person', async () => {
    const asked = ['roots/list', 'sampling/createMessage', 'elicitation/create', 'made/up'];
    const servers = mcp(Object.fromEntries(asked.map((asks) => [asks, raw({ asks })])));
    const said = await Promise.all(
      asked.map(async (asks) => JSON.parse((await call(servers, 'add', {}, asks)).text) as unknown),
    );
    expect(said).toEqual(asked.map(() => ({ code: -32601, message: 'Method not found' })));
  });

  it('is a ping', async () => {
    expect((await call(mcp({ srv: raw({ asks: 'ping' }) }), 'add')).text).toBe('{}');
  });
});
