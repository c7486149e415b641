import { describe, expect, it } from 'vitest';
import { asks, raw, type Scene, withServer } from './serving.ts';

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** The lines of a request that would be admitted, with others in place of some; `undefined` = left out. */
function request(
  { host, serving }: Scene,
  line: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): readonly string[] {
  const all = { Host: host, Authorization: `Bearer ${serving.token}`, ...headers };
  return [
    `${line} HTTP/1.1`,
    ...Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])),
  ];
}

describe('a request is refused', () => {
  it.each([
    ['a name that was rebound to this machine', 'evil.test'],
    ['the right name on another port', '127.0.0.1:1'],
    ['no port', '127.0.0.1'],
    ['another address of this machine', '[::1]:80'],
    ['user and host', 'evil.test@127.0.0.1'],
    ['nothing', ''],
  ])('with %s in Host', (_, host) =>
    withServer(asks('Which?'), async (scene) => {
      const answer = await raw(scene.port, request(scene, 'GET /v1/inbox', { Host: host }));
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain('questions');
      await scene.serving.close();
      expect(scene.refused()).toEqual(['host']);
    }),
  );

  it('with two Host headers, and without any', () =>
    withServer({}, async (scene) => {
      const twice = await raw(scene.port, [...request(scene, 'GET /v1/runs'), 'Host: evil.test']);
      expect([400, 403]).toContain(twice.status);
      const none = await raw(scene.port, request(scene, 'GET /v1/runs', { Host: undefined }));
      expect(none.status).toBe(400);
    }));

  it.each(['null', 'http://evil.test', 'https://127.0.0.1', 'http://127.0.0.1:1', 'http://localhost'])(
    'from the origin %s, whatever the method',
    (origin) =>
      withServer({}, async (scene) => {
        for (const line of ['GET /v1/runs', 'POST /v1/inbox/x', 'OPTIONS /v1/runs', 'GET /v1/events', 'GET /nowhere']) {
          const type = { 'Content-Type': 'application/json', 'Content-Length': '2' };
          const answer = await raw(
            scene.port,
            request(scene, line, { Origin: origin, ...(line.startsWith('POST') ? type : {}) }),
            line.startsWith('POST') ? '{}' : '',
          );
          expect(answer.status, line).toBe(403);
          expect(answer.head).not.toMatch(/access-control/i);
          expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'origin' } });
        }
      }),
  );

  it('when a browser says that another site sends it, with the cookie and all', () =>
    withServer({}, async (scene) => {
      for (const site of ['cross-site', 'same-site']) {
        const headers = { Authorization: undefined, Cookie: await scene.cookie(), 'Sec-Fetch-Site': site };
        expect((await raw(scene.port, request(scene, 'GET /v1/events', headers))).status).toBe(403);
      }
    }));

  it('to upgrade the connection, from wherever', () =>
    withServer({}, async (scene) => {
      const upgrade = { Upgrade: 'websocket', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
      const evil = await raw(scene.port, request(scene, 'GET /ws', { ...upgrade, Origin: 'http://evil.test' }));
      expect(evil.status).toBe(403);
      expect((await raw(scene.port, request(scene, 'GET /ws', upgrade))).status).toBe(400);
    }));

  it.each(['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE'])('with the method %s', (method) =>
    withServer({}, async (scene) => {
      expect((await raw(scene.port, request(scene, `${method} /v1/runs`))).status).toBe(405);
    }),
  );

  it('with another host, or a doubled slash, in its target', () =>
    withServer({}, async (scene) => {
      for (const target of ['http://evil.test/v1/runs', '//evil.test/v1/runs', '*']) {
        expect((await raw(scene.port, request(scene, `GET ${target}`))).status, target).toBe(400);
      }
    }));

  it('without the token: nothing is told, of paths that are and of such that are not', () =>
    withServer(asks('Secret question?'), async (scene) => {
      await scene.project.run('asks', 'go');
      const bodies = await Promise.all(
        ['/', '/v1/inbox', '/dashboard/inbox', '/assets/dashboard.js', '/nowhere'].map(async (path) => {
          const answer = await raw(scene.port, request(scene, `GET ${path}`, { Authorization: undefined }));
          expect(answer.status).toBe(401);
          return answer.body;
        }),
      );
      expect(new Set(bodies).size).toBe(1);
      expect(bodies[0]).not.toContain('Secret');
    }));

  it.each([
    ['a wrong token', () => ({ Authorization: `Bearer ${'A'.repeat(43)}` })],
    ['an empty token', () => ({ Authorization: 'Bearer ' })],
    ['the token under another scheme', ({ serving }: Scene) => ({ Authorization: `Basic ${serving.token}` })],
    ['the token as the cookie', ({ serving, port }: Scene) => ({ Cookie: `reyn_${port}=${serving.token}` })],
    ['an empty cookie', ({ port }: Scene) => ({ Cookie: `reyn_${port}=` })],
  ])('with %s', (_, headers) =>
    withServer({}, async (scene) => {
      const sent = request(scene, 'GET /v1/runs', { Authorization: undefined, ...headers(scene) });
      expect((await raw(scene.port, sent)).status).toBe(401);
    }),
  );

  it('with the session of the cookie as a token', () =>
    withServer({}, async (scene) => {
      const session = (await scene.cookie()).split('=')[1];
      const sent = request(scene, 'GET /v1/runs', { Authorization: `Bearer ${session}` });
      expect((await raw(scene.port, sent)).status).toBe(401);
    }));
});

