import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { simulatedClock, systemClock } from '../../../src/os/clock.ts';
import type { ModelConfig } from '../../../src/os/config/config.ts';
import { UserError } from '../../../src/os/errors.ts';
import { decodeReply } from '../../../src/os/models/decode.ts';
import { requestBytes } from '../../../src/os/models/frame-request.ts';
import { type ModelEnv, openModel } from '../../../src/os/models/open.ts';
import type { Encoding, Frame, Model } from '../../../src/os/models/port.ts';
import { DEGRADATIONS } from '../../../src/os/models/schema-codec.ts';
import { modelConformance } from './conformance.ts';
import { DRAFT, frame } from './frames.ts';
import { WIRES } from './wire/list.ts';
import { fails, type Scene, type Server, startServer, type Wire } from './wire/server.ts';

const KEY = 'sk-very-secret-0123456789';

const OWN_KEYS = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY', 'REYN_API_KEY'];

const opened: Server<unknown>[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of opened.splice(0)) await server.close();
});

async function serve(wire: Wire, ...scenes: [Scene, ...Scene[]]): Promise<Server<unknown>> {
  const server = await startServer(wire.prefix, scenes);
  opened.push(server);
  return server;
}

function modelAt(wire: Wire, baseUrl: string, config: Partial<ModelConfig> = {}, env: Partial<ModelEnv> = {}): Model {
  const full = {
    provider: wire.provider,
    model: 'bee-1',
    base_url: baseUrl,
    encoding: 'tools',
    max_output_tokens: 500,
    timeout: 60,
    api_key_env: 'BEE_KEY',
    ...config,
  } as const;
  return openModel('bee', full as ModelConfig, { env: { BEE_KEY: KEY }, clock: simulatedClock(), ...env });
}

async function ask(model: Model, seen: Frame = frame()) {
  return model.turn(seen, { signal: new AbortController().signal, maxOutputTokens: 200 });
}

