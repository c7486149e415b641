import { type Literal, literalFinder } from './literals.ts';
import { RANK, type Report } from './spans.ts';

/** A secret that is known by name. */
export type KnownSecret = { readonly name: string; readonly value: string };

/** Values shorter than this are not looked for: they would be found in anything. */
export const LEAST_KNOWN = 8;

const TRIVIAL =
  /^(?:password\d{0,4}|changeme|administrator|localhost|username|undefined|12345678\d*|production|development|disabled|enabled|required|optional|anonymous|example|default)$/i;

/** Whether a known value is looked for: long enough, no word that texts are full of, more than one character. */
export function isSearched(value: string): boolean {
  return value.trim().length >= LEAST_KNOWN && !TRIVIAL.test(value.trim()) && new Set(value).size > 2;
}

/** Known values in every encoding a program may have put them in. */
export function knownFinder(known: readonly KnownSecret[]): (text: string, codes: Uint16Array, report: Report) => void {
  const literals = new Map<string, Literal<KnownSecret & { readonly wide: boolean; readonly length: number }>>();
  for (const { name, value } of known) {
    if (!isSearched(value)) continue;
    for (const { text, wide } of encodings(value.trim())) {
      if (text.length >= LEAST_KNOWN && !literals.has(text))
        literals.set(text, { text, of: { name, value, wide, length: text.length } });
    }
  }
  const find = literalFinder([...literals.values()], 'exact');
  return (text, codes, report) => {
    find(codes, (found, { name, value, wide, length }) => {
      const [start, end] = wide ? widened(text, found, found + length) : [found, found + length];
      report({ start, end, label: name, rank: RANK.known, value });
    });
  };
}

/** `wide`: the characters beside it hold bits of the value as well. */
function encodings(value: string): { text: string; wide: boolean }[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const encoded = encodeURIComponent(value);
  const plain = [
    value,
    value.replaceAll('\n', '\r\n'),
    json,
    JSON.stringify(json).slice(1, -1),
    encoded,
    encoded.toLowerCase(),
    encoded.replaceAll('%20', '+'),
    value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
  const in64 = [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = all.toString('base64').replace(/=+$/, '');
    // Characters that also hold bits of what stands before or behind differ from text to text.
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((all.length * 8) / 6);
    const text = whole.slice(first, last);
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [...plain.map((text) => ({ text, wide: false })), ...in64.map((text) => ({ text, wide: true }))];
}

const BASE64 = /[A-Za-z0-9+/_=-]/;
const BESIDE = 4;

function widened(text: string, from: number, to: number): [number, number] {
  let [start, end] = [from, to];
  while (start > 0 && from - start < BESIDE && BASE64.test(text[start - 1] ?? '')) start--;
  while (end < text.length && end - to < BESIDE && BASE64.test(text[end] ?? '')) end++;
  return [start, end];
}