describe('a refusal', () => {
  it('is in the log once, without the query and what the request carried', () =>
    withServer({}, async (scene) => {
      const sent = request(scene, 'POST /v1/inbox/x?token=hidden', { Cookie: 'hidden', Origin: 'http://hidden' });
      await raw(scene.port, sent);
      await scene.serving.close();
      const events = scene.project.reyn.events.query({ type: 'request_refused' });
      expect(events.map(({ data }) => data)).toEqual([{ method: 'POST', path: '/v1/inbox/x', code: 'origin' }]);
      expect(JSON.stringify(events)).not.toContain('hidden');
    }));

  it('is not recorded any more when there are too many', () =>
    withServer({}, async (scene) => {
      for (let i = 0; i < 65; i++) await raw(scene.port, request(scene, 'PUT /'));
      await scene.serving.close();
      expect(scene.refused()).toHaveLength(60);
      expect(scene.said).toEqual([expect.stringMatching(/More than 60/)]);
    }));
});

describe('what changes something', () => {
  const body = '{"answer":"yes","digest":"x"}';
  const json = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };

  it.each([
    ['a cookie alone', (s: Scene) => ({ Origin: `http://${s.host}` }), 403],
    ['a cookie and our header from nowhere', () => ({ 'X-Reyn': '1' }), 403],
    ['a cookie and our header of another value', (s: Scene) => ({ Origin: `http://${s.host}`, 'X-Reyn': 'yes' }), 403],
    ['a cookie, our header and our origin', (s: Scene) => ({ Origin: `http://${s.host}`, 'X-Reyn': '1' }), 404],
  ])('with %s', (_, headers, status) =>
    withServer({}, async (scene) => {
      const given = { Authorization: undefined, Cookie: await scene.cookie(), ...json, ...headers(scene) };
      expect((await raw(scene.port, request(scene, 'POST /v1/inbox/x', given), body)).status).toBe(status);
    }),
  );

  it('needs an origin of ours with the token, too', () =>
    withServer({}, async (scene) => {
      expect((await raw(scene.port, request(scene, 'POST /v1/inbox/x', json), body)).status).toBe(403);
      const ours = { ...json, Origin: `http://${scene.host}` };
      expect((await raw(scene.port, request(scene, 'POST /v1/inbox/x', ours), body)).status).toBe(404);
    }));

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined])(
    'is JSON and not %s',
    (type) =>
      withServer({}, async (scene) => {
        const given = { ...json, Origin: `http://${scene.host}`, 'Content-Type': type };
        expect((await raw(scene.port, request(scene, 'POST /v1/inbox/x', given), body)).status).toBe(415);
      }),
  );
});

