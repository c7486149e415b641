import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OpError } from '../../op-error.ts';
import { addressRefusal } from '../address.ts';
import { type Endpoint, openWays, reachPublic, type WaysOptions } from '../reach.ts';
import { addressOf } from '../url.ts';
import { runGit } from './run.ts';
import type { GitSource } from './source.ts';
import type { Repository } from './tree.ts';

const MS = 120_000;
/** The first git that dials the addresses it is given. */
const LEAST = [2, 37] as const;

/**
 * Fetches one commit without its history into a repository of its own, for `use`; afterwards nothing of it is left.
 * The name of the host is looked up once, every address must be on the public internet, and git dials exactly those.
 * @param searchPath PATH to find git by.
 * @throws OpError `refused`, `unreachable`, `git`, `too_large`, `timeout`.
 */
export async function withCommit<T>(
  { url, commit }: GitSource,
  {
    ways,
    searchPath,
    signal,
  }: { readonly ways: WaysOptions; readonly searchPath: string; readonly signal: AbortSignal },
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const opened = openWays(ways);
  const endpoints = await reachPublic(url, addressRefusal, opened, signal);
  const scene = mkdtempSync(path.join(realpathSync(tmpdir()), 'reyn-git-'));
  try {
    const home = path.join(scene, 'home');
    mkdirSync(home);
    const repository: Repository = { gitDir: path.join(scene, 'repository'), home, path: searchPath, signal };
    const call = { ...repository, maxOutput: 64 * 1024, ms: MS };
    checkVersion((await runGit({ ...call, args: ['version'] })).toString('utf8'));
    await runGit({ ...call, args: ['init', '--quiet', '--bare', '--template=', '--object-format=sha1'] });
    const trusted = path.join(scene, 'ca.pem');
    if (opened.ca !== undefined) writeFileSync(trusted, opened.ca);
    await runGit({
      ...call,
      args: [
        ...['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'],
        ...['--no-auto-maintenance', '--end-of-options', url.href, commit],
      ],
      config: [`http.curloptResolve=${pinned(url, endpoints)}`],
      env: opened.ca === undefined ? {} : { GIT_SSL_CAINFO: trusted },
    });
    return await use(repository);
  } finally {
    rmSync(scene, { recursive: true, force: true });
  }
}

/** `host:port:address,…` as libcurl's CURLOPT_RESOLVE has it. */
function pinned(url: URL, endpoints: readonly Endpoint[]): string {
  const addresses = endpoints.map(({ address }) => (address.includes(':') ? `[${address}]` : address));
  return `${addressOf(url)}:${url.port === '' ? 443 : url.port}:${addresses.join(',')}`;
}

function checkVersion(said: string): void {
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(said)?.map(Number) ?? [];
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return;
  throw new OpError('git', `git ${LEAST.join('.')} or newer is needed, and this is ${said.trim()}`);
}
