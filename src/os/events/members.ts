import type { TObject } from 'typebox';
import { Bug } from '../errors.ts';
import { isDeeperThan, type JsonObject, MAX_DEPTH } from '../json.ts';
import { misfits } from '../shape.ts';
import type { Line } from './line.ts';
import type { Blobs } from './port.ts';

/** A member of an event's data whose JSON text has more bytes than this lies in a blob. */
export const MAX_INLINE = 8 * 1024;

/**
 * The deepest nesting of an event's data. Values of {@link MAX_DEPTH} that a model or a person handed in lie a few
 * levels down in it.
 */
export const MAX_DATA_DEPTH = MAX_DEPTH + 16;

/** The member of a line's data that maps the names of members stored as blobs to their SHA-256. */
const BLOBS = 'blobs';

/** An event's data, ready for a line. */
export type Members = {
  /** JSON text for the line: large members replaced by their blobs. */
  readonly text: string;
  /** The data as a reader will get it: what JSON drops is dropped, and nothing is shared with the caller. */
  readonly data: JsonObject;
};

/**
 * Checks an event's data and stores its large members, durably, before it returns.
 * @throws Bug when the data is no JSON, nests too deep or does not fit the type's schema; UserError `disk`.
 */
export function storeMembers(type: string, schema: TObject, given: object, blobs: Blobs): Members {
  if (isDeeperThan(given, MAX_DATA_DEPTH)) throw new Bug(`event ${type} nests deeper than ${MAX_DATA_DEPTH} levels`);
  const whole: string[] = [];
  const large = new Map<string, string>();
  for (const [key, value] of Object.entries(given)) {
    const text = textOf(type, key, value);
    if (text === undefined) continue;
    whole.push(`${JSON.stringify(key)}:${text}`);
    if (isLarge(text)) large.set(key, text);
  }
  const wholeText = `{${whole.join(',')}}`;
  const data = JSON.parse(wholeText) as JsonObject;
  const [wrong] = misfits(schema, data);
  if (wrong !== undefined) throw new Bug(`event ${type} is invalid: ${wrong.path.join('.')} ${wrong.message}`);
  if (large.size === 0) return { text: wholeText, data };

  const digests: Record<string, string> = {};
  for (const [key, text] of large) digests[key] = blobs.put(text);
  const small: JsonObject = { ...data };
  for (const key of large.keys()) delete small[key];
  return { text: JSON.stringify({ ...small, [BLOBS]: digests }), data };
}

function textOf(type: string, key: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Bug(`event ${type} has a member ${key} that is no JSON: ${why}`, { cause: error });
  }
}

function isLarge(text: string): boolean {
  return text.length > MAX_INLINE || (text.length * 3 > MAX_INLINE && Buffer.byteLength(text) > MAX_INLINE);
}

/** Which blobs a line names: SHA-256 by member. */
export function blobsOf(line: Line): Readonly<Record<string, string>> {
  const named = line.data[BLOBS];
  return typeof named === 'object' && named !== null && !Array.isArray(named) ? (named as Record<string, string>) : {};
}

/**
 * The event of a line. Members that lie in blobs are read when they are first looked at; that look throws CorruptLog
 * when the blob is not what was written.
 */
export function restoreMembers(line: Line, blobs: Pick<Blobs, 'get'>): Line {
  if (line.data[BLOBS] === undefined) return line;
  const data = { ...line.data };
  delete data[BLOBS];
  for (const [key, sha256] of Object.entries(blobsOf(line))) {
    Object.defineProperty(data, key, {
      enumerable: true,
      configurable: true,
      get() {
        const value = JSON.parse(blobs.get(sha256).toString('utf8'));
        Object.defineProperty(data, key, { enumerable: true, value });
        return value;
      },
    });
  }
  return { ...line, data };
}
