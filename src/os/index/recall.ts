import { UserError } from '../errors.ts';
import type { DatabaseSync } from '../events/sqlite.ts';
import { EVENTS } from '../indexed-source.ts';
import { namedSources } from './documents.ts';
import type { Embeddings } from './embeddings.ts';
import { wordEvents } from './event-words.ts';
import { instant } from './filter.ts';
import type { Index } from './open.ts';
import {
  type Hit,
  MAX_HITS,
  type Recalled,
  type RecallFilter,
  type RecallRequest,
  type SourceSummary,
} from './port.ts';
import { type Found, inOrder, searchDocuments, searchEvents } from './search.ts';
import { nearestPassages } from './vectors.ts';
import { isExact, matchOf } from './words.ts';

/** Hits where nobody says how many. */
const DEFAULT_HITS = 10;
/** Characters of text one answer holds, shared evenly by its hits. */
const MAX_ANSWER = 40_000;
/** The best so many of each ranking are fused. */
const CANDIDATES = 100;
/** Cormack, Clarke, Büttcher (2009), reciprocal rank fusion: 1 / (60 + rank), summed over the rankings. */
const RRF = 60;

export type RecallParts = {
  readonly index: Pick<Index<unknown>, 'refresh' | 'within'>;
  /** Absent: words alone are searched. */
  readonly embeddings: Embeddings | undefined;
};

/**
 * Searches sources for a plain text, as of now. Words count by BM25; where embeddings are configured, nearness of
 * meaning counts too, for documents. That those fail is a note in the answer.
 * @throws UserError `usage` for a time that is none, `busy`, `disk`; CorruptLog.
 */
export async function recall(
  { index, embeddings }: RecallParts,
  request: RecallRequest,
  signal: AbortSignal,
): Promise<Recalled> {
  const { query } = request;
  const filter = withInstants(request.filter ?? {});
  index.refresh();
  const limit = Math.min(MAX_HITS, request.k ?? DEFAULT_HITS);
  const sources = [...new Set(request.sources)];
  const match = matchOf(query);
  const { searched, words } = index.within((database) => {
    const holding = new Map(allSources(database).map(({ source, count }) => [source, count]));
    const known = sources.filter((source) => holding.has(source));
    return {
      searched: Object.fromEntries(known.map((source) => [source, holding.get(source) ?? 0])),
      words: match === undefined ? [] : byWords(database, known, { match, filter, limit: CANDIDATES }),
    };
  });
  const unknown = sources.filter((source) => !Object.hasOwn(searched, source));
  const notes = match === undefined ? ['there is no word in the query'] : [];
  const named = Object.keys(searched).filter((source) => source !== EVENTS);
  let ranked = words;
  if (embeddings !== undefined && named.length > 0 && match !== undefined && !isExact(query)) {
    const scope = { sources: named, filter, limit: CANDIDATES, signal };
    const near = await nearOr(embeddings, () => nearestPassages(index, embeddings, query, scope));
    if ('failed' in near) notes.push(`${near.failed}; only words were searched`);
    else {
      ranked = fused([words, near.found]);
      if (near.left > 0) notes.push(`${near.left} passages have no vector yet and were searched by words alone`);
    }
  }
  return {
    hits: shown(ranked.slice(0, limit)),
    searched,
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** Times as events have them, whatever the sources. */
function withInstants({ since, until, ...filter }: RecallFilter): RecallFilter {
  return {
    ...filter,
    ...(since === undefined ? {} : { since: instant(since) }),
    ...(until === undefined ? {} : { until: instant(until) }),
  };
}

function byWords(
  database: DatabaseSync,
  sources: readonly string[],
  search: Parameters<typeof searchEvents>[1],
): Found[] {
  const named = sources.filter((source) => source !== EVENTS);
  const documents = named.length === 0 ? [] : searchDocuments(database, named, search);
  if (named.length === sources.length) return inOrder(documents);
  wordEvents(database);
  return inOrder([...documents, ...searchEvents(database, search)]);
}

/** A provider that fails takes nothing away that words can find. */
async function nearOr<T>({ name }: Embeddings, act: () => Promise<T>): Promise<T | { failed: string }> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UserError && error.code === 'model') return { failed: error.message || `${name} failed` };
    throw error;
  }
}

function fused(rankings: readonly (readonly Found[])[]): Found[] {
  const best = new Map<string, Found>();
  for (const ranking of rankings) {
    for (const [i, found] of ranking.entries()) {
      const score = (best.get(found.id)?.score ?? 0) + 1 / (RRF + i + 1);
      best.set(found.id, { ...found, score: Number(score.toPrecision(6)) });
    }
  }
  return inOrder([...best.values()]);
}

function shown(found: readonly Found[]): Hit[] {
  const room = Math.floor(MAX_ANSWER / Math.max(1, found.length));
  return found.map(({ id: _, part: __, text, ...hit }) => ({
    ...hit,
    text: text.length <= room ? text : `${text.slice(0, room).toWellFormed()}…`,
  }));
}

/** Every source that holds something, by name; events among them. */
export function allSources(database: DatabaseSync): SourceSummary[] {
  const row = database
    .prepare('SELECT count(*) AS count, sum(length(line)) AS bytes, max(ts) AS updated FROM events')
    .get();
  const count = Number(row?.count ?? 0);
  const events = { source: EVENTS, count, bytes: Number(row?.bytes ?? 0), updated: String(row?.updated) };
  const named = namedSources(database);
  return (count === 0 ? named : [...named, events]).toSorted((a, b) => (a.source < b.source ? -1 : 1));
}
