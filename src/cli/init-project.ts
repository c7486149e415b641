import { appendFileSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../os/errors.ts';

export type InitChange = { readonly path: string; readonly done: 'written' | 'kept' };

const IGNORED = ['.reyn/', 'reyn/local/', 'reyn.local.yaml', '.env*', 'data/'];

const SETTINGS = `# Settings of this project. \`reyn config show\` lists every value in effect, \`reyn config check\` checks this file.

# Who answers. \`scripted\` plays the answers a skill ships (evals/scripted.yaml): no key, no network.
model: scripted

# Any OpenAI-compatible server is two lines (the key, if it wants one, in the environment variable REYN_API_KEY):
# model: qwen3
# base_url: http://127.0.0.1:11434/v1

# What every run is held to:
# limits:
#   usd: 1.00
#   max_turns: 50

# What runs may do without asking, and never:
# policy:
#   allow:
#     - { need: file.write, resource: "notes/**" }
#   deny:
#     - { need: file.write, resource: "src/**" }
`;

/**
 * Makes a folder a project: settings, lines of .gitignore, a place for skills. What is there stays as it is; doing it
 * again changes nothing; nothing outside the folder is touched.
 * @throws UserError `refused` where a link leads elsewhere, `disk`.
 */
export function initProject(root: string): readonly InitChange[] {
  try {
    return [
      writeOnce(root, 'reyn.yaml', SETTINGS),
      ignore(root),
      makeFolder(root, 'reyn'),
      makeFolder(root, join('reyn', 'project')),
    ].filter(({ path }) => path !== 'reyn/');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('disk', `The project cannot be written: ${(error as Error).message}.`, {
      where: { file: root },
      hint: 'Make the folder writable, or choose another with -C.',
      cause: error,
    });
  }
}

function writeOnce(root: string, name: string, text: string): InitChange {
  if (present(root, name, 'file')) return { path: name, done: 'kept' };
  writeFileSync(join(root, name), text, { flag: 'wx' });
  return { path: name, done: 'written' };
}

function ignore(root: string): InitChange {
  const path = '.gitignore';
  const before = present(root, path, 'file') ? readFileSync(join(root, path), 'utf8') : '';
  const lines = before.split('\n').map((line) => line.trim());
  const missing = IGNORED.filter((line) => !lines.includes(line));
  if (missing.length === 0) return { path, done: 'kept' };
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  appendFileSync(join(root, path), `${gap}${missing.join('\n')}\n`);
  return { path, done: 'written' };
}

function makeFolder(root: string, name: string): InitChange {
  if (present(root, name, 'folder')) return { path: `${name}/`, done: 'kept' };
  mkdirSync(join(root, name));
  return { path: `${name}/`, done: 'written' };
}

/** Whether it is there. @throws UserError `refused` when it is a link or something else. */
function present(root: string, name: string, kind: 'file' | 'folder'): boolean {
  const stat = lstatSync(join(root, name), { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (kind === 'file' ? stat.isFile() : stat.isDirectory()) return true;
  const what = stat.isSymbolicLink() ? 'a link, which may lead out of the project' : `not a ${kind}`;
  throw new UserError('refused', `${name} is ${what}.`, { where: { file: name }, hint: 'Move it away and try again.' });
}
