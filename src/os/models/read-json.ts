import { type Json, MAX_DEPTH, parseJson } from '../json.ts';

/**
 * JSON as models write it: in a fence or bare, with trailing commas. Nothing else is tolerated, and what is inside a
 * string is never touched.
 *
 *  J1 One pass over the text, without recursion: no text is slow or overflows the stack.
 *  J2 A key given twice is refused, because JSON.parse would silently keep the last.
 *  J3 A number too large for a double is refused, because it would come back as null.
 */
export type ReadJson =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly code: ReadProblem; readonly message: string };

export type ReadProblem = 'empty' | 'not_json' | 'too_deep' | 'two_decisions' | 'unknown_key';

/** Reads the one JSON value of a reply's text. Prose is allowed only around a fence. */
export function readReplyText(text: string): ReadJson {
  const found = unfence(text);
  if (found.length > 1) {
    return problem('two_decisions', `The reply holds ${found.length} blocks of JSON; one is expected.`);
  }
  return readTolerantJson(found[0] ?? text);
}

/** Reads JSON text that may hold trailing commas. */
export function readTolerantJson(text: string): ReadJson {
  if (text.trim() === '') return problem('empty', 'The reply is empty.');
  const scanned = scan(text);
  if (!scanned.ok) return scanned;
  const parsed = parseJson(scanned.text.trim());
  if (!parsed.ok) {
    if (parsed.reason === 'depth') return tooDeep();
    if (parsed.reason === 'proto') return problem('unknown_key', `The reply is refused: ${parsed.message}.`);
    return problem('not_json', `The reply is not JSON: ${parsed.message}.`);
  }
  if (holdsInfinity(parsed.value)) return problem('not_json', 'The reply holds a number that is too large.');
  return parsed;
}

function problem(code: ReadProblem, message: string): ReadJson & { ok: false } {
  return { ok: false, code, message };
}

function tooDeep(): ReadJson & { ok: false } {
  return problem('too_deep', `The reply nests deeper than ${MAX_DEPTH} levels.`);
}

const FENCE = '```';

/** Content of every fence that is marked as JSON or not at all; none for text that starts as JSON does. */
function unfence(text: string): string[] {
  const start = text.trimStart().charAt(0);
  if (start === '{' || start === '[' || !text.includes(FENCE)) return [];
  const blocks: string[] = [];
  let open: { readonly json: boolean; readonly lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const mark = markOf(line);
    if (mark !== undefined && open === undefined) open = { json: mark === '' || mark === 'json', lines: [] };
    else if (mark === '' && open !== undefined) {
      if (open.json) blocks.push(open.lines.join('\n'));
      open = undefined;
    } else open?.lines.push(line);
  }
  // A last fence that is never closed holds whatever follows it; a closing mark behind the last bracket is common.
  if (open?.json) {
    const rest = open.lines.join('\n').trimEnd();
    blocks.push(rest.endsWith(FENCE) ? rest.slice(0, -FENCE.length) : rest);
  }
  return blocks;
}

/** The language behind a fence mark, lower case; `undefined` when the line is not a fence mark. */
function markOf(line: string): string | undefined {
  const trimmed = line.trim();
  if (!trimmed.startsWith(FENCE)) return undefined;
  const language = trimmed.slice(FENCE.length).trim();
  return /^[\w+-]*$/.test(language) ? language.toLowerCase() : undefined;
}

type Level = { readonly keys: Set<string> | undefined; expectsKey: boolean };

/** Finds trailing commas and repeated keys. What it cannot make sense of is left for JSON.parse to refuse. */
function scan(text: string): { ok: true; text: string } | (ReadJson & { ok: false }) {
  const levels: Level[] = [];
  const kept: string[] = [];
  let from = 0;
  let last = ''; // the last character that is not white space, and the one before it
  let before = '';
  let lastAt = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === ' ' || c === '\n' || c === '\r' || c === '\t') continue;
    const level = levels.at(-1);
    if (c === '"') {
      const end = endOfString(text, i);
      if (level?.expectsKey && level.keys !== undefined) {
        const key = keyOf(text.slice(i, end + 1));
        if (level.keys.has(key)) return problem('not_json', `The reply is not JSON: the key "${key}" is there twice.`);
        level.keys.add(key);
        level.expectsKey = false;
      }
      i = end;
    } else if (c === '{' || c === '[') {
      if (levels.length >= MAX_DEPTH) return tooDeep();
      levels.push({ keys: c === '{' ? new Set() : undefined, expectsKey: c === '{' });
    } else if (c === '}' || c === ']') {
      levels.pop();
      if (last === ',' && !'[{,:'.includes(before)) {
        kept.push(text.slice(from, lastAt));
        from = lastAt + 1;
      }
    } else if (c === ',' && level !== undefined) level.expectsKey = true;
    before = last;
    last = c;
    lastAt = i;
  }
  return { ok: true, text: kept.join('') + text.slice(from) };
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x22) return i;
  }
  return text.length;
}

/** A key with its escapes resolved, so that two spellings of one key count as one. */
function keyOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

function holdsInfinity(value: Json): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsInfinity);
}
