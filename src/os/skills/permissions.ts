import { checkKeys, flagOf, itemsOf, member, membersOf, type Part, textsOf, wordOf } from './part.ts';
import { readPythonPermissions } from './python-permissions.ts';
import { NO_PERMISSIONS, type Permissions } from './skill.ts';

const KEYS = ['file', 'exec', 'net', 'mcp', 'skill', 'recall', 'index', 'eval', 'python', 'secrets', 'optional'];

/** Kinds of denial a skill can declare to live with. */
export const DENIABLE = [
  'file.read',
  'file.write',
  'exec',
  'net',
  'mcp',
  'skill.run',
  'skill.write',
  'recall',
  'index',
  'eval',
  'python',
  'secret',
] as const;

/** Reads `permissions`; what is absent is not permitted. */
export function readPermissions(part: Part): Permissions {
  if (membersOf(part) === undefined) return NO_PERMISSIONS;
  checkKeys(part, KEYS, 'permissions');
  const file = group(member(part, 'file'), ['read', 'write']);
  const skill = group(member(part, 'skill'), ['run', 'delegate', 'write']);
  return {
    file: { read: texts(member(file, 'read'), 'globs'), write: texts(member(file, 'write'), 'globs') },
    exec: (itemsOf(member(part, 'exec'), 'argument lists') ?? []).map((item) => texts(item, 'argument patterns')),
    net: texts(member(part, 'net'), 'hosts'),
    mcp: readMcp(member(part, 'mcp')),
    skill: {
      run: texts(member(skill, 'run'), 'skill names'),
      delegate: texts(member(skill, 'delegate'), 'skill names'),
      write: texts(member(skill, 'write'), 'skill names'),
    },
    recall: texts(member(part, 'recall'), 'sources'),
    index: texts(member(part, 'index'), 'sources'),
    eval: flagOf(member(part, 'eval')) ?? false,
    python: readPythonPermissions(member(part, 'python')),
    secrets: texts(member(part, 'secrets'), 'names of secrets'),
    optional: (itemsOf(member(part, 'optional'), 'kinds') ?? []).flatMap((item) => wordOf(item, DENIABLE) ?? []),
  };
}

function group(part: Part, keys: readonly string[]): Part {
  if (membersOf(part, `a mapping of ${keys.join(' and ')}`) !== undefined) checkKeys(part, keys, 'permissions');
  return part;
}

function readMcp(part: Part): Record<string, readonly string[]> {
  const members = membersOf(part, 'a mapping of servers to tools') ?? [];
  return Object.fromEntries(members.map(([server, tools]) => [server, texts(tools, 'tools')]));
}

function texts(part: Part, of: string): readonly string[] {
  return textsOf(part, of) ?? [];
}
