import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withCommit } from '../../../../src/os/network/git/fetch.ts';
import { type GitSource, isRefusedGit, readGitSource } from '../../../../src/os/network/git/source.ts';
import { listTree, readEntries } from '../../../../src/os/network/git/tree.ts';
import { testWays } from '../../../../src/os/network/test-network.ts';
import { CERTIFICATE, KEY } from '../certificate.ts';

let root = '';
let commit = '';
let server: https.Server;
let port = 0;
const seen: string[] = [];

/** A repository of two commits behind the HTTP server that comes with git. */
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-git-test-'));
  const work = path.join(root, 'work');
  fs.mkdirSync(work);
  const env = { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd: work, env, encoding: 'utf8' });
  git('init', '-q');
  fs.writeFileSync(path.join(work, 'skill.md'), 'first');
  git('add', '-A');
  git('commit', '-q', '-m', 'one');
  commit = git('rev-parse', 'HEAD').trim();
  fs.writeFileSync(path.join(work, 'skill.md'), 'second');
  git('commit', '-q', '-a', '-m', 'two');
  git('clone', '-q', '--bare', '.', '../repo.git');
  server = https.createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const [pathname = '', query = ''] = (request.url ?? '').split('?', 2);
    if (pathname.startsWith('/moved.git')) {
      response.writeHead(302, { Location: `https://ok.test:${port}/repo.git${pathname.slice(10)}?${query}` }).end();
      return;
    }
    if (pathname.startsWith('/locked.git')) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
      return;
    }
    const { headers } = request;
    const cgi = spawn('git', ['http-backend'], {
      env: {
        ...env,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: String(headers['content-encoding'] ?? ''),
        GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(cgi.stdin);
    const out: Buffer[] = [];
    cgi.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    cgi.on('close', () => {
      const all = Buffer.concat(out);
      const end = all.indexOf('\r\n\r\n');
      const lines = all
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => line.split(': '));
      const status = lines.find(([name]) => name === 'Status')?.[1];
      response.writeHead(
        Number.parseInt(status ?? '200', 10),
        Object.fromEntries(lines.filter(([name]) => name !== 'Status')),
      );
      response.end(all.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  fs.rmSync(root, { recursive: true, force: true });
});

function sourceOf(name: string, at: string, host = 'ok.test'): GitSource {
  const read = readGitSource(`https://${host}:${port}/${name}`, at);
  if (isRefusedGit(read)) throw new Error(read.refused);
  return read;
}

function fetched(source: GitSource, ca: string | undefined = CERTIFICATE): Promise<readonly string[]> {
  const ways = testWays({ origins: { [`https://ok.test:${port}`]: port }, ...(ca === undefined ? {} : { ca }) });
  const to = { ways, searchPath: process.env.PATH ?? '', signal: new AbortController().signal };
  return withCommit(source, to, async (repository) => {
    const files = await readEntries(repository, await listTree(repository, source.commit, ''));
    return files.map(({ name, bytes }) => `${name}: ${Buffer.from(bytes).toString()}`);
  });
}

const leftovers = () =>
  fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('reyn-git-') && !name.includes('test'));

describe('fetching a commit', () => {
  it('takes that commit and no other, from the address that was judged, and leaves nothing', async () => {
    const before = leftovers();
    expect(await fetched(sourceOf('repo.git', commit))).toEqual(['skill.md: first']);
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
    expect(seen.every((line) => /^(GET|POST) \/repo\.git\//.test(line))).toBe(true);
  });

  it('says what is wrong when there is no such commit', async () => {
    await expect(fetched(sourceOf('repo.git', '1'.repeat(40)))).rejects.toMatchObject({ code: 'git' });
  });

  it('follows no redirect', async () => {
    await expect(fetched(sourceOf('moved.git', commit))).rejects.toMatchObject({ code: 'git' });
  });

  it('asks nobody for a password', async () => {
    await expect(fetched(sourceOf('locked.git', commit))).rejects.toMatchObject({ code: 'git' });
  });

  it('trusts no certificate that nobody has signed', async () => {
    const ways = testWays({ origins: { [`https://ok.test:${port}`]: port } });
    const to = { ways, searchPath: process.env.PATH ?? '', signal: new AbortController().signal };
    await expect(withCommit(sourceOf('repo.git', commit), to, async () => 'read')).rejects.toThrow(/certificate/);
  });

  it('does not dial a name that leads inside', async () => {
    const ways = { resolver: async () => ['93.184.215.14', '127.0.0.1'] };
    const to = { ways, searchPath: process.env.PATH ?? '', signal: new AbortController().signal };
    const before = seen.length;
    await expect(withCommit(sourceOf('repo.git', commit), to, async () => 'read')).rejects.toMatchObject({
      code: 'refused',
    });
    expect(seen).toHaveLength(before);
  });
});
