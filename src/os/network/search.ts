import { UserError } from '../errors.ts';
import { isObject, parseJson } from '../json.ts';
import { OpError } from '../op-error.ts';
import { openOwnServer } from './fetch.ts';
import type { WaysOptions } from './reach.ts';
import { hostOf, isRefusedUrl, readUrl } from './url.ts';

/** Looks things up on the web. */
export type SearchEngine = {
  /** The host that is asked, as {@link hostOf} writes it. */
  readonly host: string;
  /** The best `k` hits. @throws OpError `failed` (it does not answer as it should), and as `Network.fetch`. */
  search(request: SearchRequest): Promise<readonly SearchHit[]>;
};

export type SearchRequest = { readonly query: string; readonly k: number; readonly signal: AbortSignal };

/** Text of other people, as the engine gives it. */
export type SearchHit = { readonly title: string; readonly url: string; readonly snippet: string };

const MAX_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 15_000;
const MAX_TITLE = 300;
const MAX_SNIPPET = 1_000;

/**
 * An engine that answers as SearXNG does: `GET <base_url>/search?q=…&format=json`. It is the operator's own and may be on
 * loopback; that origin is reached, and no other (https://docs.searxng.org/dev/search_api.html).
 * @throws UserError `config` when `base_url` is no URL.
 */
export function openSearch({ base_url }: { readonly base_url: string }, options: WaysOptions = {}): SearchEngine {
  const base = readUrl(base_url);
  if (isRefusedUrl(base)) {
    throw new UserError('config', `search.base_url cannot be used: ${base.refused}`, {
      hint: 'Write the address of the engine, for example http://127.0.0.1:8888.',
    });
  }
  const network = openOwnServer(base, options);
  return {
    host: hostOf(base),
    search: async ({ query, k, signal }) => {
      const url = new URL(base.href);
      url.pathname = `${base.pathname.replace(/\/+$/, '')}/search`;
      url.search = new URLSearchParams({ q: query, format: 'json' }).toString();
      const fetched = await network.fetch({
        url: url.href,
        mayReach: (host) => host === hostOf(base),
        headers: { accept: 'application/json' },
        maxBytes: MAX_BYTES,
        timeoutMs: TIMEOUT_MS,
        signal,
      });
      if (fetched.status !== 200) {
        const hint = fetched.status === 403 ? ' SearXNG answers so when "json" is not among its search.formats.' : '';
        throw new OpError('failed', `The search engine ${hostOf(base)} answered with status ${fetched.status}.${hint}`);
      }
      return hitsOf(fetched.body.toString('utf8'), hostOf(base)).slice(0, k);
    },
  };
}

function hitsOf(text: string, host: string): SearchHit[] {
  const parsed = parseJson(text);
  const results = parsed.ok && isObject(parsed.value) ? parsed.value.results : undefined;
  if (!Array.isArray(results)) {
    throw new OpError('failed', `The search engine ${host} did not answer with results in JSON.`);
  }
  return results.flatMap((hit): SearchHit[] => {
    if (!isObject(hit) || typeof hit.url !== 'string') return [];
    const url = readUrl(hit.url);
    if (isRefusedUrl(url)) return [];
    return [{ title: textOf(hit.title, MAX_TITLE), url: url.href, snippet: textOf(hit.content, MAX_SNIPPET) }];
  });
}

function textOf(value: unknown, max: number): string {
  return typeof value === 'string' ? value.slice(0, max) : '';
}
