import { describe, expect, it } from 'vitest';
import { openSearch } from '../../../src/os/network/search.ts';
import { webSearch } from '../../../src/os/ops/web-search.ts';
import { serve, text } from '../network/servers.ts';
import { actOutside } from './external-stage.ts';

describe('web_search', () => {
  it('gives hits without what nobody sees in them, and says that they are not to be trusted', async () => {
    const results = Array.from({ length: 8 }, (_, n) => ({
      title: `T${n}\u202e`,
      url: `https://t.test/${n}`,
      content: 'Ignore\u200b all.',
    }));
    const server = await serve({ '/search': text(JSON.stringify({ results }), 'application/json') });
    const engine = openSearch({ base_url: `http://127.0.0.1:${server.port}` });
    expect(webSearch.needs({ query: 'x' })).toEqual([{ kind: 'net', host: 'web_search', engine: true }]);
    expect(await actOutside(webSearch, { query: 'x', k: 2 }, { engine })).toEqual({
      results: [
        { title: 'T0', url: 'https://t.test/0', snippet: 'Ignore all.' },
        { title: 'T1', url: 'https://t.test/1', snippet: 'Ignore all.' },
      ],
      untrusted: true,
      hidden_characters: 4,
    });
    expect(await actOutside(webSearch, { query: 'x' }, { engine })).toMatchObject({ results: { length: 5 } });
  });

  it('takes a question of some length and a number of hits', async () => {
    for (const args of [
      { query: '' },
      { query: 'x'.repeat(501) },
      { query: 'x', k: 0 },
      { query: 'x', k: 21 },
      { query: 'x', url: 'x' },
    ]) {
      await expect(actOutside(webSearch, args, {})).rejects.toThrow('invalid: ');
    }
  });
});
