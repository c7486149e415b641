import { isObject, type Json } from '../json.ts';
import { nearest, oneOf, some } from '../suggest.ts';
import type { KeyPath } from '../yaml-places.ts';
import type { Report } from './report.ts';

/**
 * One value of a skill's YAML and where it stands. The readers below give the value in the type asked for, or report
 * what is wrong with it and give `undefined`; an absent value is `undefined` without a report.
 */
export type Part = {
  readonly value: Json | undefined;
  readonly file: string;
  readonly report: Report;
  /** The mapping or list this is a part of; paths are put together only when something is reported. */
  readonly above: Part | undefined;
  /** Key or index in `above`; of a top part the section it stands in, if any. */
  readonly key: string | number | undefined;
};

/** The whole of a file's YAML, or of a section's. */
export function topPart(value: Json | undefined, file: string, report: Report, section?: string): Part {
  return { value, file, report, above: undefined, key: section };
}

/** The path of a part as {@link Report.at} takes it. */
export function pathOf(part: Part): KeyPath {
  const path: (string | number)[] = [];
  for (let at: Part | undefined = part; at !== undefined; at = at.above) if (at.key !== undefined) path.unshift(at.key);
  return path;
}

export function member(part: Part, key: string | number): Part {
  const { value, file, report } = part;
  const own = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return { value: own ? (value as Record<string, Json>)[key] : undefined, file, report, above: part, key };
}

/** Reports an error at the part. */
export function refuse(part: Part, rule: string, message: string, fix: string): undefined {
  part.report.error(rule, part.file, pathOf(part), message, fix);
}

/** Says something of the part that keeps nothing from being read. */
export function warn(part: Part, rule: string, message: string, fix: string): void {
  part.report.warn(rule, part.file, pathOf(part), message, fix);
}

export function textOf(part: Part, fix = 'Write text.'): string | undefined {
  if (part.value === undefined || typeof part.value === 'string') return part.value;
  return wrongKind(part, 'text', typeof part.value === 'number' ? 'Put it in quotes.' : fix);
}

export function flagOf(part: Part): boolean | undefined {
  if (part.value === undefined || typeof part.value === 'boolean') return part.value;
  return wrongKind(part, 'true or false', 'Write true or false, without quotes.');
}

/** A finite number of at least `least`; a whole one when `whole`. */
export function numberOf(part: Part, least: number, whole: boolean): number | undefined {
  const { value } = part;
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= least && (!whole || Number.isSafeInteger(value))) return value;
  const kind = `${whole ? 'a whole number' : 'a number'} of at least ${least}`;
  return wrongKind(part, kind, `Write ${kind}.`);
}

/** The items of a list. */
export function itemsOf(part: Part, of: string): Part[] | undefined {
  const { value } = part;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((_, index) => member(part, index));
  return wrongKind(part, `a list of ${of}`, 'Write a list: one "- …" line each, or [a, b].');
}

/** A list of texts that are not empty. Items of another kind are reported and left out. */
export function textsOf(part: Part, of = 'texts'): string[] | undefined {
  return itemsOf(part, of)?.flatMap((item) => {
    const text = textOf(item);
    if (text !== undefined && text.trim() === '') refuse(item, 'format/wrong-kind', 'this text is empty', 'Delete it.');
    return text ?? [];
  });
}

/** The members of a mapping, in the order written. */
export function membersOf(part: Part, what = 'a mapping'): [string, Part][] | undefined {
  const { value } = part;
  if (value === undefined) return undefined;
  if (isObject(value)) return Object.keys(value).map((key) => [key, member(part, key)]);
  return wrongKind(part, what, 'Write "key: value" lines below it.');
}

/** One of the words in `words`. */
export function wordOf<W extends string>(part: Part, words: readonly W[]): W | undefined {
  const text = textOf(part);
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const message = `${pathText(pathOf(part))} is "${text}", not one of ${words.join(', ')}`;
  return refuse(part, 'format/wrong-kind', message, `Write ${oneOf(text, words)}.`);
}

export function wrongKind(part: Part, kind: string, fix: string): undefined {
  const found = part.value === null ? 'is empty' : `is ${kindName(part.value)}`;
  const rest = part.value === null ? 'Give it a value or delete the key.' : fix;
  return refuse(part, 'format/wrong-kind', `${pathText(pathOf(part))} ${found}, not ${kind}`, rest);
}

/** Reports members that are not in `known`. `elsewhere` maps keys that have a better place to a fix. */
export function checkKeys(
  part: Part,
  known: readonly string[],
  of: string,
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  if (!isObject(part.value)) return;
  for (const key of Object.keys(part.value)) {
    if (known.includes(key)) continue;
    if (part.report.isFull()) return;
    const better = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
    const near = nearest(key, known);
    const fix = better ?? (near === undefined ? `Delete it; ${of} knows ${some(known)}.` : `Write "${near}".`);
    refuse(member(part, key), 'format/unknown-key', `unknown key "${key}" in ${of}`, fix);
  }
}

/** `graph.review[0].when` for a message; the section of a one-file skill is left out. */
export function pathText(path: KeyPath): string {
  const rest = typeof path[0] === 'string' && path[0].startsWith('## ') ? path.slice(1) : path;
  const text = rest.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text === '' ? 'the value' : `"${text.replace(/^\./, '')}"`;
}

function kindName(value: Json | undefined): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (typeof value === 'object') return 'a mapping';
  return String(value);
}
