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
import { type Found, inOrder, type Search, searchDocuments, searchEvents } from './search.ts';
import { type Nearest, nearestPassages } from './vectors.ts';
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
    const counts = sources.map((source) => [source, countOf(database, source)] as const);
    const known = counts.filter(([, count]) => count > 0);
    const search = { filter, limit: CANDIDATES };
    return {
      searched: Object.fromEntries(known),
      words:
        match === undefined
          ? NOTHING
          : byWords(
              database,
              known.map(([source]) => source),
              { match, ...search },
            ),
    };
  });
  const unknown = sources.filter((source) => !Object.hasOwn(searched, source));
  const named = Object.keys(searched).filter((source) => source !== EVENTS);
  const isNear = embeddings !== undefined && named.length > 0 && match !== undefined && !isExact(query);
  const scope = { sources: named, filter, limit: CANDIDATES, signal };
  const { documents, note } = isNear
    ? await withNearest(words.documents, () => nearestPassages(index, embeddings, query, scope))
    : { documents: words.documents, note: match === undefined ? 'there is no word in the query' : undefined };
  return {
    hits: shown(together(documents, words.events).slice(0, limit)),
    searched,
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(note === undefined ? {} : { notes: [note] }),
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

type ByWords = { readonly documents: readonly Found[]; readonly events: readonly Found[] };
const NOTHING: ByWords = { documents: [], events: [] };

function byWords(database: DatabaseSync, sources: readonly string[], search: Search): ByWords {
  const named = sources.filter((source) => source !== EVENTS);
  const documents = named.length === 0 ? [] : inOrder(searchDocuments(database, named, search));
  if (named.length === sources.length) return { documents, events: [] };
  wordEvents(database);
  return { documents, events: inOrder(searchEvents(database, search)) };
}

/** Documents and events by rank: how rare a word is differs between them, so their BM25 cannot be compared. */
function together(documents: readonly Found[], events: readonly Found[]): readonly Found[] {
  if (events.length === 0) return documents;
  return documents.length === 0 ? events : fused([documents, events]);
}

type Ranked = { readonly documents: readonly Found[]; readonly note: string | undefined };

/** Fuses what words found with what is near. A provider that fails takes nothing away that words can find. */
async function withNearest(documents: readonly Found[], ask: () => Promise<Nearest>): Promise<Ranked> {
  try {
    const { found, left } = await ask();
    const note = left === 0 ? undefined : `${left} passages have no vector yet and were searched by words alone`;
    return { documents: fused([documents, found]), note };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'model') throw error;
    return { documents, note: `${error.message}; only words were searched` };
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
  const count = countOf(database, EVENTS);
  const named = namedSources(database);
  if (count === 0) return named;
  const row = database.prepare('SELECT (SELECT sum(bytes) FROM files) AS bytes, max(ts) AS updated FROM events').get();
  const events = { source: EVENTS, count, bytes: Number(row?.bytes), updated: String(row?.updated) };
  return [...named, events].toSorted((a, b) => (a.source < b.source ? -1 : 1));
}

/** How many documents, or events, a source holds. */
function countOf(database: DatabaseSync, source: string): number {
  const of = source === EVENTS ? 'events' : 'documents WHERE source = ?';
  const values = source === EVENTS ? [] : [source];
  return Number(database.prepare(`SELECT count(*) AS count FROM ${of}`).get(...values)?.count);
}
