import { matchesHost } from '../network/host-pattern.ts';
import type { Permissions } from '../skills/skill.ts';
import { compileGlob, isGlobProblem } from '../workspace/glob.ts';
import { globParts, isRefusal, parseLocation } from '../workspace/location.ts';
import { matchesArgv, showArgv } from './argv.ts';
import type { Need, NeedKind } from './need.ts';

/**
 * Whether a need lies within what skill.md declares. The run's own work folder and values its frame named need no
 * declaration. A pattern that cannot be read declares nothing.
 */
export function isDeclared(need: Need, permissions: Permissions): boolean {
  switch (need.kind) {
    case 'file.read':
      return isFileDeclared(need.path, permissions.file.read, need.tree === true);
    case 'file.write':
      return isFileDeclared(need.path, permissions.file.write, false);
    case 'skill.run':
      return runnable(permissions).some((name) => name === need.skill || name === ANY_SKILL);
    case 'skill.write':
      return permissions.skill.write.some((name) => name === need.skill || name === ANY_SKILL);
    case 'exec':
      return permissions.exec.some((pattern) => matchesArgv(pattern, need.argv));
    case 'net':
      return permissions.net.some((pattern) => matchesHost(pattern, need.host));
    case 'mcp': {
      const tools = Object.hasOwn(permissions.mcp, need.server) ? permissions.mcp[need.server] : undefined;
      return tools?.some((tool) => tool === need.tool || tool === '*') === true;
    }
    case 'python':
      return permissions.python.some(({ module, function: name }) => module === need.module && name === need.function);
    case 'secret':
      return permissions.secrets.includes(need.name);
    case 'recall':
      return permissions.recall.includes(need.source);
    case 'index':
      return permissions.index.includes(need.source);
    case 'eval':
      return permissions.eval;
  }
}

/** Stands for every skill among the names a skill may run. */
const ANY_SKILL = '*';

function runnable({ skill }: Permissions): readonly string[] {
  return [...skill.run, ...skill.delegate];
}

/** Whether a sub-run of this skill is held to its own permissions alone. */
export function isDelegated(skill: string, permissions: Permissions): boolean {
  return permissions.skill.delegate.some((name) => name === skill || name === ANY_SKILL);
}

function isFileDeclared(path: string, patterns: readonly string[], tree: boolean): boolean {
  const location = parseLocation(path);
  if (isRefusal(location)) return false;
  if (location.root === 'work' || location.root === 'blob') return true;
  const parts = globParts(location);
  return patterns.some((pattern) => {
    const glob = compileGlob(pattern);
    if (isGlobProblem(glob)) return false;
    return glob.matches(parts) || (tree && glob.reaches(parts));
  });
}

/** What is declared for a kind of need, as a person would read it; empty = nothing. */
export function declaredFor(kind: NeedKind, permissions: Permissions): readonly string[] {
  switch (kind) {
    case 'file.read':
      return permissions.file.read;
    case 'file.write':
      return permissions.file.write;
    case 'skill.run':
      return runnable(permissions);
    case 'skill.write':
      return permissions.skill.write;
    case 'exec':
      return permissions.exec.map((words) =>
        words.map((word) => (/^\*{1,2}$/.test(word) ? word : showArgv([word]))).join(' '),
      );
    case 'net':
      return permissions.net;
    case 'mcp':
      return Object.entries(permissions.mcp).flatMap(([server, tools]) => tools.map((tool) => `${server}/${tool}`));
    case 'python':
      return permissions.python.map(({ module, function: name }) => `${module}:${name}`);
    case 'secret':
      return permissions.secrets;
    case 'recall':
      return permissions.recall;
    case 'index':
      return permissions.index;
    case 'eval':
      return permissions.eval ? ['eval'] : [];
  }
}
