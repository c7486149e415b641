import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { KeyPath } from '../../yaml-places.ts';
import { member, type Part, pathOf, refuse, warn } from '../part.ts';
import type { Move } from '../report.ts';
import { type Change, changeKeys, GONE } from './change.ts';
import { type Files, modernPythonPermissions } from './python.ts';
import { modernShell } from './shell.ts';

/** Permissions of the original that cannot be said here, with what to write instead. What is left out is not granted. */
const LOST: Readonly<Record<string, string>> = {
  tool: 'Write "net" with the hosts the tool reaches.',
  mcp_install: 'Delete it: servers are set up by the operator.',
  mcp_drop_server: 'Delete it: servers are set up by the operator.',
  index_drop: 'Delete it: no op drops an index.',
};

/** `permissions` as this format writes them. */
export function modernPermissions(
  part: Part,
  { files, lines }: { readonly files: Files; readonly lines: readonly string[] },
): Change | undefined {
  const { value } = part;
  if (!isObject(value)) return undefined;
  const shell = modernShell(part, lines);
  const lost = Object.keys(LOST).filter((key) => Object.hasOwn(value, key));
  for (const key of lost) {
    const entry = member(part, key);
    const fix = entry.value === false ? 'Delete it.' : (LOST[key] ?? 'Delete it.');
    warnLost(entry, `"${key}" grants nothing here`, fix);
  }
  const servers = member(part, 'mcp');
  if (Array.isArray(servers.value)) {
    warnLost(servers, 'a list of servers grants nothing: tools are named one by one', 'Write "server: [tools]" lines.');
  }
  return changeKeys(part, {
    ...Object.fromEntries(lost.map((key) => [key, GONE])),
    ...(Array.isArray(servers.value) ? { mcp: GONE } : {}),
    ...shell,
    python: modernPythonPermissions(member(part, 'python'), files),
    ...fileKeys(part, value as JsonObject),
  });
}

function warnLost(part: Part, message: string, fix: string): void {
  warn(part, 'foreign/lost-permission', message, fix);
}

/** `file.read: [{path, scope}]` is `file: { read: [globs] }`. */
function fileKeys(part: Part, value: JsonObject): Record<string, Change> {
  const dotted = (['read', 'write'] as const).filter((key) => Object.hasOwn(value, `file.${key}`));
  if (dotted.length === 0) return {};
  const changes: Record<string, Change> = {};
  const file: JsonObject = isObject(value.file) ? { ...(value.file as JsonObject) } : {};
  const moves: Move[] = [];
  for (const key of dotted) {
    const old = member(part, `file.${key}`);
    changes[`file.${key}`] = GONE;
    if (Object.hasOwn(file, key)) {
      refuse(old, 'format/duplicate-key', `"file.${key}" stands beside "file: { ${key} }"`, 'Keep one of the two.');
      continue;
    }
    const at: KeyPath = [...pathOf(part), 'file', key];
    moves.push({ at, from: pathOf(old) });
    file[key] = patterns(old);
    const fix = `Write "file: { ${key}: ${JSON.stringify(file[key])} }".`;
    warn(old, 'foreign/permission', `"file.${key}" is the original's spelling of "file: { ${key} }"`, fix);
  }
  return { ...changes, file: { value: file, moves } };
}

/** A list that cannot be read stays as it is, for the reader of permissions to refuse. */
function patterns({ value }: Part): Json {
  return Array.isArray(value)
    ? value.map((item) => (isObject(item) ? patternOf(item as JsonObject) : item))
    : (value ?? null);
}

function patternOf(entry: JsonObject): Json {
  const { path, scope } = entry;
  if (typeof path !== 'string' || (scope !== undefined && scope !== 'recursive' && scope !== 'just_path')) return entry;
  if (scope !== 'recursive') return path;
  const folder = path.replace(/^\.\//, '').replace(/\/+$/, '');
  return folder === '.' ? '**' : `${folder}/**`;
}
