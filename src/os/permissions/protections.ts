import { Bug } from '../errors.ts';
import { compileGlob, type Glob, isGlobProblem } from '../workspace/glob.ts';
import { foldName, globParts, isRefusal, type Location, localPath, parseLocation } from '../workspace/location.ts';

/**
 * Places no grant, rule or answer opens to a file op, present or absent, in the project and outside of it.
 *
 *  - P-1 Names are compared folded (case, Unicode forms, what some disks ignore), so that every spelling that any disk
 *    takes for the place is the place.
 *  - P-2 A protected folder protects all below it.
 *  - P-3 The run's own work folder is nobody else's: nothing in it is protected.
 */
export type Protection = {
  readonly id: string;
  /** `write`: may be read where declared. `all`: neither read nor written. */
  readonly closes: 'write' | 'all';
  /** Names, folded, of a file or folder anywhere in the project. */
  readonly names?: readonly string[];
  /** Globs over folded paths, for what a name alone does not tell. */
  readonly globs?: readonly string[];
  /** Why, as the end of "… is closed: ". */
  readonly reason: string;
};

export const PROTECTIONS: readonly Protection[] = [
  {
    id: 'state',
    closes: 'all',
    names: ['.reyn', 'reyn~1'],
    reason: 'it holds the log and the state of runs, which only Reyn itself writes',
  },
  {
    id: 'git',
    closes: 'all',
    names: ['.git', 'git~1', '.gitmodules', '.hg', '.svn', '.jj', '.bzr'],
    reason: 'version control runs hooks and filters from it',
  },
  {
    id: 'secrets',
    closes: 'all',
    names: [
      ...['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.password-store'],
      ...[
        '.netrc',
        '_netrc',
        '.git-credentials',
        '.pgpass',
        '.htpasswd',
        '.pypirc',
        '.npmrc',
        '.yarnrc',
        '.yarnrc.yml',
      ],
      ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519'],
    ],
    globs: [
      '**/.env*',
      '**/.docker/config.json',
      '**/.config/{gcloud,gh,reyn}',
      '**/{shadow,gshadow}',
      '**/*.{pem,key,p12,pfx,jks,keystore,kdbx,ppk}',
    ],
    reason: 'it may hold keys or passwords',
  },
  {
    id: 'eval',
    closes: 'all',
    globs: ['**/reyn/{project,local}/**/eval.md', '**/reyn/{project,local}/**/evals'],
    reason: 'a skill that could see or change its own exam could not be trusted with the result',
  },
  {
    id: 'config',
    closes: 'write',
    globs: ['**/reyn*.{yaml,yml}'],
    reason: 'it holds the limits and the policy that runs are held to',
  },
  {
    id: 'packages',
    closes: 'write',
    names: ['node_modules', '.pnpmfile.cjs', '.pnp.cjs', '.pnp.loader.mjs', '.venv', 'site-packages'],
    reason: 'installed code is run by people and tools without being read again',
  },
  {
    id: 'lock',
    closes: 'write',
    names: [
      ...[
        'package-lock.json',
        'npm-shrinkwrap.json',
        'yarn.lock',
        'pnpm-lock.yaml',
        'bun.lock',
        'bun.lockb',
        'deno.lock',
      ],
      ...[
        'cargo.lock',
        'poetry.lock',
        'pipfile.lock',
        'uv.lock',
        'gemfile.lock',
        'composer.lock',
        'go.sum',
        'flake.lock',
      ],
    ],
    reason: 'it decides which code gets installed; the package manager writes it',
  },
  {
    id: 'ci',
    closes: 'write',
    names: [
      ...[
        '.gitlab-ci.yml',
        '.travis.yml',
        '.drone.yml',
        'jenkinsfile',
        'azure-pipelines.yml',
        'bitbucket-pipelines.yml',
      ],
      ...['.circleci', '.buildkite', '.woodpecker', '.woodpecker.yml', 'appveyor.yml', '.appveyor.yml'],
    ],
    globs: ['**/.github/{workflows,actions}'],
    reason: 'a build machine runs it, with keys that people here do not have',
  },
  {
    id: 'hooks',
    closes: 'write',
    names: [
      ...['.husky', '.githooks', '.gitattributes', '.gitconfig', '.pre-commit-config.yaml'],
      ...['lefthook.yml', '.lefthook.yml', 'lefthook.yaml', '.lefthook.yaml'],
    ],
    reason: 'version control runs what it names',
  },
  {
    id: 'editor',
    closes: 'write',
    names: ['.vscode', '.idea', '.fleet', '.zed', '.devcontainer', '.exrc', '.vimrc', '.nvimrc', '.dir-locals.el'],
    reason: 'editors run tasks and change their own permissions from it',
  },
  {
    id: 'agents',
    closes: 'write',
    names: [
      ...['.hermes', '.claude', '.claude.json', '.codex', '.openclaw', '.cursor', '.windsurf', '.gemini', '.mcp.json'],
      ...['.aider.conf.yml', '.continue', '.cline', '.roo'],
    ],
    reason: 'it steers another agent, and what that agent may do',
  },
  {
    id: 'shell',
    closes: 'write',
    names: [
      ...['.profile', '.bashrc', '.bash_profile', '.bash_login', '.bash_logout', '.bash_aliases', '.inputrc', '.kshrc'],
      ...['.zshrc', '.zshenv', '.zprofile', '.zlogin', '.zlogout', '.cshrc', '.tcshrc', '.login', '.xprofile'],
    ],
    globs: ['**/.config/{fish,autostart,systemd,git}', '**/fish/config.fish', '**/fish/conf.d'],
    reason: 'a shell or desktop runs it at its start',
  },
];

