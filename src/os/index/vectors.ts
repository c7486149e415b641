import type { DatabaseSync } from '../events/sqlite.ts';
import type { Embeddings } from './embeddings.ts';
import type { Index } from './open.ts';
import type { RecallFilter } from './port.ts';
import { documentsOf, type Found, passageOf } from './search.ts';
import { inTransaction } from './tables.ts';

/** Texts of one call to the provider, and new texts of one search: what is left is for the next searches. */
const BATCH = 64;
const MAX_NEW = 2_048;

type Scope = { readonly sources: readonly string[]; readonly filter: RecallFilter };

export type Nearest = {
  /** Best first by cosine, -1 to 1. */
  readonly found: readonly Found[];
  /** Passages that have no vector yet. */
  readonly left: number;
};

/**
 * Passages of documents by how near their vectors are to the query's. Vectors are kept by model and text, so each text
 * goes to the provider once.
 * @throws UserError `model` when the provider fails.
 */
export async function nearestPassages(
  index: Pick<Index<unknown>, 'within'>,
  embeddings: Embeddings,
  query: string,
  { limit, signal, ...scope }: Scope & { readonly limit: number; readonly signal: AbortSignal },
): Promise<Nearest> {
  const [wanted] = await embeddings.embed([query], signal);
  const missing = index.within((database) => withoutVector(database, embeddings.name, scope, MAX_NEW));
  for (let at = 0; at < missing.length; at += BATCH) {
    const batch = missing.slice(at, at + BATCH);
    const vectors = await embeddings.embed(
      batch.map(({ text }) => text),
      signal,
    );
    index.within((database) => keep(database, embeddings.name, batch, vectors));
  }
  return index.within((database) => ({
    found: byCosine(database, embeddings.name, wanted ?? new Float32Array(), scope, limit),
    left: missing.length < MAX_NEW ? 0 : withoutVector(database, embeddings.name, scope, -1).length,
  }));
}

type Text = { readonly sha256: string; readonly text: string };

function withoutVector(database: DatabaseSync, model: string, { sources, filter }: Scope, limit: number): Text[] {
  const { where, values } = documentsOf(sources, filter);
  const sql = `
    SELECT p.sha256, min(p.text) AS text FROM passages p JOIN documents d ON d.id = p.document
    WHERE ${where} AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.model = ? AND v.sha256 = p.sha256)
    GROUP BY p.sha256 ORDER BY min(p.id) LIMIT ?`;
  return database
    .prepare(sql)
    .all(...values, model, limit)
    .map(({ sha256, text }) => ({ sha256: String(sha256), text: String(text) }));
}

function keep(database: DatabaseSync, model: string, texts: readonly Text[], vectors: readonly Float32Array[]): void {
  inTransaction(database, () => {
    const insert = database.prepare('INSERT OR REPLACE INTO vectors (model, sha256, vector) VALUES (?, ?, ?)');
    for (const [i, { sha256 }] of texts.entries()) {
      const vector = vectors[i];
      if (vector !== undefined) insert.run(model, sha256, new Uint8Array(vector.buffer));
    }
  });
}

function byCosine(
  database: DatabaseSync,
  model: string,
  wanted: Float32Array,
  { sources, filter }: Scope,
  limit: number,
): Found[] {
  const { where, values } = documentsOf(sources, filter);
  const sql = `
    SELECT p.id, v.vector FROM passages p JOIN documents d ON d.id = p.document
    JOIN vectors v ON v.model = ? AND v.sha256 = p.sha256
    WHERE ${where} ORDER BY d.source, d.key, p.first, p.part`;
  const near: { id: number; score: number }[] = [];
  for (const { id, vector } of database.prepare(sql).iterate(model, ...values)) {
    const bytes = vector as Uint8Array;
    if (bytes.byteLength !== wanted.byteLength) continue; // the server has another model under this name now
    near.push({ id: Number(id), score: Number(cosine(wanted, floatsOf(bytes)).toPrecision(6)) });
  }
  const best = near.toSorted((a, b) => b.score - a.score).slice(0, limit);
  const passage = database.prepare(
    `SELECT p.id, p.first, p.last, p.part, p.text, d.source, d.key, d.title
    FROM passages p JOIN documents d ON d.id = p.document WHERE p.id = ?`,
  );
  return best.flatMap(({ id, score }) => {
    const row = passage.get(id);
    return row === undefined ? [] : [{ ...passageOf(row), score }];
  });
}

/** The bytes as they were stored; copied, because a row's bytes need not be aligned. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return lengthA === 0 || lengthB === 0 ? 0 : product / Math.sqrt(lengthA * lengthB);
}
