import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serve } from '../../src/server/serve.ts';
import { inProject } from '../project.ts';
import { raw, type Scene, withServer } from './serving.ts';

function post({ host, serving }: Scene, ...headers: readonly string[]): readonly string[] {
  const own = [`Host: ${host}`, `Origin: http://${host}`, `Authorization: Bearer ${serving.token}`];
  return ['POST /v1/inbox/x HTTP/1.1', ...own, 'Content-Type: application/json', ...headers];
}

/** Opens a connection, sends, and tells what came by the time the server closed it. */
function until(port: number, begin: string, more: (send: (text: string) => void) => NodeJS.Timeout): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    const timer = more((text) => socket.write(text));
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(got);
    });
    socket.write(begin);
  });
}

describe('a body', () => {
  it('that says it has 500 MiB is refused before it is sent', () =>
    withServer({}, async (scene) => {
      const answer = await raw(scene.port, post(scene, `Content-Length: ${500 * 1024 * 1024}`), 'x'.repeat(100_000));
      expect(answer.status).toBe(413);
    }));

  it('without a length is cut off where it gets too long', () =>
    withServer({}, async (scene) => {
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const answer = await raw(scene.port, post(scene, 'Transfer-Encoding: chunked'), chunk.repeat(6));
      expect(answer.status).toBe(413);
      expect(scene.said).toEqual([]);
    }));

  it.each(['', '{', '[]', '{"answer":"x"}', '{"answer":1,"digest":"x"}', '\u00ff{}'])('that is %j is refused', (body) =>
    withServer({}, async (scene) => {
      const length = `Content-Length: ${Buffer.byteLength(body)}`;
      expect((await raw(scene.port, post(scene, length), body)).status).toBe(400);
    }),
  );

  it('is refused with a GET, where two servers may differ in what it is', () =>
    withServer({}, async ({ port, host, serving }) => {
      const lines = ['GET /v1/runs HTTP/1.1', `Host: ${host}`, `Authorization: Bearer ${serving.token}`];
      expect((await raw(port, [...lines, 'Content-Length: 2'], '{}')).status).toBe(400);
    }));
});

describe('a slow sender', () => {
  it('of headers is sent away with a timeout', () =>
    withServer(
      {},
      async ({ port, host, serving, refused }) => {
        const drip = (send: (text: string) => void) => setInterval(() => send('X-Slow: 1\r\n'), 20);
        expect(await until(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n`, drip)).toMatch(/^HTTP\/1\.1 408 /);
        await serving.close();
        expect(refused()).toEqual(['timeout']);
      },
      { limits: { headersMs: 100, requestMs: 200 } },
    ));

  it('of a body is cut off', () =>
    withServer(
      {},
      async (scene) => {
        const begin = `${post(scene, 'Content-Length: 5000').join('\r\n')}\r\n\r\n`;
        const got = await until(scene.port, begin, (send) => setInterval(() => send('x'), 20));
        expect(got === '' || got.startsWith('HTTP/1.1 408 ')).toBe(true);
      },
      { limits: { headersMs: 100, requestMs: 200 } },
    ));

  it('of headers without end is refused', () =>
    withServer({}, async ({ port, host }) => {
      const lines = ['GET / HTTP/1.1', `Host: ${host}`, `X-Long: ${'x'.repeat(40_000)}`];
      expect((await raw(port, lines)).status).toBe(431);
    }));
});

describe('the server', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '', '127.0.0.1.evil.test', '0', '[::]', '127.1'])(
    'does not listen on "%s"',
    (host) =>
      inProject({}, async ({ reyn }) => {
        const start = serve({ reyn, host, port: 0, say: () => {} });
        await expect(start).rejects.toMatchObject({ code: 'refused', exit: 4 });
      }),
  );

  it.each([
    ['localhost', 'http://127.0.0.1:'],
    ['127.0.0.1', 'http://127.0.0.1:'],
    ['127.0.0.9', 'http://127.0.0.9:'],
  ])('listens on %s', (host, begin) =>
    inProject({}, async ({ reyn }) => {
      const serving = await serve({ reyn, host, port: 0, say: () => {} });
      expect(serving.origin.startsWith(begin)).toBe(true);
      await serving.close();
    }),
  );

  it('says which port is taken', () =>
    withServer({}, async ({ project, port }) => {
      const again = serve({ reyn: project.reyn, host: '127.0.0.1', port, say: () => {} });
      await expect(again).rejects.toThrow(`The port ${port} is taken.`);
      const none = serve({ reyn: project.reyn, host: '127.0.0.1', port: 70_000, say: () => {} });
      await expect(none).rejects.toMatchObject({ code: 'usage' });
    }));

  it('closes at once, whoever is connected', () =>
    withServer({}, async ({ serving, port }) => {
      const headers = { authorization: `Bearer ${serving.token}` };
      const stream = await fetch(`${serving.origin}/v1/events`, { headers });
      const idle = until(port, 'GET / HTTP/1.1\r\n', () => setInterval(() => {}, 1000));
      await serving.close();
      expect(await idle).toBe('');
      await expect(stream.text()).rejects.toThrow();
    }));
});
