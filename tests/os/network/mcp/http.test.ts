import type { ServerResponse } from 'node:http';
import { fromJsonSchema, McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { type Route, redirect, serve } from '../servers.ts';
import { type Plan, rawServer } from './raw-server.ts';
import { call, failure, mcp, patient } from './scene.ts';

/** A raw server behind one path: an answer to a POST as JSON or as an event stream. */
function overHttp(plan: Plan, as: 'json' | 'events' = 'json', head: Readonly<Record<string, string>> = {}): Route {
  let said = '';
  const take = rawServer(plan, (text) => {
    said += text;
  });
  return (response, request) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      said = '';
      if (request.method === 'POST') take(JSON.parse(body));
      if (said === '') response.writeHead(request.method === 'POST' ? 202 : 405).end();
      else if (as === 'json') response.writeHead(200, { 'content-type': 'application/json', ...head }).end(said);
      else respondWithEvents(response, said, head);
    });
  };
}

function respondWithEvents(response: ServerResponse, said: string, head: Readonly<Record<string, string>>): void {
  const events = said
    .trimEnd()
    .split('\n')
    .map((line) => `data: ${line}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream', ...head }).end(events.join(''));
}

const at = (port: number, headers: Readonly<Record<string, string>> = {}) => ({
  srv: { url: `http://127.0.0.1:${port}/mcp`, headers },
});

describe('a server over HTTP', () => {
  it.each(['json', 'events'] as const)('answers with %s', async (as) => {
    const server = await serve({ '/mcp': overHttp({ tools: [{ name: 'add' }] }, as) });
    expect(await call(mcp(at(server.port)), 'add', { x: 1 })).toEqual({ text: '{"x":1}', omitted: [] });
  });

  it('is the one of the official SDK, with its sessions', async () => {
    const own = new McpServer({ name: 'sum', version: '1' });
    const inputSchema = fromJsonSchema<{ a: number; b: number }>({
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    });
    own.registerTool('sum', { description: 'Adds.', inputSchema }, ({ a, b }) => ({
      content: [{ type: 'text', text: String(a + b) }],
    }));
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'session-1' });
    await own.connect(transport);
    const bridge: Route = async (response, request) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = request.method === 'POST' ? { body: Buffer.concat(chunks) } : {};
      const given = new Request('http://127.0.0.1/mcp', {
        method: request.method ?? 'GET',
        headers: request.headers as Record<string, string>,
        ...body,
      });
      const answer = await transport.handleRequest(given);
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.flushHeaders();
      for await (const chunk of answer.body ?? []) response.write(chunk);
      response.end();
    };
    const server = await serve({ '/mcp': (response, request) => void bridge(response, request) });
    const servers = mcp(at(server.port));
    expect((await call(servers, 'sum', { a: 2, b: 3 })).text).toBe('5');
    await servers.close();
    expect(server.headers.at(-1)).toMatchObject({ 'mcp-session-id': 'session-1' });
    expect(server.requests.at(-1)).toBe('DELETE /mcp');
    await server.idle();
    await own.close();
  });

  it('gets the headers of its configuration, secrets filled in, with every request', async () => {
    const server = await serve({ '/mcp': overHttp({}) });
    const headers = { Authorization: 'Bearer ${secret:API_TOKEN}' };
    const servers = mcp(at(server.port, headers), { secret: (name) => (name === 'API_TOKEN' ? 'hunter2' : undefined) });
    await call(servers, 'add');
    expect(server.headers.map(({ authorization }) => authorization)).toEqual(
      server.headers.map(() => 'Bearer hunter2'),
    );
    expect(await failure(mcp(at(server.port, headers)).tools('srv', patient()))).toMatch(/^not_configured: /);
  });
});

