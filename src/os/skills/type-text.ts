import type { JsonSchema } from '../schema.ts';
import { nearest } from '../suggest.ts';

/**
 * The text form of a type in the artifact shorthand:
 *
 *     type  = item { "[]" }
 *     item  = "string" | "boolean" | ("number" | "integer") [ range ] | words | "(" type ")"
 *     range = [ number ] ".." [ number ]          bounds included
 *     words = word "|" word { "|" word }          one of these texts
 *
 * A `?` behind the whole makes the field optional.
 */
export type TypeText =
  | { readonly ok: true; readonly schema: JsonSchema; readonly optional: boolean }
  | { readonly ok: false; readonly message: string; readonly fix: string };

const NAMES = ['string', 'number', 'integer', 'boolean'];
const NUMBER = /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;
const MAX_LENGTH = 2000;
const MAX_LISTS = 4;

export function readTypeText(text: string): TypeText {
  if (text.length > MAX_LENGTH) return refused('the type is too long', 'Write it as JSON Schema.');
  const trimmed = text.trim();
  const optional = trimmed.endsWith('?');
  const type = listOf(optional ? trimmed.slice(0, -1).trim() : trimmed, 0);
  return 'ok' in type ? type : { ok: true, schema: type.schema, optional };
}

type Refusal = Extract<TypeText, { ok: false }>;

function refused(message: string, fix: string): Refusal {
  return { ok: false, message, fix };
}

function listOf(text: string, lists: number): { schema: JsonSchema } | Refusal {
  if (text.endsWith('[]')) {
    if (lists === MAX_LISTS) return refused('there are too many "[]"', 'Write it as JSON Schema.');
    const inner = text.slice(0, -2).trim();
    if (inner.includes('|') && !inner.startsWith('(')) {
      return refused(`"${text}" does not say what is listed`, `Write "(${inner})[]".`);
    }
    const item = listOf(inner, lists + 1);
    return 'ok' in item ? item : { schema: { type: 'array', items: item.schema } };
  }
  if (text.startsWith('(') && text.endsWith(')') && lists < MAX_LISTS)
    return listOf(text.slice(1, -1).trim(), lists + 1);
  return itemOf(text);
}

function itemOf(text: string): { schema: JsonSchema } | Refusal {
  if (text.includes('|')) return wordsOf(text);
  const space = text.search(/\s/);
  const name = space === -1 ? text : text.slice(0, space);
  const rest = space === -1 ? '' : text.slice(space).trim();
  if (!NAMES.includes(name)) {
    const near = nearest(name, NAMES);
    const fix =
      near === undefined ? `Write one of ${NAMES.join(', ')}, or words such as "low | high".` : `Write "${near}".`;
    return refused(text === '' ? 'the type is missing' : `"${text}" is not a type`, fix);
  }
  if (rest === '') return { schema: { type: name } };
  if (name === 'number' || name === 'integer') return rangeOf(name, rest);
  return refused(`"${rest}" does not belong behind ${name}`, `Write "${name}", or JSON Schema for more.`);
}

function wordsOf(text: string): { schema: JsonSchema } | Refusal {
  const words = text.split('|').map((word) => word.trim());
  const type = words.find((word) => NAMES.includes(word) || word === 'null');
  if (type !== undefined) {
    return refused(`"${text}" mixes the type ${type} with words`, 'Write a union of types as JSON Schema ("anyOf").');
  }
  if (words.some((word) => word === '' || /[()[\]?]/.test(word))) {
    return refused(`"${text}" is not a list of words`, 'Write plain words, e.g. "low | high".');
  }
  if (new Set(words).size !== words.length) return refused(`"${text}" names a word twice`, 'Name each word once.');
  return { schema: { type: 'string', enum: words } };
}

function rangeOf(name: string, text: string): { schema: JsonSchema } | Refusal {
  const [low = '', high = '', more] = text.split('..').map((bound) => bound.trim());
  const good = (bound: string) => bound === '' || NUMBER.test(bound);
  const whole = name === 'number' || !(low.includes('.') || high.includes('.'));
  if (!text.includes('..') || more !== undefined || !good(low) || !good(high) || (low === '' && high === '')) {
    return refused(`"${text}" is not a range`, `Write e.g. "${name} 0..1", "${name} 0.." or "${name} ..10".`);
  }
  if (!whole) return refused(`"${text}" is not a range of whole numbers`, 'Write whole bounds, e.g. "integer 1..5".');
  if (low !== '' && high !== '' && Number(low) > Number(high)) {
    return refused(`"${text}" holds no number`, `Write "${name} ${high}..${low}".`);
  }
  const minimum = low === '' ? {} : { minimum: Number(low) };
  const maximum = high === '' ? {} : { maximum: Number(high) };
  return { schema: { type: name, ...minimum, ...maximum } };
}