describe('the token in the address', () => {
  it('is taken out of it by one redirect into a cookie that scripts and other sites do not get', () =>
    withServer({}, async ({ serving, host, port }) => {
      expect(serving.token).toMatch(/^[\w-]{43}$/);
      const answer = await raw(port, [`GET /?token=${serving.token} HTTP/1.1`, `Host: ${host}`]);
      expect(answer.status).toBe(303);
      expect(answer.head).toMatch(/^Location: \/dashboard\/inbox\r?$/im);
      expect(answer.head).toMatch(/^Set-Cookie: reyn_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict\r?$/im);
      expect(answer.head).toMatch(/^Referrer-Policy: no-referrer\r?$/im);
      expect(answer.head + answer.body).not.toContain(serving.token);
    }));

  it('opens pages only, and sends the browser nowhere else', () =>
    withServer({}, async ({ serving, host, port }) => {
      for (const path of ['/v1/runs', '//evil.test/', '/nowhere', '/dashboard/inbox/..//evil.test']) {
        const answer = await raw(port, [`GET ${path}?token=${serving.token} HTTP/1.1`, `Host: ${host}`]);
        expect([400, 401], path).toContain(answer.status);
        expect(answer.head).not.toMatch(/^location/im);
      }
      const wrong = await raw(port, ['GET /?token=T HTTP/1.1', `Host: ${host}`]);
      expect(wrong.status).toBe(401);
    }));

  it('is not in any page that is opened with it', () =>
    withServer(asks('Which?'), async (scene) => {
      await scene.project.run('asks', 'go');
      for (const path of ['/dashboard/inbox', '/dashboard/runs', '/assets/dashboard.js']) {
        const cookie = await scene.cookie();
        const text = await (await fetch(scene.serving.origin + path, { headers: { cookie } })).text();
        expect(text).not.toContain(scene.serving.token);
        expect(text).not.toContain(cookie.split('=')[1]);
      }
    }));
});

describe('every answer', () => {
  it('keeps, frames, guesses and tells nothing, whatever its status', () =>
    withServer(asks('Which?'), async (scene) => {
      const { token } = scene.serving;
      const answers = await Promise.all([
        raw(scene.port, request(scene, 'GET /dashboard/inbox')),
        raw(scene.port, request(scene, 'GET /v1/runs')),
        raw(scene.port, request(scene, 'GET /assets/dashboard.js')),
        raw(scene.port, request(scene, 'GET /nowhere')),
        raw(scene.port, request(scene, `GET /?token=${token}`, { Authorization: undefined })),
        raw(scene.port, request(scene, 'GET /v1/runs', { Authorization: undefined })),
        raw(scene.port, request(scene, 'GET /v1/runs', { Host: 'evil.test' })),
        raw(scene.port, request(scene, 'GET /v1/runs/none')),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 303, 401, 403, 404]);
      for (const { head } of answers) {
        const lower = head.toLowerCase();
        expect(lower).toContain(`content-security-policy: ${CSP}`);
        for (const line of ['cache-control: no-store', 'referrer-policy: no-referrer', 'x-frame-options: deny']) {
          expect(lower).toContain(line);
        }
        expect(lower).toContain('x-content-type-options: nosniff');
        expect(lower).not.toContain('access-control');
      }
    }));

  it.each([
    '/..%2f..%2fetc%2fpasswd',
    '/assets/..%2f..%2f..%2fetc%2fpasswd',
    '/assets/../../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/dashboard.js%00.css',
    '/assets/dashboard.js/',
    '/assets/',
    '/files/l.txt',
    '/%5c..%5c..%5cetc',
    '/.reyn/log',
  ])('to %s is that there is nothing', (path) =>
    withServer({}, async (scene) => {
      const answer = await raw(scene.port, request(scene, `GET ${path}`));
      expect(answer.status).toBe(404);
      expect(answer.body).not.toContain('root:');
    }),
  );
});
