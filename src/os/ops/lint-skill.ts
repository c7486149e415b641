import Type from 'typebox';
import { OpError } from '../op-error.ts';
import { compileSkill } from '../skills/compile.ts';
import type { Finding } from '../skills/finding.ts';
import { readShared } from '../skills/shared.ts';
import { isEvalPath, mainFileOf, SKILL_MD, sortPaths } from '../skills/source-paths.ts';
import { canonicalPath } from '../workspace/location.ts';
import type { WorkspaceHandle } from '../workspace/workspace.ts';
import { lintOps } from './lint-env.ts';
import { defineOp, type Op } from './op.ts';

const SHARED = 'reyn/project/shared';
const MAX_FINDINGS = 100;
const MAX_FILES = 500;
const MAX_BYTES = 8 * 1024 * 1024;

/** The op, given the list it is part of: lint knows which ops a skill may name. */
export function lintSkillOp(ops: () => readonly Op[]): Op {
  return defineOp({
    kind: 'lint_skill',
    effect: 'reads',
    summary: 'Checks a skill folder: what is wrong, at which line, and what to do about it.',
    input: Type.Object(
      {
        path: Type.String({ minLength: 1, description: 'The skill folder, relative to the project or in "work:/".' }),
        shared: Type.Optional(
          Type.Boolean({ description: `Read the phases of ${SHARED} too, for a skill that uses them.` }),
        ),
      },
      { additionalProperties: false },
    ),
    paths: ['path'],
    needKinds: ['file.read'],
    needs: ({ path, shared }) => [
      { kind: 'file.read', path: canonicalPath(path), tree: true },
      ...(shared === true ? [{ kind: 'file.read', path: SHARED, tree: true } as const] : []),
    ],
    async run({ path, shared = false }, { workspace }) {
      const dir = canonicalPath(path);
      const files = await readFolder(dir, workspace);
      if (!files.has(mainFileOf({ files })))
        throw new OpError('not_found', `There is no ${SKILL_MD} in "${dir}" that may be read.`);
      await addShared(files, shared, workspace);
      const name = dir.split('/').at(-1) ?? dir;
      const sorted = new Map(sortPaths(files.keys()).map((file) => [file, files.get(file) ?? new Uint8Array()]));
      return report(name, await findingsOf({ name, dir, files: sorted }, ops()));
    },
  });
}

/** The files that make up the skill: eval files and dotfiles do not. */
async function readFolder(dir: string, workspace: WorkspaceHandle): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const prefix = dir === '.' ? '' : dir.endsWith('/') ? dir : `${dir}/`;
  let bytes = 0;
  for await (const found of workspace.walk(dir)) {
    const file = found.slice(prefix.length);
    if (isEvalPath(file) || /(^|\/)\./.test(file)) continue;
    const content = await workspace.readBytes(found);
    bytes += content.length;
    if (files.size === MAX_FILES || bytes > MAX_BYTES) {
      throw new OpError('too_large', `"${dir}" holds more than ${MAX_FILES} files or 8 MB; that is no skill folder.`);
    }
    files.set(file, content);
  }
  return files;
}

/** Adds the shared files the skill names. One file may name another, so this goes on until nothing new is named. */
async function addShared(files: Map<string, Uint8Array>, allowed: boolean, workspace: WorkspaceHandle): Promise<void> {
  const tried = new Set<string>();
  for (let more = true; more; ) {
    const wanted: string[] = [];
    readShared(files, (file) => {
      if (!tried.has(file)) wanted.push(file);
      return files.has(`shared/${file}`);
    });
    more = wanted.length > 0;
    if (more && !allowed) {
      throw new OpError('incomplete', `The skill uses phases of ${SHARED}; ask again with "shared" set to true.`);
    }
    for (const file of wanted) {
      tried.add(file);
      const content = await readIfThere(`${SHARED}/${file}`, workspace);
      if (content !== undefined) files.set(`shared/${file}`, content);
    }
  }
}

async function readIfThere(path: string, workspace: WorkspaceHandle): Promise<Uint8Array | undefined> {
  try {
    return await workspace.readBytes(path);
  } catch (error) {
    if (error instanceof OpError && error.code === 'not_found') return undefined;
    throw error;
  }
}

type Folder = { readonly name: string; readonly dir: string; readonly files: ReadonlyMap<string, Uint8Array> };

async function findingsOf(folder: Folder, ops: readonly Op[]): Promise<readonly Finding[]> {
  const { skill, document, findings } = compileSkill({ ...folder, origin: 'path' });
  if (skill === undefined) return findings;
  const { lintSkill } = await import('../lint/lint.ts');
  const env = {
    ops: lintOps(ops),
    skills: [...skill.permissions.skill.run, ...skill.permissions.skill.delegate], // whether one of them resolves, a file op cannot know
    permissionsOf: () => undefined,
    modelClasses: undefined,
  };
  return [...findings, ...lintSkill({ skill, document }, env)];
}

function report(name: string, findings: readonly Finding[]) {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const shown = findings.slice(0, MAX_FINDINGS).map(({ skill: _, ...finding }) => finding);
  return { skill: name, errors, warnings: findings.length - errors, findings: shown };
}
