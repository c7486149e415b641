import { describe, expect, it } from 'vitest';
import { openSearch } from '../../../src/os/network/search.ts';
import { type Route, redirect, serve, text } from './servers.ts';

const patient = () => new AbortController().signal;
const json = (value: unknown): Route => text(JSON.stringify(value), 'application/json');
const at = (port: number, path = '') => openSearch({ base_url: `http://127.0.0.1:${port}${path}` });

describe('a search engine of the operator', () => {
  it('is asked on loopback too, and gives the first hits', async () => {
    const results = [
      { title: 'A', url: 'https://a.test/x#y', content: 'about a', engine: 'other' },
      { title: 7, url: 'https://b.test/' },
      { title: 'bad', url: 'javascript:alert(1)', content: '' },
      { title: 'none' },
      'nonsense',
      { title: 'C', url: 'http://c.test/', content: 'x'.repeat(5_000) },
      { title: 'D', url: 'http://d.test/', content: '' },
    ];
    const server = await serve({ '/base/search': json({ query: 'q', results }) });
    const engine = at(server.port, '/base/');
    expect(engine.host).toBe(`127.0.0.1:${server.port}`);
    expect(await engine.search({ query: 'cats & "dogs"', k: 3, signal: patient() })).toEqual([
      { title: 'A', url: 'https://a.test/x', snippet: 'about a' },
      { title: '', url: 'https://b.test/', snippet: '' },
      { title: 'C', url: 'http://c.test/', snippet: 'x'.repeat(1_000) },
    ]);
    expect(server.requests).toEqual(['GET /base/search?q=cats+%26+%22dogs%22&format=json']);
  });

  it('is not followed anywhere else', async () => {
    const other = await serve({ '/search': json({ results: [] }) });
    for (const location of [`http://127.0.0.1:${other.port}/search`, 'http://169.254.169.254/', '/elsewhere']) {
      const server = await serve({ '/search': redirect(location) });
      await expect(at(server.port).search({ query: 'x', k: 1, signal: patient() })).rejects.toMatchObject({
        code: 'refused',
      });
    }
    expect(other.connections()).toBe(0);
  });

  it.each([
    ['says no', (response) => response.writeHead(403).end(), 'failed', 'search.formats'],
    ['answers with a page', text('<html>', 'text/html'), 'failed', 'did not answer with results'],
    ['answers with other JSON', json([]), 'failed', 'did not answer with results'],
    ['answers with deep JSON', text('['.repeat(1_000) + ']'.repeat(1_000)), 'failed', 'did not answer with results'],
    ['answers too much', text('x'.repeat(3_000_000)), 'too_large', 'larger than'],
  ] as readonly (readonly [string, Route, string, string])[])(
    'that %s is an error',
    async (_what, route, code, message) => {
      const server = await serve({ '/search': route });
      await expect(at(server.port).search({ query: 'x', k: 1, signal: patient() })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message) as string,
      });
    },
  );

  it.each(['http://169.254.169.254', 'http://[::ffff:127.0.0.1]:1', 'http://0.0.0.0:1'])(
    'is never at %s',
    async (base_url) => {
      const found = openSearch({ base_url }).search({ query: 'x', k: 1, signal: patient() });
      await expect(found).rejects.toMatchObject({ code: 'refused' });
    },
  );

  it('needs a base URL that can be read', () => {
    expect(() => openSearch({ base_url: 'localhost:8888' })).toThrow('search.base_url cannot be used');
  });
});