describe('the egress of a server over HTTP', () => {
  it.each([
    ['a metadata address', 'http://169.254.169.254/'],
    ['another server of this machine', 'http://127.0.0.1:PORT/mcp'],
    ['itself', '/other'],
    ['a file', 'file:///etc/passwd'],
  ])('is not led on to %s', async (_what, location) => {
    const inside = await serve({ '/mcp': overHttp({}) });
    for (const status of [301, 302, 307, 308]) {
      const server = await serve({
        '/mcp': redirect(location.replace('PORT', String(inside.port)), status),
        '/other': overHttp({}),
      });
      expect(await failure(mcp(at(server.port)).tools('srv', patient()))).toMatch(
        /^refused: MCP server "srv": it redirects to .*write that URL in the configuration/,
      );
      expect(server.requests).toEqual(['POST /mcp']);
    }
    expect(inside.connections()).toBe(0);
  });

  it.each([
    'http://169.254.169.254/mcp',
    'http://0.0.0.0/mcp',
    'http://[::ffff:127.0.0.1]/mcp',
    'http://100.100.100.200/',
  ])('is never %s', async (url) => {
    expect(await failure(mcp({ srv: { url, headers: {} } }).tools('srv', patient()))).toMatch(
      /^refused: MCP server "srv": /,
    );
  });

  it('looks a name up once for a request and dials that answer', async () => {
    const server = await serve({ '/mcp': overHttp({}) });
    const asked: string[] = [];
    const resolver = async (name: string) => {
      asked.push(name);
      return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
    };
    const servers = mcp({ srv: { url: `http://tools.test:${server.port}/mcp`, headers: {} } }, { resolver });
    expect(await failure(servers.tools('srv', patient()))).toMatch(/^refused: .*link-local/);
    expect(server.requests).toEqual(['POST /mcp']);
  });

  it.each(['ftp://127.0.0.1/', 'http://user:pass@127.0.0.1/', '127.0.0.1'])('is no URL like %s', async (url) => {
    expect(await failure(mcp({ srv: { url, headers: {} } }).tools('srv', patient()))).toMatch(
      /^not_configured: .*cannot be used/,
    );
  });
});

const big =
  (bytes: number, type: string): Route =>
  (response) => {
    response.writeHead(200, { 'content-type': type });
    const chunk = 'x'.repeat(100_000);
    let left = bytes;
    const more = () => {
      while (left > 0 && response.writable) {
        left -= chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', more);
    more();
  };

describe('a server over HTTP that misbehaves', () => {
  it.each([
    [
      'answers with something else',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello'),
      /^unreachable: /,
    ],
    ['answers with an error page', (response) => response.writeHead(500).end('oh no'), /^unreachable: /],
    [
      'wants a key',
      (response) =>
        response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="http://127.0.0.1:1/"' }).end(),
      /^unreachable: /,
    ],
    [
      'answers with broken JSON',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc'),
      /^unreachable: /,
    ],
    [
      'answers a question nobody asked',
      (response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":999,"result":{}}'),
      /^invalid: .*never asked/,
    ],
    ['answers without end', big(100 * 1024 * 1024, 'application/json'), /^too_large: .*more than 4194304 bytes/],
    [
      'streams one event without end',
      big(100 * 1024 * 1024, 'text/event-stream'),
      /^too_large: .*more than 4194304 bytes/,
    ],
    ['packs its answer', overHttp({}, 'json', { 'content-encoding': 'gzip' }), /^invalid: .*packs its answer/],
  ] as readonly (readonly [string, Route, RegExp])[])('and %s fails the call', async (_what, route, expected) => {
    const server = await serve({ '/mcp': route });
    expect(await failure(mcp(at(server.port)).tools('srv', patient()))).toMatch(expected);
    await server.idle();
  });

  it('and ends its stream without the answer is given up before the time of a call is over', async () => {
    const server = await serve({
      '/mcp': (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n'),
    });
    expect(await failure(mcp(at(server.port), { handshakeMs: 60_000 }).tools('srv', patient()))).toMatch(
      /^unreachable: .*its answer broke off/,
    );
  });

  it('and hangs is given up', async () => {
    const server = await serve({ '/mcp': () => undefined });
    expect(await failure(mcp(at(server.port), { handshakeMs: 300 }).tools('srv', patient()))).toMatch(
      /^timeout: .*within 300 ms/,
    );
    await server.idle();
  });

  it('and streams many events is listened to while each is small', async () => {
    const server = await serve({
      '/mcp': overHttp(
        { result: { content: Array.from({ length: 4 }, () => ({ type: 'text', text: 'x'.repeat(200_000) })) } },
        'events',
      ),
    });
    expect((await call(mcp(at(server.port)), 'add')).text).toHaveLength(800_003);
  });

  it('is left alone when the caller gives up', async () => {
    const caller = new AbortController();
    const server = await serve({ '/mcp': overHttp({ hang: 'tools/list' }, 'events') });
    const servers = mcp(at(server.port));
    setTimeout(() => caller.abort(new Error('given up')), 200);
    await expect(servers.tools('srv', caller.signal)).rejects.toThrow('given up');
    await server.idle();
  });
});
