import { afterEach, describe, expect, it } from 'vitest';
import { simulatedClock } from '../../../src/os/clock.ts';
import type { ModelConfig } from '../../../src/os/config/config.ts';
import { openModel } from '../../../src/os/models/open.ts';
import type { Encoding, Frame } from '../../../src/os/models/port.ts';
import { redactedModel } from '../../../src/os/models/redacted.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { leakOf } from '../secrets/corpus.ts';
import { letters } from '../secrets/samples.ts';
import { frame } from './frames.ts';
import { WIRES } from './wire/list.ts';
import { type Scene, type Seen, type Server, startServer, type Wire } from './wire/server.ts';

const KNOWN = 'correct horse/41"battery';
const TOKEN = `ghp_${letters(36)}`;
const KEY_LINES = Array.from({ length: 6 }, () => letters(64, 'base64'));
const PRIVATE_KEY = ['-----BEGIN RSA PRIVATE KEY-----', ...KEY_LINES, '-----END RSA PRIVATE KEY-----'].join('\n');
const redact = openRedactor({ known: [{ name: 'MINE', value: KNOWN }] });

const open: Server<unknown>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function modelOf(wire: Wire, encoding: Encoding, scene: Scene) {
  const server = await startServer(wire.prefix, [scene]);
  open.push(server);
  const config = {
    provider: wire.provider,
    model: 'bee-1',
    base_url: server.baseUrl,
    encoding,
    max_output_tokens: 500,
    timeout: 60,
    api_key_env: 'BEE_KEY',
  } as const;
  const env = { env: { BEE_KEY: 'k-plain-0123456789' }, clock: simulatedClock() };
  return { server, model: redactedModel(openModel('bee', config as ModelConfig, env), redact) };
}

/** A frame with a secret in every place where text of people, files and ops gets into. */
function leaky(): Frame {
  const everywhere = (where: string) => `${where}: ${KNOWN} and ${TOKEN}.`;
  return frame({
    system: [{ name: 'Instructions', text: `${everywhere('rules')}\n${PRIVATE_KEY}` }],
    user: [
      { name: 'Input', text: JSON.stringify({ text: everywhere('input'), password: 'hunter2!x' }) },
      { name: 'Results', text: JSON.stringify([{ op: 'read_file', result: { text: PRIVATE_KEY } }, { out: KNOWN }]) },
    ],
    candidates: [
      {
        id: 'finish',
        kind: 'finish',
        type: 'summary',
        description: everywhere('candidate'),
        schema: {
          type: 'object',
          properties: { text: { type: 'string', description: everywhere('field'), enum: ['a', TOKEN] } },
          required: ['text'],
          additionalProperties: false,
        },
      },
    ],
    ops: [
      {
        kind: 'read_file',
        summary: everywhere('op'),
        input: {
          type: 'object',
          properties: { path: { type: 'string', description: everywhere('argument') } },
          required: ['path'],
          additionalProperties: false,
        },
      },
    ],
    results: [{ text: TOKEN }],
  });
}

function expectNoSecret(text: string): void {
  const flat = text.replaceAll(/\\+n/g, '\n').replaceAll(/\\+/g, '');
  for (const secret of [KNOWN, KNOWN.replace('"', ''), TOKEN, 'hunter2!x', ...KEY_LINES]) {
    expect(leakOf(text, secret)).toBeUndefined();
    expect(leakOf(flat, secret)).toBeUndefined();
  }
}

const options = () => ({ signal: new AbortController().signal, maxOutputTokens: 200 });
const cases = WIRES.flatMap((wire) => (['tools', 'json'] as const).map((how) => [wire.provider, how, wire] as const));

describe('a model that sees no secret', () => {
  it.each(cases)('of %s in %s is sent placeholders, in system, user, results and tools', async (_, encoding, wire) => {
    const { server, model } = await modelOf(wire, encoding, wire.answers({ text: 'Hello.' }));
    await model.turn(leaky(), options());
    const [seen] = server.requests as [Seen<unknown>];
    expectNoSecret(JSON.stringify(seen.body));
    const request = wire.read(seen);
    const whole = [request.system, request.user, JSON.stringify(request.tools)];
    const [system, user] = whole as [string, string];
    expect(`${system}${user}`).toMatch(/rules: \[secret:MINE\] and \[secret:github_token:[0-9a-f]{4}\]/);
    expect(user).toContain('[secret:private_key');
    expect(user).toContain('[secret:password]');
    const asked = whole.join('');
    for (const where of ['rules', 'input', 'candidate', 'field', 'op', 'argument']) {
      expect(asked).toContain(`${where}: [secret:MINE]`);
    }
  });

  it.each(cases)('of %s in %s shows none of what it says, however that comes in pieces', async (_, encoding, wire) => {
    const said = `First ${KNOWN} then\n${PRIVATE_KEY}\nand ${TOKEN} at the end`;
    const { model } = await modelOf(wire, encoding, wire.answers({ text: said }));
    const shown: string[] = [];
    await model.turn(frame(), { ...options(), onText: (text) => shown.push(text) });
    const text = shown.join('');
    expectNoSecret(text);
    expect(text).toBe(redact.text(said));
  });

  it('has shown what it said before it failed, without secrets', async () => {
    const [wire] = WIRES as readonly [Wire];
    const { model } = await modelOf(wire, 'json', wire.trailsOff(`so far ${TOKEN}`));
    const shown: string[] = [];
    await model.turn(frame(), { ...options(), onText: (text) => shown.push(text) }).catch(() => undefined);
    expectNoSecret(shown.join(''));
    expect(shown.join('')).toContain('so far [secret:github_token');
  });
});
