import { hostOf, hostRefusal, isRefusedUrl, readUrl } from '../url.ts';

/** A commit of a repository on the public internet, and a folder in it (the empty string = all of it). */
export type GitSource = {
  readonly url: URL;
  /** 40 hex digits. */
  readonly commit: string;
  readonly folder: string;
  /** How it is recorded: `https://host/path#commit:folder`. */
  readonly shown: string;
};

/** Why a text names no such commit. Says nothing of what was written, which may hold a password. */
export type GitRefusal = { readonly refused: string };

const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Whether a text is meant as the address of a repository, in whatever form git would take it. Only what
 * {@link readGitSource} reads is fetched.
 */
export function looksLikeGit(text: string): boolean {
  return (
    text.startsWith('-') || /^[A-Za-z][A-Za-z0-9+.-]*::?\/?\//.test(text) || /^[\w+-]+::/.test(text) || SCP.test(text)
  );
}

/** `user@host:path` and `host:path`, which git takes for SSH. */
const SCP = /^(?:[^/\\]+@[^/\\@:]+|[^/\\@:]{2,}):(?![\\/]{2})/;

/**
 * Reads `https://host/path#<commit>[:<folder>]`, or the same without fragment and the commit beside it. Only https; no
 * user, no query, no option in the place of anything; the host is on the public internet as far as its name says.
 */
export function readGitSource(text: string, beside: string | undefined): GitSource | GitRefusal {
  const hash = text.indexOf('#');
  const address = hash === -1 ? text : text.slice(0, hash);
  const fragment = hash === -1 ? beside : text.slice(hash + 1);
  if (!/^https:\/\//i.test(address)) {
    return { refused: 'Only https:// addresses of repositories are fetched.' };
  }
  if (/^https:\/\/[^/?#]*@/i.test(address)) {
    return { refused: 'The address has a user or password in it, which would be recorded; leave it out.' };
  }
  const url = readUrl(address);
  if (isRefusedUrl(url)) return { refused: 'The address of the repository cannot be read as a plain URL.' };
  if (url.search !== '' || address.includes('?')) return { refused: 'The address of a repository has no query.' };
  if (!/^\/[\w.~/+-]+$/.test(url.pathname) || /(^|\/)[-.]/.test(url.pathname)) {
    return { refused: 'The path of the repository holds what no path of a repository needs.' };
  }
  const closed = hostRefusal(hostOf(url));
  if (closed !== undefined) return { refused: `The host is closed: ${closed}.` };
  if (hash !== -1 && beside !== undefined) return { refused: 'The commit is named twice; name it once.' };
  if (fragment === undefined) {
    return { refused: 'No commit is named; end the address with "#" and the 40 hex digits of one.' };
  }
  const [commit = '', folder = '', ...more] = fragment.split(':');
  if (!COMMIT.test(commit) || more.length > 0) {
    return { refused: 'A commit is named by its 40 hex digits; a branch or tag may mean another tomorrow.' };
  }
  const where = folder === '' ? '' : `:${folder}`;
  return { url, commit, folder, shown: `${url.origin}${url.pathname}#${commit}${where}` };
}

export function isRefusedGit(read: GitSource | GitRefusal): read is GitRefusal {
  return 'refused' in read;
}