async function failureOf(turn: Promise<unknown>): Promise<UserError> {
  const error = await turn.then(
    () => new Error('the turn succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}

const done = { artifact: { text: 'done' } };
const doneJson = JSON.stringify({
  control: { type: 'finish', next_phase: null, confidence: null, reason: null },
  artifact: { type: 'summary', data: { text: 'done' } },
  ops: [],
});
const LARGE = {
  ...DRAFT,
  properties: { ...(DRAFT.properties as object), note: { type: 'string', maxLength: 5000, pattern: '^a' } },
};

describe.each(WIRES.map((wire) => [wire.provider, wire] as const))('%s', (_, wire) => {
  const finishes = wire.answers({ calls: [['finish', done]] });

  for (const [encoding, scene] of [
    ['tools', finishes],
    ['json', wire.answers({ text: doneJson })],
  ] as const satisfies [Encoding, Scene][]) {
    const opens = (answer: Scene) => async () => {
      const server = await startServer(wire.prefix, [answer]);
      return { model: modelAt(wire, server.baseUrl, { encoding }, { clock: systemClock }), close: server.close };
    };
    modelConformance(`${wire.provider} with ${encoding} over HTTP`, opens(scene), opens(wire.stalls));
  }

  it('is sent the frame as one system and one user text and tools, one of which must be called', async () => {
    const server = await serve(wire, finishes);
    const { usage } = await ask(modelAt(wire, server.baseUrl));
    const [request] = server.requests.map(wire.read);
    expect(request).toMatchObject({ forced: true, limit: 200, key: KEY, user: '# Input\n{"text":"bees"}' });
    expect(request?.system).toMatch(/^# Role\nYou write\.\n\n# Instructions\nWrite a draft\.\n\n# How to answer\n/);
    expect(request?.tools.map(({ name }) => name)).toEqual([
      ...frame().candidates.map(({ id }) => id),
      'read_file',
      'write_file',
    ]);
    expect(usage).toEqual({ input: 120, output: 30, cached: 100 });
  });

  it('is sent no tools in the json encoding', async () => {
    const server = await serve(wire, wire.answers({ text: doneJson }));
    const model = modelAt(wire, server.baseUrl, { encoding: 'json' });
    const { reply } = await ask(model);
    const [request] = server.requests.map(wire.read);
    expect(request).toMatchObject({ tools: [], forced: false });
    for (const { id } of frame().candidates) expect(request?.system).toContain(`- ${id}: `);
    expect(reply).toEqual({ calls: [], text: doneJson, finish: 'stop' });
  });

  it('may call several ops at once', async () => {
    const calls = [
      ['read_file', { path: 'a' }],
      ['write_file', { path: 'b', text: '' }],
      ['read_file', { path: 'c' }],
    ] as const;
    const server = await serve(wire, wire.answers({ calls }));
    const { reply } = await ask(modelAt(wire, server.baseUrl));
    expect(reply.calls).toEqual(calls.map(([name, args]) => ({ name, args })));
    expect(JSON.stringify(server.requests[0]?.body)).not.toMatch(/"(parallel_tool_calls":false|disable_\w+":true)/);
  });

  it.each([
    ['refusal', wire.refuses()],
    ['cut_off', wire.answers({ text: 'and so', cutOff: true })],
  ])('breaks the contract with a %s', async (code, scene) => {
    const server = await serve(wire, scene);
    const { reply } = await ask(modelAt(wire, server.baseUrl));
    expect(decodeReply(reply, frame(), 'tools')).toMatchObject({ ok: false, violation: { code } });
  });

  it.each([
    ['an answer without an end', wire.trailsOff('some ')],
    ['an error within the answer', wire.failsMidway('overloaded')],
    ['a 503', fails(503, wire.error('busy'))],
    ['a 429', fails(429, wire.error('slow down'), { 'retry-after': '3' })],
  ])('is asked again after %s', async (_case, scene) => {
    const server = await serve(wire, scene, finishes);
    const { reply } = await ask(modelAt(wire, server.baseUrl));
    expect(server.requests).toHaveLength(2);
    expect(reply.calls).toEqual([{ name: 'finish', args: done }]);
  });

  it('is named with its status and what to check', async () => {
    const server = await serve(wire, fails(401, wire.error('bad key')), fails(404, wire.error('no such model')));
    const model = modelAt(wire, server.baseUrl);
    const refused = await failureOf(ask(model));
    expect(refused.message).toBe(`${wire.provider}/bee-1 answered 401: bad key.`);
    expect(refused.hint).toBe('Check the key in the environment variable BEE_KEY, and that it may use "bee-1".');
    const absent = await failureOf(ask(model));
    expect(absent.message).toContain(`${wire.provider}/bee-1 answered 404: no such model`);
    expect(absent.hint).toContain(server.baseUrl);
  });

  it.each([400, 401, 403, 500])('keeps the key out of the error of a %i that echoes it', async (status) => {
    const server = await serve(wire, fails(status, wire.error(`Bearer ${KEY} is wrong (${encodeURIComponent(KEY)})`)));
    const error = await failureOf(ask(modelAt(wire, server.baseUrl)));
    const said = `${error.message}${error.hint}${error.stack}${JSON.stringify(error)}${String(error.cause)}`;
    expect(said).not.toContain(KEY);
    expect(said).toContain('[key]');
  });

  describe('with a schema it refuses', () => {
    const refusal = fails(400, wire.error("Invalid schema: 'pattern' is not permitted"));
    const seen = frame({ candidates: [{ id: 'finish', kind: 'finish', type: 'draft', schema: LARGE }] });
    const drafted = wire.answers({ calls: [['finish', { artifact: { title: 't', points: [] } }]] });

    it('gets a simpler one at once, and the next call begins there', async () => {
      const server = await serve(wire, refusal, drafted);
      const model = modelAt(wire, server.baseUrl);
      const { reply } = await ask(model, seen);
      await ask(model, seen);
      const [first, second, third] = server.requests.map((request) => JSON.stringify(wire.read(request).tools));
      expect(second).not.toBe(first);
      expect(third).toBe(second);
      expect(decodeReply(reply, seen, 'tools')).toMatchObject({ ok: true });
    });

    it('is given up after the last step, with the way out', async () => {
      const server = await serve(wire, refusal);
      const error = await failureOf(ask(modelAt(wire, server.baseUrl), seen));
      expect(new Set(server.requests.map(({ body }) => JSON.stringify(body))).size).toBe(server.requests.length);
      expect(server.requests.length).toBeGreaterThan(1);
      expect(error.hint).toContain('`encoding: json`');
    });

    it('never gets a simpler one for another refusal', async () => {
      const server = await serve(wire, fails(400, wire.error('This model has a maximum context length of 10 tokens')));
      await failureOf(ask(modelAt(wire, server.baseUrl), seen));
      expect(server.requests).toHaveLength(1);
    });
  });

  it.each(DEGRADATIONS)('is sent at most what is reserved, degraded as far as %s', async (schema) => {
    const server = await serve(wire, finishes);
    const seen = frame({ candidates: [{ id: 'finish', kind: 'finish', type: 'draft', schema: LARGE }] });
    await ask(modelAt(wire, server.baseUrl, { schema }), seen);
    expect(server.requests[0]?.bytes).toBeLessThanOrEqual(requestBytes(seen, 'tools'));
  });

  it('is sent no key where there is none, whatever this process has in its environment', async () => {
    const server = await serve(wire, finishes);
    for (const name of OWN_KEYS) vi.stubEnv(name, KEY);
    await ask(modelAt(wire, server.baseUrl, {}, { env: {} }));
    const { headers } = server.requests[0] ?? {};
    expect(JSON.stringify(headers)).not.toMatch(/x-api-key|x-goog-api-key|bearer|authorization/i);
    expect(JSON.stringify(headers)).not.toContain(KEY);
  });

  it.each([
    ['with a line break', `${KEY}\nX-Other: 1`],
    ['with a space', `${KEY} x`],
    ['with other characters', `${KEY}é✓`],
  ])('is not asked with a key %s, which no message shows', async (_case, key) => {
    const server = await serve(wire, finishes);
    const error = await failureOf(ask(modelAt(wire, server.baseUrl, {}, { env: { BEE_KEY: key } })));
    expect(error.message).toBe('What the environment variable BEE_KEY holds is not a key.');
    expect(`${error.hint}${error.stack}`).not.toContain(KEY);
    expect(server.requests).toEqual([]);
  });

  it('asked by many at once takes one step for all', async () => {
    const refusal = fails(400, wire.error('schema not supported'));
    const server = await serve(wire, (response, seen) => {
      const first = JSON.stringify(wire.read(server.requests[0] as never).tools);
      return JSON.stringify(wire.read(seen).tools) === first ? refusal(response, seen) : finishes(response, seen);
    });
    const seen = frame({ candidates: [{ id: 'finish', kind: 'finish', type: 'draft', schema: LARGE }] });
    const model = modelAt(wire, server.baseUrl);
    const turns = await Promise.all(Array.from({ length: 6 }, () => ask(model, seen)));
    expect(turns.map(({ reply }) => reply.calls.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new Set(server.requests.map((request) => JSON.stringify(wire.read(request).tools))).size).toBe(2);
  });
});

describe('a provider at its own address', () => {
  it.each(['openai', 'anthropic', 'google'] as const)('is not asked without a key: %s', async (provider) => {
    const config = {
      provider,
      model: 'm',
      encoding: 'tools',
      max_output_tokens: 9,
      timeout: 1,
      api_key_env: 'K',
    } as const;
    const error = await failureOf(ask(openModel('m', config, { env: {}, clock: systemClock })));
    expect(error.message).toBe(`${provider}/m needs a key, and there is none.`);
    expect(error.hint).toBe('Put the key into the environment variable K; it is not set.');
  });
});

describe('a key in a file', () => {
  const [wire] = WIRES as [Wire];
  const finishes = wire.answers({ calls: [['finish', done]] });

  async function asked(prepare: (dir: string) => void): Promise<{ key: string | undefined } | UserError> {
    const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-key-'));
    try {
      fs.writeFileSync(path.join(dir, 'key'), `${KEY}\n`, { mode: 0o600 });
      prepare(dir);
      const server = await serve(wire, finishes);
      const model = modelAt(wire, server.baseUrl, { api_key_file: '~/key' }, { env: { HOME: dir } });
      return await ask(model).then(
        () => ({ key: wire.read(server.requests[0] as never).key }),
        (error: unknown) => error as UserError,
      );
    } finally {
      fs.rmSync(dir, { recursive: true });
    }
  }

  it('is used where the variable is not set', async () => {
    expect(await asked(() => undefined)).toEqual({ key: KEY });
  });

  it.each([
    ['others may read it', (dir: string) => fs.chmodSync(path.join(dir, 'key'), 0o640), 'may be read by others'],
    [
      'it lies in a skill',
      (dir: string) => fs.writeFileSync(path.join(dir, 'skill.md'), ''),
      'lies in the folder of a skill',
    ],
    ['it is absent', (dir: string) => fs.rmSync(path.join(dir, 'key')), 'cannot be read: ENOENT'],
    ['it is empty', (dir: string) => fs.truncateSync(path.join(dir, 'key')), 'does not hold a key'],
    [
      'it holds more than a key',
      (dir: string) => fs.appendFileSync(path.join(dir, 'key'), '-----BEGIN\nsecond line'),
      'does not hold a key',
    ],
  ])('is refused when %s', async (_, prepare, why) => {
    const error = (await asked(prepare)) as UserError;
    expect(error.message).toContain(`The key file ~/key ${why}`);
    expect(`${error.message}${error.hint}`).not.toContain(KEY);
  });
});
