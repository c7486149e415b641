import type { Json } from '../json.ts';
import { namingOf } from './names.ts';
import { beginsKey, endsKey, isBodyLine, isHeaderLine } from './private-keys.ts';

/**
 * Redacts the strings and keys of a JSON value. What does not change is the very same object, also within one that
 * does. Never recurses, so no depth can overflow the stack; keys are defined and not assigned, so that none is a
 * prototype.
 */
export function walk<T extends Json>(value: T, redact: (text: string) => string): T {
  const keys: KeyState = { left: 0 };
  if (typeof value !== 'object' || value === null) {
    return (typeof value === 'string' ? redact(value) : value) as T;
  }
  const root: Level = levelOf(value as Container);
  const stack: Level[] = [root];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    if (level.next === level.members.length) {
      stack.pop();
      const above = stack.at(-1);
      if (above !== undefined) settle(above, finished(level), redact);
      continue;
    }
    const member = level.source[level.members[level.next] as never] as Json;
    if (typeof member === 'object' && member !== null) stack.push(levelOf(member as Container));
    else settle(level, typeof member === 'string' ? redactMember(level, member, redact, keys) : member, redact);
  }
  return finished(root) as T;
}

type Container = Json[] | { [key: string]: Json };

/** One object or list that is being walked through. */
type Level = {
  readonly source: Container;
  readonly members: readonly (string | number)[];
  next: number;
  /** Members so far, once one of them has changed. */
  changed: { key: string | number; value: Json }[] | undefined;
};

/**
 * How many strings that are no lines of a private key may come before it counts as ended; 0 where none has begun. The
 * lines of a file may be one string each, with names of files between them.
 */
type KeyState = { left: number };

function levelOf(source: Container): Level {
  const members = Array.isArray(source) ? source.map((_, index) => index) : Object.keys(source);
  return { source, members, next: 0, changed: undefined };
}

function settle(level: Level, value: Json, redact: (text: string) => string): void {
  const key = level.members[level.next] as string | number;
  const before = level.source[key as never] as Json;
  const name = typeof key === 'string' ? redact(key) : key;
  if (level.changed === undefined && (value !== before || name !== key)) {
    level.changed = level.members
      .slice(0, level.next)
      .map((each) => ({ key: each, value: level.source[each as never] }));
  }
  level.changed?.push({ key: name, value });
  level.next++;
}

function finished({ source, changed }: Level): Json {
  if (changed === undefined) return source;
  if (Array.isArray(source)) return changed.map(({ value }) => value);
  const copy: { [key: string]: Json } = {};
  for (const { key, value } of changed) {
    let name = String(key);
    for (let copies = 2; Object.hasOwn(copy, name); copies++) name = `${key} (${copies})`; // two secrets, one placeholder
    Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

const MOST_BETWEEN = 8;
const KEY_REDACTED = '[secret:private_key]';

/** A string together with what stands beside it: its key, the option before it, the name of a pair. */
function redactMember(level: Level, text: string, redact: (text: string) => string, keys: KeyState): string {
  if (keys.left > 0) {
    if (endsKey(text)) keys.left = 0;
    else if (isBodyLine(text) || isHeaderLine(text)) keys.left = MOST_BETWEEN;
    else keys.left--;
    if (isBodyLine(text)) return KEY_REDACTED;
  }
  if (beginsKey(text)) keys.left = MOST_BETWEEN;
  const own = redact(text);
  const name = nameOf(level);
  if (own !== text || name === undefined) return own;
  const together = redact(`${name}${text}`);
  return together === `${name}${text}` || !together.startsWith(name) ? own : together.slice(name.length);
}

const PAIR_NAMES = ['name', 'key', 'variable', 'header', 'field'];

/** What a value would stand behind if it were written in a line: `password: `, `--token `. */
function nameOf({ source, members, next }: Level): string | undefined {
  const key = members[next];
  if (Array.isArray(source)) {
    const before = next === 0 ? undefined : source[next - 1];
    if (typeof before !== 'string' || !/^--?[A-Za-z][\w-]{0,64}$/.test(before)) return undefined;
    return namingOf(before) === undefined ? undefined : `${before} `;
  }
  if (key === 'value') {
    const named = PAIR_NAMES.map((pair) => (Object.hasOwn(source, pair) ? source[pair] : undefined)).find(
      (found): found is string => typeof found === 'string' && /^[\w.-]{1,64}$/.test(found),
    );
    if (named !== undefined && namingOf(named) !== undefined) return `${named}: `;
  }
  if (typeof key !== 'string' || !/^[\w.-]{1,64}$/.test(key)) return undefined;
  return namingOf(key) === undefined ? undefined : `${key}: `;
}
