import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openNetwork } from '../../../src/os/network/fetch.ts';
import type { Fetched, FetchRequest, Network } from '../../../src/os/network/port.ts';
import { testNetwork } from '../../../src/os/network/test-network.ts';
import { OpError } from '../../../src/os/op-error.ts';
import { CERTIFICATE } from './certificate.ts';
import { type Route, redirect, serve, serveRaw, text } from './servers.ts';

type Given = Partial<FetchRequest>;

function get(network: Network, url: string, given: Given = {}): Promise<Fetched> {
  return network.fetch({
    url,
    mayReach: () => true,
    maxBytes: 100_000,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    ...given,
  });
}

/** `code: message` of the OpError a fetch ends with. */
async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    (value) => new Error(`it came to ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OpError)) throw error;
  return `${error.code}: ${error.message}`;
}

describe('a fetch', () => {
  it('brings status, type, charset, body and the address that was asked', async () => {
    const server = await serve({ '/a': text('gr\u00fc\u00df dich', 'Text/HTML; x=1; Charset="UTF-8"') });
    const fetched = await get(testNetwork({ origins: { 'http://ok.test': server.port } }), 'http://ok.test/a?b=c#d');
    expect(fetched).toEqual({
      url: 'http://ok.test/a?b=c',
      status: 200,
      type: 'text/html',
      charset: 'utf-8',
      body: Buffer.from('gr\u00fc\u00df dich'),
      hops: [{ url: 'http://ok.test/a?b=c', address: '127.0.0.1', status: 200 }],
    });
    expect(server.requests).toEqual(['GET /a?b=c']);
    expect(server.headers[0]).toMatchObject({ host: 'ok.test', connection: 'close' });
  });

  it('leaves no connection behind, whatever becomes of it', async () => {
    const server = await serve({
      '/': text('x'),
      '/r': redirect('/'),
      '/big': text('x'.repeat(1_000)),
      '/out': redirect('file:///etc/passwd'),
    });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    await get(network, 'http://ok.test/r');
    await failure(get(network, 'http://ok.test/big', { maxBytes: 10 }));
    await failure(get(network, 'http://ok.test/out'));
    await server.idle();
    expect(server.connections()).toBe(4);
  });

  it('brings an answer of any status', async () => {
    const server = await serve({ '/moved': (response) => response.writeHead(302).end('nowhere') });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    expect(await get(network, 'http://ok.test/none')).toMatchObject({ status: 404, type: '' });
    expect(await get(network, 'http://ok.test/moved')).toMatchObject({ status: 302, body: Buffer.from('nowhere') });
  });

  it('asks nobody when the caller has already given up', async () => {
    const server = await serve({ '/': text('x') });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    const gone = AbortSignal.abort(new Error('given up'));
    await expect(get(network, 'http://ok.test/', { signal: gone })).rejects.toThrow('given up');
    expect(server.connections()).toBe(0);
  });

  it('ends at once with the reason of a caller who gives up on the way', async () => {
    const caller = new AbortController();
    const server = await serve({
      '/slow': (response) => {
        response.writeHead(200).write('x');
        caller.abort(new Error('given up'));
      },
    });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    await expect(get(network, 'http://ok.test/slow', { signal: caller.signal })).rejects.toThrow('given up');
    await server.idle();
  });
});

describe('the guard of a fetch', () => {
  it.each([
    ...[
      'http://127.0.0.1:PORT/',
      'http://0x7f.1:PORT/',
      'http://0:PORT/',
      'http://0.0.0.0:PORT/',
      'http://2130706433:PORT/',
    ],
    ...['http://[::1]:PORT/', 'http://[::]:PORT/', 'http://[::ffff:127.0.0.1]:PORT/', 'http://[::7f00:1]:PORT/'],
    ...[
      'http://[64:ff9b::7f00:1]:PORT/',
      'http://[2002:7f00:1::]:PORT/',
      'http://127.0.0.1.:PORT/',
      'http://017700000001:PORT/',
    ],
    ...[
      'http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:PORT/',
      'http://127\u30020\u30020\u30021:PORT/',
      'http://localhost:PORT/',
    ],
    ...[
      'http://foo.localhost:PORT/',
      'http://LOCALHOST.:PORT/',
      'http://metadata.google.internal/',
      'http://box:PORT/',
    ],
    ...[
      'http://169.254.169.254/',
      'http://0251.0376.0251.0376/',
      'http://[::ffff:a9fe:a9fe]/',
      'http://[::a9fe:a9fe]/',
    ],
    ...[
      'http://[fd20:ce::254]/',
      'http://100.100.100.200/',
      'http://168.63.129.16/',
      'http://10.0.0.5/',
      'http://192.168.1.1/',
    ],
    ...[
      'http://198.18.0.1/',
      'FILE:/etc/passwd',
      'gopher://127.0.0.1:6379/_x',
      'ftp://127.0.0.1/',
      'javascript:alert(1)',
    ],
    ...[
      '//127.0.0.1/',
      'http://127.0.0.1:PORT\\@example.com/',
      'http://evil.test\u0000.example.com/',
      'http://ok.test@127.0.0.1:PORT/',
    ],
  ])('refuses %j before any connection, with the system resolver and every host allowed', async (url) => {
    const server = await serve({ '/': text('canary') });
    expect(await failure(get(openNetwork(), url.replace('PORT', String(server.port))))).toMatch(/^refused: .+\.$/);
    expect(server.connections()).toBe(0);
  });

  it('refuses a name when one of its answers is not public', async () => {
    const server = await serve({ '/': text('canary') });
    const resolver = async () => ['93.184.215.14', '127.0.0.1'];
    expect(await failure(get(openNetwork({ resolver }), `http://two.test:${server.port}/`))).toBe(
      'refused: "two.test" resolves to 2 address(es), and 127.0.0.1 is a loopback address, which is not reached from here.',
    );
    expect(server.connections()).toBe(0);
  });

  it('looks a name up once and dials that answer, whatever the name resolves to next', async () => {
    const [first, second] = [
      await serve({ '/': text('public') }, { address: '127.0.0.2' }),
      await serve({ '/': text('canary') }),
    ];
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    let asked = 0;
    const network = openNetwork({
      resolver: async () => answers[asked++] ?? [],
      standIn: (_url, address) => (address === '127.0.0.2' ? { address, port: first.port } : undefined),
    });
    const fetched = await get(network, `http://rebind.test:${second.port}/`);
    expect(fetched.body.toString()).toBe('public');
    expect([asked, second.connections()]).toEqual([1, 0]);
    expect(await failure(get(network, `http://rebind.test:${second.port}/`))).toContain('refused: ');
    expect([asked, second.connections()]).toEqual([2, 0]);
  });

  it('takes an empty answer for an error and never lets the system look again', async () => {
    const server = await serve({ '/': text('canary') });
    const answers = [[], ['127.0.0.1']];
    const network = openNetwork({ resolver: async () => answers.shift() ?? [] });
    expect(await failure(get(network, `http://nx.test:${server.port}/`))).toBe(
      'unreachable: "nx.test" resolves to no address.',
    );
    expect(server.connections()).toBe(0);
  });

  it('refuses an answer that is no plain address', async () => {
    for (const answer of ['0x7f.1', 'localhost', '::1%lo', '2130706433', '']) {
      expect(await failure(get(openNetwork({ resolver: async () => [answer] }), 'http://odd.test/'))).toContain(
        'is not an address',
      );
    }
  });

  it('says when a name cannot be looked up', async () => {
    const resolver = () => Promise.reject(new Error('no resolver'));
    expect(await failure(get(openNetwork({ resolver }), 'http://x.test/'))).toBe(
      'unreachable: "x.test" could not be looked up: no resolver.',
    );
  });

  it('asks no host that is not allowed, nor looks its name up', async () => {
    let asked = 0;
    const network = openNetwork({ resolver: async () => [`${asked++}`] });
    const seen: string[] = [];
    const mayReach = (host: string) => seen.push(host) < 0;
    expect(await failure(get(network, 'https://Example.com.:8443/', { mayReach }))).toBe(
      'refused: example.com:8443, which is not allowed.',
    );
    expect([seen, asked]).toEqual([['example.com:8443'], 0]);
  });

  it('tries the next address of a name when the first does not answer, and only those', async () => {
    const server = await serve({ '/': text('here') });
    const network = openNetwork({
      resolver: async () => ['127.0.0.9', '127.0.0.1'],
      standIn: (_url, address) => ({ address, port: server.port }),
    });
    const { hops } = await get(network, 'http://two.test/');
    expect(hops).toEqual([{ url: 'http://two.test/', address: '127.0.0.1', status: 200 }]);
  });

  it('refuses headers that would change where the request goes or how it is framed', async () => {
    const server = await serve({ '/': text('x') });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    const bad = [
      { X: 'a\r\nHost: evil.test' },
      { 'X\r\nHost': 'evil.test' },
      { X: 'a\u0000b' },
      { Host: 'evil.test' },
      { 'Transfer-Encoding': 'chunked' },
      { 'Content-Length': '5' },
      { Connection: 'upgrade' },
      { 'Proxy-Authorization': 'x' },
      { '': 'x' },
      { X: '\u2603' },
    ];
    for (const headers of bad)
      expect(await failure(get(network, 'http://ok.test/', { headers }))).toMatch(/^refused: .*header/i);
    expect(server.connections()).toBe(0);
    await get(network, 'http://ok.test/', { headers: { 'X-Plain': 'yes' } });
    expect(server.headers[0]).toMatchObject({ 'x-plain': 'yes', host: 'ok.test' });
  });
});

