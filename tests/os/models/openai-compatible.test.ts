import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, simulatedClock, systemClock } from '../../../src/os/clock.ts';
import type { ModelConfig } from '../../../src/os/config/config.ts';
import { UserError } from '../../../src/os/errors.ts';
import { decodeReply } from '../../../src/os/models/decode.ts';
import { openModel } from '../../../src/os/models/open.ts';
import type { Encoding, Frame, Model, Reply, Turn } from '../../../src/os/models/port.ts';
import { modelConformance } from './conformance.ts';
import { frame } from './frames.ts';
import * as wire from './wire-server.ts';

const KEY = 'sk-very-secret-0123456789';

let server: wire.WireServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A clock that notes how long it was asked to wait and does not wait. */
function notingClock(): Clock & { readonly waits: number[] } {
  const clock = simulatedClock();
  const waits: number[] = [];
  return {
    waits,
    now: clock.now,
    sleep: async (ms, signal) => {
      waits.push(ms);
      await clock.sleep(ms, signal);
    },
  };
}

type Settings = { clock?: Clock; key?: string; config?: Partial<ModelConfig> };

function modelAt(baseUrl: string, { clock = notingClock(), key = KEY, config = {} }: Settings = {}): Model {
  const full: ModelConfig = {
    provider: 'openai-compatible',
    model: 'bee-1',
    base_url: baseUrl,
    encoding: 'tools',
    max_output_tokens: 500,
    timeout: 60,
    api_key_env: 'BEE_KEY',
    ...config,
  };
  return openModel('bee', full, { env: key === '' ? {} : { BEE_KEY: key }, clock });
}

async function ask(model: Model, seen: Frame = frame(), onText?: (text: string) => void): Promise<Turn> {
  const signal = new AbortController().signal;
  return model.turn(seen, { signal, maxOutputTokens: 200, ...(onText === undefined ? {} : { onText }) });
}

async function askServer(settings: Settings, ...scenes: [wire.Scene, ...wire.Scene[]]): Promise<Turn> {
  server = await wire.startWireServer(...scenes);
  return ask(modelAt(server.baseUrl, settings));
}

