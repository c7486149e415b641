import { type Decoded, VIOLATION_CODES, type Violation, type ViolationCode } from './port.ts';

export type Decoding =
  | { readonly ok: true; readonly decoded: Decoded }
  | { readonly ok: false; readonly violation: Violation };

const MAX_GOT = 200;
const MAX_MESSAGE = 2000;

/** A violation. Whatever it quotes of the reply is shortened, so that it fits a log line and the next frame. */
export function violation(
  code: ViolationCode,
  message: string,
  rest: { path?: string; got?: unknown; allowed?: readonly string[] } = {},
): Violation {
  const { path, got, allowed } = rest;
  return {
    code,
    ...(path === undefined ? {} : { path: shorten(path, MAX_GOT) }),
    ...(got === undefined ? {} : { got: excerpt(got) }),
    ...(allowed === undefined ? {} : { allowed }),
    message: shorten(message, MAX_MESSAGE),
  };
}

export function refused(...args: Parameters<typeof violation>): { ok: false; violation: Violation } {
  return { ok: false, violation: violation(...args) };
}

/** The violation whose stage comes first in the contract; the order they were found in does not matter. */
export function firstOf(found: readonly Violation[]): Violation | undefined {
  const stage = ({ code }: Violation) => VIOLATION_CODES.indexOf(code);
  return found.toSorted((a, b) => stage(a) - stage(b))[0];
}

/** What a value is called when it is not what was expected. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (value === undefined) return 'nothing';
  return `a ${typeof value}`;
}

/** A short text of a value that nests at most as deep as the contract allows. */
function excerpt(got: unknown): string {
  const text = typeof got === 'string' ? got : (JSON.stringify(got) ?? String(got));
  return shorten(text, MAX_GOT);
}

export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** A JSON pointer one key further. */
export function under(path: string, key: string): string {
  return `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