describe('a redirect', () => {
  it('is followed and recorded hop by hop', async () => {
    const other = await serve({ '/end': text('end') });
    const server = await serve({ '/r': redirect('/s', 301), '/s': redirect('//other.test/end', 307) });
    const network = testNetwork({ origins: { 'http://ok.test': server.port, 'http://other.test': other.port } });
    const seen: string[] = [];
    const { url, hops } = await get(network, 'http://ok.test/r', { mayReach: (host) => seen.push(host) > 0 });
    expect(url).toBe('http://other.test/end');
    expect(hops.map(({ url, status }) => `${status} ${url}`)).toEqual([
      '301 http://ok.test/r',
      '307 http://ok.test/s',
      '200 http://other.test/end',
    ]);
    expect(seen).toEqual(['ok.test', 'ok.test', 'other.test']);
  });

  it.each([
    ['a loopback address', 'http://127.0.0.1:PORT/', /127\.0\.0\.1 is a loopback address/],
    ['a loopback address in disguise', 'http://0x7f.1:PORT/', /loopback/],
    ['a metadata address', 'http://169.254.169.254/latest/', /link-local/],
    ['a name of this machine', 'http://localhost:PORT/', /this machine/],
    ['a name that resolves to nothing', 'http://evil.test/', /resolves to no address/],
    ['a file', 'file:///etc/passwd', /is not a URL/],
    ['another scheme', 'gopher://x/', /is not a URL/],
    ['a URL with a password', 'http://u:p@ok.test/', /password/],
    ['what is no URL', 'http://[', /cannot be read/],
  ])('to %s is refused before any connection', async (_what, location, reason) => {
    const inside = await serve({ '/': text('canary') });
    const server = await serve({ '/r': redirect(location.replace('PORT', String(inside.port))) });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    const said = await failure(get(network, 'http://ok.test/r'));
    expect(said).toMatch(reason);
    expect(said).toContain('http://ok.test/r (302) led to a redirect');
    expect(inside.connections()).toBe(0);
  });

  it('to a host that is not allowed is refused before any connection', async () => {
    const other = await serve({ '/': text('x') });
    const server = await serve({ '/r': redirect('http://other.test/') });
    const network = testNetwork({ origins: { 'http://ok.test': server.port, 'http://other.test': other.port } });
    expect(await failure(get(network, 'http://ok.test/r', { mayReach: (host) => host === 'ok.test' }))).toBe(
      'refused: http://ok.test/r (302) led to a redirect to other.test, which is not allowed.',
    );
    expect(other.connections()).toBe(0);
  });

  it('drops the headers of the caller when it leaves the origin, also when it comes back', async () => {
    const other = await serve({ '/': redirect('http://ok.test/back') });
    const server = await serve({ '/r': redirect('/s'), '/s': redirect('http://other.test/'), '/back': text('x') });
    const network = testNetwork({ origins: { 'http://ok.test': server.port, 'http://other.test': other.port } });
    await get(network, 'http://ok.test/r', { headers: { Authorization: 'Bearer canary', Cookie: 'canary' } });
    expect(server.headers.map(({ authorization }) => authorization)).toEqual([
      'Bearer canary',
      'Bearer canary',
      undefined,
    ]);
    expect(JSON.stringify(other.headers)).not.toContain('canary');
  });

  it('from https to http is refused', async () => {
    const plain = await serve({ '/': text('x') });
    const server = await serve({ '/r': redirect('http://ok.test/') }, { tls: true });
    const network = testNetwork({
      origins: { 'https://ok.test': server.port, 'http://ok.test': plain.port },
      ca: CERTIFICATE,
    });
    expect(await failure(get(network, 'https://ok.test/r'))).toContain('which gives up encryption');
    expect(plain.connections()).toBe(0);
  });

  it('is followed five times and not more', async () => {
    const routes = Object.fromEntries(
      Array.from({ length: 8 }, (_, n) => [`/${n}`, n === 5 ? text('end') : redirect(`/${n + 1}`)]),
    );
    const server = await serve({ ...routes, '/loop': redirect('/loop') });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    expect((await get(network, 'http://ok.test/0')).hops).toHaveLength(6);
    expect(await failure(get(network, 'http://ok.test/loop'))).toContain('more than 5 redirects');
    expect(server.requests.filter((request) => request === 'GET /loop')).toHaveLength(6);
  });
});

