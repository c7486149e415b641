import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, onePhase, type ProjectSpec, type TestProject } from '../../project.ts';
import { says, startWireServer, type WireServer } from '../models/wire-server.ts';

const KEY = 'key-of-mine-77';
const md = onePhase('demo', 'artifacts: { note: { text: string } }', 'entry: demo');

/** A project with a home of its own, nothing of which is trusted unless a test says so, and a server that must see nothing. */
async function withServer(body: (server: WireServer) => Promise<void>): Promise<void> {
  const server = await startWireServer(says('hello'));
  try {
    await body(server);
  } finally {
    await server.close();
  }
}

function home(config = ''): string {
  const dir = fs.mkdtempSync('/tmp/reyn-home-');
  fs.mkdirSync(path.join(dir, '.config/reyn'), { recursive: true, mode: 0o700 });
  if (config !== '') fs.writeFileSync(path.join(dir, '.config/reyn/config.yaml'), config);
  return dir;
}

const inHome = async (
  config: string,
  spec: (env: Record<string, string>) => ProjectSpec,
  body: (project: TestProject) => Promise<void>,
) => {
  const dir = home(config);
  try {
    await inProject(spec({ HOME: dir, REYN_API_KEY: KEY, MY_KEY: KEY }), body);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
};

describe('a model that a file of the project defines', () => {
  it.each([
    ['with its address', (url: string) => `models: { far: { base_url: "${url}" } }`, 'far', ''],
    ['with another key', (url: string) => `models: { mine: { api_key_env: MY_KEY, base_url: "${url}" } }`, 'mine', ''],
    [
      'as the address alone of the user’s own',
      (url: string) => `base_url: "${url}"`,
      'mine',
      'models: { mine: { provider: openai, api_key_env: MY_KEY } }\n',
    ],
  ])('%s is not asked until somebody has trusted that', (_, config, model, user) =>
    withServer((server) =>
      inHome(
        user,
        (env) => ({ skills: { demo: { md } }, model, config: [config(server.baseUrl)], open: { env } }),
        async (project) => {
          await expect(project.run('demo', 'go')).rejects.toMatchObject({ code: 'untrusted' });
          await expect(project.run('demo', 'go', { model })).rejects.toMatchObject({ code: 'untrusted' });
          expect(server.requests).toEqual([]);
          expect(project.reyn.runs.list()).toEqual([]);
          const tested = await project.reyn.models.test(model).catch((error: unknown) => error);
          expect(JSON.stringify(tested)).not.toContain('"ok":true');
          expect(server.requests).toEqual([]);
        },
      ),
    ),
  );

  it('is asked where it is trusted', () =>
    withServer((server) =>
      inHome(
        '',
        (env) => ({
          skills: { demo: { md } },
          model: 'far',
          config: [`models: { far: { base_url: "${server.baseUrl}" } }`],
          open: { env: { ...env, REYN_TRUST_PROJECT: '1' } },
        }),
        async (project) => {
          await project.run('demo', 'go');
          expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
        },
      ),
    ));
});

describe('a run that came with the project', () => {
  /** Begins the run where everything is trusted, as on the machine it came from, and goes on with it here. */
  const resumed = (pin: (url: string) => object, config: string, check: (end: unknown, server: WireServer) => void) =>
    withServer((server) =>
      inHome(
        config.replace('URL', server.baseUrl),
        (env) => ({
          skills: { demo: { md } },
          model: 'far',
          files: { 'reyn.local.yaml': JSON.stringify({ models: { far: pin(server.baseUrl) } }) },
          open: { env },
        }),
        async (project) => {
          const there = { HOME: project.root, REYN_TRUST_PROJECT: '1' };
          await project.reopen({ env: there });
          const controller = new AbortController();
          const { run, status } = await project.run('demo', 'go', {
            signal: controller.signal,
            onEvent: () => controller.abort(new Error('stop')),
          });
          expect(status).toBe('interrupted');
          project.write('reyn.yaml', 'model: scripted');
          project.write('reyn.local.yaml', '');
          const reyn = await project.reopen();
          const end = await reyn.resume(run).catch((error: unknown) => error);
          check(end, server);
        },
      ),
    );

  it.each([
    ['the key of the default variable', (url: string) => ({ base_url: url, api_key_env: 'REYN_API_KEY' })],
    ['the key of another variable', (url: string) => ({ base_url: url, api_key_env: 'MY_KEY' })],
    ['a file', (url: string) => ({ base_url: url, api_key_env: 'NONE', api_key_file: '/etc/hostname' })],
    ['the key of another variable to a provider', () => ({ provider: 'openai', api_key_env: 'MY_KEY' })],
  ])('does not get %s sent to where its log says', (_, pin) =>
    resumed(pin, '', (end, server) => {
      expect(JSON.stringify(end)).toContain('untrusted');
      expect(server.requests).toEqual([]);
    }),
  );

  it('goes on where the user’s own configuration sends that key there', () =>
    resumed(
      (url) => ({ base_url: url, api_key_env: 'MY_KEY' }),
      'models: { far: { base_url: "URL", api_key_env: MY_KEY } }\n',
      (end, server) => {
        expect(JSON.stringify(end)).not.toContain('untrusted');
        expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
      },
    ));
});

describe('embeddings that a file of the project names', () => {
  it('are not made until somebody has trusted that', () =>
    withServer((server) =>
      inHome(
        '',
        (env) => ({
          skills: { demo: { md } },
          config: [`embeddings: { base_url: "${server.baseUrl}", model: e }`],
          open: { env },
        }),
        async (project) => {
          await project.reyn.op('index_write', {
            source: 'docs',
            documents: [{ key: 'a', text: 'words of a document' }],
          });
          await project.reyn.op('recall', { sources: ['docs'], query: 'words' });
          await project.reyn.index.search({ query: 'words' });
          expect(server.requests).toEqual([]);
          await project.reopen({ env: { HOME: project.root, REYN_TRUST_PROJECT: '1', REYN_API_KEY: KEY } });
          await project.reyn.index.search({ query: 'words' }).catch(() => undefined);
          expect(server.requests.length).toBeGreaterThan(0);
        },
      ),
    ));
});
