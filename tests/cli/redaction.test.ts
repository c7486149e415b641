import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { letters } from '../os/secrets/samples.ts';
import { folderWith } from './program.ts';
import { ioWith } from './surroundings.ts';

/** Nothing a command shows holds a secret: of the environment, of a file, of what a server answers. */

const KEY = `canary-${letters(24)}`;
const TOKEN = `ghp_${letters(36)}`;

function inFolder(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const { root, remove } = folderWith(files);
  onTestFinished(remove);
  return async (...argv: string[]) => {
    const all = { HOME: root, REYN_TRUST_PROJECT: '1', OPENAI_API_KEY: KEY, ...env };
    const { io, captured } = ioWith({ cwd: root, env: all });
    const exit = await runCli(argv, io);
    expect(captured.out + captured.err).not.toContain(KEY);
    expect(captured.out + captured.err).not.toContain(TOKEN);
    return { ...captured, exit };
  };
}

/** A server that says whatever it was sent, keys too, with an error. */
async function echoing(status: number): Promise<string> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const message = `no: ${request.headers.authorization} ${TOKEN} ${text.length}`;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const config = `
model: m
models:
  m: { provider: openai, api_key_env: "${KEY}", model: "bee ${TOKEN}" }
mcp: { servers: { s: { command: serve, args: [--token, "${TOKEN}"], env: { API_PASSWORD: "hunter2!x", PLAIN: yes1 } } } }
`;

describe('reyn config', () => {
  it.each([
    ['show', ['config', 'show']],
    ['show as JSON', ['--json', 'config', 'show']],
    ['get of a part', ['config', 'get', 'models']],
    ['get of one value', ['config', 'get', 'models.m.api_key_env']],
    ['get of servers as JSON', ['--json', 'config', 'get', 'mcp']],
    ['trust', ['config', 'trust', '--dry-run']],
  ])('%s shows no key that stands in the environment or in a file', async (_, argv) => {
    const reyn = inFolder({ 'reyn.yaml': config });
    const { out, exit } = await reyn(...argv);
    expect(exit).toBe(0);
    expect(out).toContain('[secret:');
    expect(out).not.toContain('hunter2!x');
  });

  it('shows the rest as it is', async () => {
    const reyn = inFolder({ 'reyn.yaml': config });
    expect((await reyn('config', 'get', 'mcp.servers.s.env.PLAIN')).out).toBe('yes1\n');
    expect((await reyn('config', 'get', 'mcp.servers.s.env.API_PASSWORD')).out).toBe('[secret:password]\n');
    expect(JSON.parse((await reyn('--json', 'config', 'get', 'models.m.provider')).out)).toBe('openai');
  });

  it('tells of a value that is wrong without telling a secret', async () => {
    const reyn = inFolder({ 'reyn.yaml': `model: scripted\non_ask: "${KEY}"\n${TOKEN}: 1\n` });
    expect((await reyn('config', 'check')).exit).toBe(2);
    expect((await reyn('run', 'anything')).exit).toBe(2);
  });
});

describe('what reyn says of an error', () => {
  it('holds no key, whatever was asked for', async () => {
    const reyn = inFolder({ 'reyn.yaml': 'model: scripted\n' });
    for (const argv of [
      ['run', KEY],
      ['runs', 'show', TOKEN],
      ['models', 'test', KEY],
      ['config', 'get', KEY],
      ['-C', `/nowhere/${KEY}`, 'config', 'show'],
      ['--debug', 'skill', 'show', TOKEN],
    ]) {
      const { err, exit } = await reyn(...argv);
      expect(exit).not.toBe(0);
      expect(err).toContain('[secret:');
    }
  });
});

describe('reyn models and doctor', () => {
  const models = (url: string) => `model: m\nmodels: { m: { base_url: "${url}", api_key_env: MINE, timeout: 3 } }\n`;

  it.each([400, 401, 404])('show and keep nothing of what a server echoes with %i', async (status) => {
    const reyn = inFolder({ 'reyn.yaml': models(await echoing(status)) }, { MINE: KEY });
    const test = await reyn('models', 'test', 'm');
    expect(test.exit).toBe(7);
    expect(test.err).toContain('[secret:github_token');
    expect((await reyn('models', 'probe', 'm')).exit).not.toBe(0);
    await reyn('--json', 'models', 'list');
    await reyn('doctor');
  });

  it('say nothing of a key that no header takes', async () => {
    const broken = `${KEY}\nsecond`;
    const reyn = inFolder({ 'reyn.yaml': models(await echoing(200)) }, { MINE: broken });
    const { out, exit } = await reyn('doctor');
    expect(exit).toBe(7);
    expect(out).toContain('What the environment variable MINE holds is not a key.');
  });

  it('show no key that stands where the name of its variable should', async () => {
    const reyn = inFolder({ 'reyn.yaml': models('http://127.0.0.1:9/v1').replace('MINE', KEY) });
    const { out } = await reyn('doctor', '--offline');
    expect(out).toContain('no key in [secret:OPENAI_API_KEY]');
  });
});