async function failure(settings: Settings, ...scenes: [wire.Scene, ...wire.Scene[]]): Promise<UserError> {
  const error = await askServer(settings, ...scenes).then(
    () => new Error('the turn succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw error;
  expect(error.code).toBe('model');
  return error;
}

function firstRequest(): wire.WireRequestSeen {
  const [request] = server?.requests ?? [];
  if (request === undefined) throw new Error('nothing was asked');
  return request;
}

const done = { artifact: { text: 'done' } };
const finishes = wire.calls(['finish', done]);
const doneJson = JSON.stringify({
  control: { type: 'finish', next_phase: null, confidence: null, reason: null },
  artifact: { type: 'summary', data: { text: 'done' } },
  ops: [],
});
const finishReply: Reply = { calls: [{ name: 'finish', args: done }], text: '', finish: 'tools' };

for (const [encoding, scene, slow] of [
  ['tools', finishes, wire.stalls],
  ['json', wire.says(doneJson), wire.hangs],
] as const satisfies [Encoding, wire.Scene, wire.Scene][]) {
  const opens = (answer: wire.Scene) => async () => {
    const started = await wire.startWireServer(answer);
    return { model: modelAt(started.baseUrl, { clock: systemClock, config: { encoding } }), close: started.close };
  };
  modelConformance(`openai-compatible with ${encoding} over HTTP`, opens(scene), opens(slow));
}

describe('a request on the wire', () => {
  it('puts the frame into one system and one user message, edges and ops into tools, and demands a call', async () => {
    await askServer({}, finishes);
    const request = firstRequest();
    expect(request.path).toBe('/v1/chat/completions');
    expect(request.headers.authorization).toBe(`Bearer ${KEY}`);
    const { body } = request;
    expect(body).toMatchObject({
      model: 'bee-1',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 200,
      tool_choice: 'required',
    });
    expect(body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(body.messages[0]?.content).toMatch(
      /^# Role\nYou write\.\n\n# Instructions\nWrite a draft\.\n\n# How to answer\n/,
    );
    expect(body.messages[1]?.content).toBe('# Input\n{"text":"bees"}');
    const seen = frame();
    expect(body.tools?.map((tool) => tool.function.name)).toEqual([
      ...seen.candidates.map(({ id }) => id),
      'read_file',
      'write_file',
    ]);
    expect(body.tools?.[0]?.function).toMatchObject({
      description: 'Leave this phase for "review" with an artifact of type draft. Have it reviewed.',
      parameters: {
        required: ['artifact'],
        additionalProperties: false,
        properties: { artifact: seen.candidates[0]?.schema },
      },
    });
    expect(body.tools?.find((tool) => tool.function.name === 'abort')?.function.parameters).toMatchObject({
      required: [],
      properties: { reason: { type: 'string' } },
    });
    expect(body.tools?.some((tool) => 'strict' in tool.function)).toBe(false);
  });

  it('describes the whole answer with every schema in the json encoding, and sends no tools', async () => {
    await askServer({ config: { encoding: 'json' } }, wire.says(doneJson));
    const { body } = firstRequest();
    expect(body.tools).toBeUndefined();
    expect(body.tool_choice).toBeUndefined();
    const system = body.messages[0]?.content ?? '';
    for (const { id, schema } of frame().candidates) {
      expect(system).toContain(`- ${id}: `);
      if (schema !== undefined) expect(system).toContain(JSON.stringify(schema));
    }
    for (const { kind, summary, input } of frame().ops) {
      expect(system).toContain(`- ${kind}: ${summary}\n  schema of args: ${JSON.stringify(input)}`);
    }
  });

  it('sends no authorization where there is no key', async () => {
    await askServer({ key: '' }, finishes);
    expect(server?.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('keeps long and odd edge names within what providers take, and brings them back', async () => {
    const id = `to_@other/${'x'.repeat(100)}`;
    const seen = frame({
      candidates: [{ id, kind: 'transition', to: '@other', type: 't', schema: { type: 'object' } }],
    });
    server = await wire.startWireServer((response, request) => {
      const name = request.body.tools?.[0]?.function.name ?? '';
      return wire.calls([name, { artifact: {} }])(response, request);
    });
    const { reply } = await ask(modelAt(server.baseUrl), seen);
    expect(server.requests[0]?.body.tools?.[0]?.function.name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(reply.calls).toEqual([{ name: id, args: { artifact: {} } }]);
  });

  it('offers two edges to the same phase once', async () => {
    const [review] = frame().candidates;
    server = await wire.startWireServer(finishes);
    await ask(
      modelAt(server.baseUrl),
      frame({ candidates: [...frame().candidates, ...(review === undefined ? [] : [review])] }),
    );
    const names = server.requests[0]?.body.tools?.map((tool) => tool.function.name) ?? [];
    expect(new Set(names).size).toBe(names.length);
  });

  it('uses the newer name of the token limit once a server has asked for it', async () => {
    const refusal = wire.fails(400, {
      error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." },
    });
    server = await wire.startWireServer(refusal, finishes);
    const model = modelAt(server.baseUrl);
    await ask(model);
    await ask(model);
    expect(server.requests.map(({ body }) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [200, undefined],
      [undefined, 200],
      [undefined, 200],
    ]);
  });
});

describe('an answer on the wire', () => {
  it('comes with its usage', async () => {
    const { reply, usage } = await askServer({}, finishes);
    expect(reply).toEqual(finishReply);
    expect(usage).toEqual({ input: 120, output: 30, cached: 100 });
  });

  it('counts nothing where the server says nothing', async () => {
    const { usage } = await askServer({ config: { encoding: 'json' } }, wire.says(doneJson, { usage: null }));
    expect(usage).toEqual({ input: 0, output: 0 });
  });

  it('streams its text piece by piece', async () => {
    server = await wire.startWireServer(wire.says(doneJson));
    const pieces: string[] = [];
    const { reply } = await ask(modelAt(server.baseUrl, { config: { encoding: 'json' } }), frame(), (text) =>
      pieces.push(text),
    );
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join('')).toBe(doneJson);
    expect(reply).toEqual({ calls: [], text: doneJson, finish: 'stop' });
  });

  it('means the same in both encodings', async () => {
    const asTools = await askServer({}, finishes);
    await server?.close();
    const asJson = await askServer({ config: { encoding: 'json' } }, wire.says(`\`\`\`json\n${doneJson}\n\`\`\``));
    expect(decodeReply(asTools.reply, frame(), 'tools')).toEqual(decodeReply(asJson.reply, frame(), 'json'));
  });

  it('keeps several calls in order', async () => {
    const { reply } = await askServer(
      {},
      wire.calls(['read_file', { path: 'a' }], ['write_file', { path: 'b', text: '' }], ['read_file', { path: 'c' }]),
    );
    expect(reply.calls).toEqual([
      { name: 'read_file', args: { path: 'a' } },
      { name: 'write_file', args: { path: 'b', text: '' } },
      { name: 'read_file', args: { path: 'c' } },
    ]);
  });

  it.each([
    ['cut short', '{"artifact": {"text": "do'],
    ['with a key given twice', '{"artifact": {}, "artifact": {"text": "done"}}'],
    ['that are prose', 'finish please'],
  ])('keeps arguments %s as the text they are, which is a violation', async (_, args) => {
    const { reply } = await askServer({}, wire.calls(['finish', args]));
    expect(reply.calls).toEqual([{ name: 'finish', args }]);
    expect(decodeReply(reply, frame(), 'tools')).toMatchObject({ ok: false, violation: { code: 'not_json' } });
  });

  it('survives arguments 100,000 levels deep', async () => {
    const { reply } = await askServer({}, wire.calls(['finish', `{"artifact": ${'['.repeat(100_000)}`]));
    expect(decodeReply(reply, frame(), 'tools')).toMatchObject({ ok: false, violation: { code: 'too_deep' } });
  });

  it.each([
    ['a refusal in its own field', wire.refuses('I cannot help with that.')],
    ['a content filter', wire.says('', { finish: 'content_filter' })],
  ])('is a refusal when it is %s', async (_, scene) => {
    const { reply } = await askServer({}, scene);
    expect(reply.finish).toBe('refusal');
    expect(decodeReply(reply, frame(), 'tools')).toMatchObject({ ok: false, violation: { code: 'refusal' } });
  });

  it('is cut off when the token limit ended it', async () => {
    const { reply } = await askServer({}, wire.says('and so', { finish: 'length' }));
    expect(decodeReply(reply, frame(), 'tools')).toMatchObject({ ok: false, violation: { code: 'cut_off' } });
  });

  it('goes to the caller who asked, when many ask at once', async () => {
    server = await wire.startWireServer((response, request) =>
      wire.calls(['finish', { artifact: { text: request.body.messages[1]?.content } }])(response, request),
    );
    const model = modelAt(server.baseUrl);
    const asked = Array.from({ length: 20 }, (_, i) => frame({ user: [{ name: 'Input', text: `number ${i}` }] }));
    const turns = await Promise.all(asked.map((seen) => ask(model, seen)));
    expect(turns.map(({ reply }) => reply.calls[0]?.args)).toEqual(
      asked.map((_, i) => ({ artifact: { text: `# Input\nnumber ${i}` } })),
    );
  });
});

describe('a provider in trouble', () => {
  const busy = { error: { message: 'Slow down.' } };

  it.each([429, 503, 529])('is asked again after the seconds that Retry-After names (%i)', async (status) => {
    const clock = notingClock();
    const { reply } = await askServer({ clock }, wire.fails(status, busy, { 'retry-after': '7' }), finishes);
    expect(reply).toEqual(finishReply);
    expect(clock.waits).toEqual([7000]);
  });

  it('is asked again at the date that Retry-After names', async () => {
    const clock = notingClock();
    const date = new Date(clock.now() + 9000).toUTCString();
    await askServer({ clock }, wire.fails(429, busy, { 'retry-after': date }), finishes);
    expect(clock.waits).toEqual([9000]);
  });

  it('is not waited for longer than the timeout allows', async () => {
    const clock = notingClock();
    const error = await failure({ clock }, wire.fails(429, busy, { 'retry-after': '3600' }));
    expect(error.message).toContain('asks to wait 3600 s');
    expect(clock.waits).toEqual([]);
    expect(server?.requests).toHaveLength(1);
  });

  it.each([
    ['a 500', wire.fails(500, busy)],
    ['a 502', wire.fails(502, '<html>Bad Gateway</html>')],
    ['a 504', wire.fails(504, '')],
    ['a dropped connection', wire.drops],
    ['a connection that breaks midway', wire.cuts('some ')],
    ['a stream without an end', wire.trailsOff('some ')],
    ['an error within the stream', wire.failsMidway({ message: 'overloaded', code: 503 })],
  ])('is asked again after %s', async (_, scene) => {
    const clock = notingClock();
    const { reply } = await askServer({ clock }, scene, scene, finishes);
    expect(reply).toEqual(finishReply);
    expect(clock.waits).toHaveLength(2);
    expect(clock.waits[0]).toBeGreaterThanOrEqual(250);
    expect(clock.waits[0]).toBeLessThanOrEqual(500);
    expect(clock.waits[1]).toBeGreaterThanOrEqual(500);
  });

  it('is asked five times and no more', async () => {
    const error = await failure({}, wire.fails(500, { error: { message: 'The disk is full.' } }));
    expect(server?.requests).toHaveLength(5);
    expect(error.message).toBe('openai-compatible/bee-1 answered 500: The disk is full after 5 attempts.');
    expect(error.exit).toBe(7);
  });

  it('is given up when every answer breaks off', async () => {
    const error = await failure({}, wire.trailsOff('some '));
    expect(server?.requests).toHaveLength(5);
    expect(error.message).toContain('openai-compatible/bee-1 failed: ');
  });

  it.each([
    ['401', wire.fails(401, { error: { message: `Incorrect API key provided: ${KEY}.` } }), 'BEE_KEY'],
    ['404', wire.fails(404, { error: 'model "bee-1" not found' }), 'bee-1'],
    ['400', wire.fails(400, { detail: 'tools are not supported' }), 'encoding: json'],
    ['307', wire.fails(307, '', { location: 'http://127.0.0.1:9/v1/chat/completions' }), 'base_url'],
    ['413', wire.failsMidway({ message: 'too long', code: '413' }), 'bee-1'],
  ])('is not asked again after a %s, and the error says what to check', async (status, scene, hint) => {
    const error = await failure({}, scene);
    expect(server?.requests).toHaveLength(1);
    expect(error.message).toContain(`answered ${status}`);
    expect(error.hint).toContain(hint);
    expect(error.where).toEqual({ phase: 'draft' });
  });

  it('says that the key is not set where it is not', async () => {
    const error = await failure({ key: '' }, wire.fails(401, { error: { message: 'No key.' } }));
    expect(error.hint).toBe('Put the key into the environment variable BEE_KEY; it is not set.');
  });

  it.each([
    ['an answer that never begins', wire.hangs],
    ['an answer that never ends', wire.stalls],
  ])('is given up at the timeout: %s', async (_, scene) => {
    const error = await failure({ clock: systemClock, config: { timeout: 0.1 } }, scene);
    expect(error.message).toBe('openai-compatible/bee-1 gave no answer within 0.1 s.');
  });

  it('is given up when waits and attempts together reach the timeout', async () => {
    const error = await failure({ config: { timeout: 1 } }, wire.fails(500, busy));
    expect(error.message).toMatch(
      /gave no answer within 1 s after [23] attempts; the last failure: answered 500: Slow down\.$/,
    );
  });

  it('is named with its address when no server is there', async () => {
    const started = await wire.startWireServer(finishes);
    await started.close();
    const error = await ask(modelAt(started.baseUrl)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).hint).toContain(started.baseUrl);
  });

  it('stops waiting at once when the run is interrupted between attempts', async () => {
    server = await wire.startWireServer(wire.fails(429, busy, { 'retry-after': '50' }));
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const model = modelAt(server.baseUrl, { clock: systemClock });
    const turn = model.turn(frame(), { signal: controller.signal, maxOutputTokens: 10 });
    setTimeout(() => controller.abort(reason), 100);
    await expect(turn).rejects.toBe(reason);
  });

  it('never has the key in an error, however the server echoes it', async () => {
    const echo = { error: { message: `bad header: Bearer ${KEY} (${encodeURIComponent(KEY)})` } };
    for (const scene of [
      wire.fails(401, echo),
      wire.fails(500, `key=${KEY}`),
      wire.failsMidway({ message: KEY, code: 400 }),
    ]) {
      const error = await failure({}, scene);
      expect(`${error.message}${error.hint}${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toContain(
        KEY,
      );
      expect(error.message).toContain('[key]');
      await server?.close();
    }
  });

  it('shows what a server says in one line without control characters', async () => {
    const error = await failure({}, wire.fails(400, { error: { message: `a\u001b[31mb\r\nc${'x'.repeat(5000)}` } }));
    expect(error.message).toMatch(/answered 400: a \[31mb c/);
    expect(error.message.length).toBeLessThan(500);
  });
});

describe('a model that is configured wrongly', () => {
  it.each([
    ['no base_url', { base_url: undefined }],
    ['a base_url that is none', { base_url: 'nowhere' }],
    ['a base_url that is not http', { base_url: 'localhost:8080/v1' }],
    ['no model', { model: undefined }],
  ])('is refused before anything is asked: %s', (_, config) => {
    expect(() => modelAt('http://127.0.0.1:1/v1', { config: config as Partial<ModelConfig> })).toThrow(UserError);
  });
});