type Compiled = {
  readonly byName: ReadonlyMap<string, Protection>;
  readonly byGlob: readonly { readonly glob: Glob; readonly protection: Protection }[];
};

function compile(list: readonly Protection[]): Compiled {
  return {
    byName: new Map(list.flatMap((protection) => (protection.names ?? []).map((name) => [name, protection]))),
    byGlob: list.flatMap((protection) =>
      (protection.globs ?? []).flatMap((text) => {
        const glob = compileGlob(text);
        return isGlobProblem(glob) ? [] : [{ glob, protection }];
      }),
    ),
  };
}

let compiled: Compiled | undefined;

/** No name is equal to it. */
const NOTHING = '/';

/** Folders of the system, by the first name below the root of the disk. */
const SYSTEM: Readonly<Record<string, Protection['closes']>> = {
  ...Object.fromEntries(['proc', 'sys', 'dev', 'run'].map((name) => [name, 'all' as const])),
  ...Object.fromEntries(
    ['etc', 'usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'boot', 'system', 'library'].map((name) => [
      name,
      'write' as const,
    ]),
  ),
};

/** A place of this machine that is closed whatever it is called: the skills that ship, the user's own settings. */
export type ClosedPlace = {
  readonly id: string;
  readonly closes: Protection['closes'];
  /** A location as {@link globParts} writes it. */
  readonly parts: readonly string[];
  readonly reason: string;
};

/** A closed place by its absolute path, as ops of a project would name it. */
export function closedPlace(root: string, path: string, rest: Omit<ClosedPlace, 'parts'>): ClosedPlace {
  const location = parseLocation(localPath(root, path));
  if (isRefusal(location)) throw new Bug(`${path} cannot be closed: ${location.refused}`);
  return { ...rest, parts: globParts(location) };
}

/** The protection that closes a place to an act; `undefined` when none does. */
export function protectionOf(
  location: Location,
  act: 'read' | 'write',
  places: readonly ClosedPlace[],
): Pick<Protection, 'id' | 'reason'> | undefined {
  if (location.root === 'work' || location.root === 'blob') return undefined;
  compiled ??= compile(PROTECTIONS);
  const closes = (protection: Pick<Protection, 'closes'>) => act === 'write' || protection.closes === 'all';
  const folded = location.segments.map(foldName);
  const parts = location.root === 'outside' ? ['', ...folded] : folded;
  const place = places.find(
    (each) => closes(each) && each.parts.every((part, at) => foldName(part) === (parts[at] ?? NOTHING)),
  );
  if (place !== undefined) return place;
  if (location.root === 'outside') {
    const system = SYSTEM[folded[0] ?? ''];
    if (folded.length === 0 || (system !== undefined && closes({ closes: system }))) {
      return { id: 'system', reason: 'it belongs to the operating system' };
    }
  }
  for (const name of folded) {
    const found = compiled.byName.get(name);
    if (found !== undefined && closes(found)) return found;
  }
  return compiled.byGlob.find(({ glob, protection }) => closes(protection) && glob.covers(folded))?.protection;
}