describe('TLS', () => {
  it('goes by the name in the URL, not by the address', async () => {
    const server = await serve({ '/': text('secret') }, { tls: true });
    const network = testNetwork({
      origins: { 'https://ok.test': server.port, 'https://third.test': server.port },
      ca: CERTIFICATE,
    });
    expect((await get(network, 'https://ok.test/')).body.toString()).toBe('secret');
    expect(await failure(get(network, 'https://third.test/'))).toMatch(
      /^unreachable: third\.test .*(ERR_TLS_CERT_ALTNAME_INVALID|altnames)/,
    );
    expect(server.requests).toHaveLength(1);
  });

  it('refuses a certificate that nobody trusted has signed', async () => {
    const server = await serve({ '/': text('canary') }, { tls: true });
    const network = testNetwork({ origins: { 'https://ok.test': server.port } });
    expect(await failure(get(network, 'https://ok.test/'))).toMatch(
      /^unreachable: ok\.test could not be asked: self-signed certificate/,
    );
    expect(server.requests).toEqual([]);
  });
});

const PACKED: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => zlib.gzipSync(body),
  'x-gzip': (body) => zlib.gzipSync(body),
  br: (body) => zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (body) => zlib.zstdCompressSync(body),
  deflate: (body) => zlib.deflateSync(body),
  'deflate, gzip': (body) => zlib.gzipSync(zlib.deflateSync(body)),
  'GZIP , identity': (body) => zlib.gzipSync(body),
};

function packed(encoding: string, body: Buffer): Route {
  return (response) =>
    response.writeHead(200, { 'content-encoding': encoding, 'content-type': 'text/plain' }).end(body);
}

describe('a body', () => {
  it.each(Object.keys(PACKED))('packed with %s is unpacked', async (encoding) => {
    const plain = Buffer.from('words and words and words '.repeat(2_000));
    const server = await serve({ '/': packed(encoding, PACKED[encoding]?.(plain) ?? plain) });
    const fetched = await get(testNetwork({ origins: { 'http://ok.test': server.port } }), 'http://ok.test/');
    expect(fetched.body.equals(plain)).toBe(true);
  });

  it('packed with deflate but without its header is unpacked', async () => {
    const server = await serve({
      '/': packed('deflate', zlib.deflateRawSync('plain')),
      '/empty': packed('gzip', Buffer.alloc(0)),
    });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    expect((await get(network, 'http://ok.test/')).body.toString()).toBe('plain');
    expect((await get(network, 'http://ok.test/empty')).body).toHaveLength(0);
  });

  it.each(Object.keys(PACKED))('that is a bomb of %s stops at the cap', async (encoding) => {
    const bomb = PACKED[encoding]?.(Buffer.alloc(16 * 1024 * 1024)) ?? Buffer.alloc(0);
    const server = await serve({ '/': packed(encoding, bomb) });
    const before = process.memoryUsage.rss();
    const said = await failure(get(testNetwork({ origins: { 'http://ok.test': server.port } }), 'http://ok.test/'));
    expect(said).toBe('too_large: The body is larger than 100000 bytes.');
    expect(process.memoryUsage.rss() - before).toBeLessThan(12 * 1024 * 1024);
    await server.idle();
  });

  it.each([
    ['unknown', 'compress', Buffer.from('x')],
    ['a name of a prototype', 'constructor', Buffer.from('x')],
    ['nested too deep', 'gzip, gzip, gzip', Buffer.from('x')],
    ['not what it says', 'gzip', Buffer.from('not gzip at all')],
    ['not what it says', 'br', Buffer.from('not brotli at all, and long enough')],
    ['not what it says', 'zstd', Buffer.from('not zstd at all')],
    ['cut off', 'gzip', zlib.gzipSync('x'.repeat(5_000)).subarray(0, 25)],
    ['cut off', 'br', zlib.brotliCompressSync('words '.repeat(5_000)).subarray(0, 12)],
  ])('whose encoding is %s (%s) is unreadable', async (_what, encoding, body) => {
    const server = await serve({ '/': packed(encoding, body) });
    const said = await failure(get(testNetwork({ origins: { 'http://ok.test': server.port } }), 'http://ok.test/'));
    expect(said).toMatch(/^unreadable: .+\.$/);
    await server.idle();
  });

  it('without end stops at the cap', async () => {
    const pour: Route = (response) => {
      const more = () => {
        while (response.writable && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    };
    const server = await serve({ '/inf': pour });
    const said = await failure(get(testNetwork({ origins: { 'http://ok.test': server.port } }), 'http://ok.test/inf'));
    expect(said).toBe('too_large: The body is larger than 100000 bytes.');
    await server.idle();
  });

  it('that says it is too long is not read', async () => {
    const server = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n'));
    const said = await failure(get(testNetwork({ origins: { 'http://ok.test': server.port } }), 'http://ok.test/'));
    expect(said).toContain('too_large');
    await server.idle();
  });

  it('that trickles ends with the deadline, which holds for redirects too', async () => {
    const trickle: Route = (response) => {
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(timer));
    };
    const server = await serve({ '/r': redirect('/slow'), '/slow': trickle });
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    expect(await failure(get(network, 'http://ok.test/r', { timeoutMs: 250 }))).toBe(
      'timeout: There was no whole answer within 250 ms.',
    );
    await server.idle();
  });

  it('that breaks off is an error', async () => {
    const server = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this'));
    const said = await failure(get(testNetwork({ origins: { 'http://ok.test': server.port } }), 'http://ok.test/'));
    expect(said).toMatch(/^unreachable: The answer broke off/);
  });
});

describe('a server that misbehaves', () => {
  it.each([
    ['says nothing', () => undefined, /^timeout: /],
    ['hangs up', (socket: import('node:net').Socket) => socket.destroy(), /^unreachable: /],
    ['speaks no HTTP', (socket: import('node:net').Socket) => socket.end('SSH-2.0-OpenSSH\r\n'), /^unreachable: /],
    [
      'trickles its headers',
      (socket: import('node:net').Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('a: b\r\n'), 10);
        socket.on('close', () => clearInterval(timer));
      },
      /^timeout: /,
    ],
    [
      'sends ten megabytes of headers',
      (socket: import('node:net').Socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(10_000_000)}\r\n\r\n`);
      },
      /^too_large: .* bytes of headers/,
    ],
    [
      'sends two lengths',
      (socket: import('node:net').Socket) =>
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'),
      /^unreachable: /,
    ],
    [
      'switches protocols',
      (socket: import('node:net').Socket) =>
        socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      /^unreachable: /,
    ],
    [
      'only ever says to wait',
      (socket: import('node:net').Socket) => {
        const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
        socket.on('close', () => clearInterval(timer));
      },
      /^timeout: /,
    ],
  ])('and %s is an error, not a hang', async (_what, act, expected) => {
    const server = await serveRaw(act);
    const network = testNetwork({ origins: { 'http://ok.test': server.port } });
    expect(await failure(get(network, 'http://ok.test/', { timeoutMs: 400 }))).toMatch(expected);
    await server.idle();
  });

  it('is unreachable when nothing listens', async () => {
    const server = await serveRaw(() => undefined);
    const network = testNetwork({ origins: { 'http://ok.test': 1 } });
    expect(await failure(get(network, 'http://ok.test/'))).toMatch(
      /^unreachable: ok\.test could not be asked: .*ECONNREFUSED/,
    );
    expect(server.connections()).toBe(0);
  });
});
