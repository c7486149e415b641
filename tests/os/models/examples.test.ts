import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/os/events/event.ts';
import type { JsonObject } from '../../../src/os/json.ts';
import { foldAll } from '../../../src/os/kernel/fold.ts';
import type { Encoding, Reply } from '../../../src/os/models/port.ts';
import { recordedTurn, type TurnEvent } from '../../../src/os/runs/recording.ts';
import { openProject, type TestProject } from '../../project.ts';
import { WIRES } from './wire/list.ts';
import { type Scene, startServer, type Wire } from './wire/server.ts';

/** Examples of the repository whose rules need nobody to answer. */
const EXAMPLES = { summarize: 'The roof leaks.', essay: 'Why is the sky blue?', file_notes: 'What is open?' };
type Example = keyof typeof EXAMPLES;

const ENCODINGS: readonly Encoding[] = ['tools', 'json'];
const KEY = 'sk-very-secret-0123456789';
const TURNS = ['turn_acted', 'turn_decided', 'validation_error'];

let project: TestProject & { remove(): Promise<void> };
const settings = fs.readFileSync('reyn.yaml', 'utf8');

/** What each example does on the scripted model. */
const expected = new Map<Example, readonly RunEvent[]>();

beforeAll(async () => {
  project = await openProject({});
  for (const from of ['reyn/project', 'examples/notes']) {
    fs.cpSync(from, path.join(project.root, from), { recursive: true });
  }
  project.write('reyn.yaml', settings);
  await project.reopen();
  for (const [name, input] of Object.entries(EXAMPLES)) {
    expected.set(name as Example, await ranTo(name, input));
  }
});

afterAll(() => project.remove());

async function ranTo(name: string, input: string): Promise<readonly RunEvent[]> {
  fs.rmSync(path.join(project.root, 'examples/report'), { recursive: true, force: true });
  const outcome = await project.run(name, input);
  expect(outcome).toMatchObject({ status: 'finished', exit: 0 });
  return project.events(outcome.run);
}

/** The model's replies of a run, in an encoding. */
function repliesOf(name: Example, encoding: Encoding): readonly Reply[] {
  const events = expected.get(name) ?? [];
  const skill = project.reyn.skills.load(name);
  return events.flatMap((event, i) => {
    if (!TURNS.includes(event.type)) return [];
    const { phase } = foldAll(events.slice(0, i));
    return [recordedTurn(event as TurnEvent, skill, phase, encoding).reply];
  });
}

/** What a log says that does not depend on who answered, when, and for how much. */
function shapeOf(events: readonly RunEvent[]): readonly object[] {
  return events.map(({ type, step, data }) => {
    const { usage: _, models: __, config: ___, owner: ____, ...rest } = data as unknown as JsonObject;
    return { type, step, data: rest };
  });
}

function scenesFor(wire: Wire, replies: readonly Reply[]): [Scene, ...Scene[]] {
  const scenes = replies.map(({ text, calls }) =>
    wire.answers({ text, calls: calls.map(({ name, args }) => [name, args] as const) }),
  );
  return scenes as [Scene, ...Scene[]];
}

describe.each(WIRES.map((wire) => [wire.provider, wire] as const))('on %s', (_, wire) => {
  describe.each(ENCODINGS)('with %s', (encoding) => {
    it.each(Object.keys(EXAMPLES) as Example[])('%s does what it does everywhere, step by step', async (name) => {
      const replies = repliesOf(name, encoding);
      const server = await startServer(wire.prefix, scenesFor(wire, replies));
      try {
        const model = { provider: wire.provider, base_url: server.baseUrl, encoding, api_key_env: 'BEE_KEY' };
        const models = `models: ${JSON.stringify({ m: { ...model, model: 'bee-1', price: { input: 1, output: 10 } } })}`;
        project.write('reyn.yaml', settings.replace('model: scripted', `model: m\n${models}`));
        await project.reopen({ env: { HOME: project.root, BEE_KEY: KEY, REYN_TRUST_PROJECT: '1' } });

        const events = await ranTo(name, EXAMPLES[name]);
        expect(shapeOf(events)).toEqual(shapeOf(expected.get(name) ?? []));
        expect(server.requests).toHaveLength(replies.length);
        expect(new Set(server.requests.map((request) => wire.read(request).forced))).toEqual(
          new Set([encoding === 'tools']),
        );
        const usages = events
          .filter(({ type }) => TURNS.includes(type))
          .map(({ data }) => (data as TurnEvent['data']).usage);
        for (const usage of usages) expect(usage).toMatchObject({ input: 120, output: 30, cached: 100, usd: 420e-6 });

        const [first] = events;
        expect(await project.reyn.replay(first?.run ?? '')).toMatchObject({ identical: true, modelCalls: 0 });
        expect(project.reyn.verify()).toMatchObject({ ok: true });
      } finally {
        await server.close();
      }
    });
  });
});

describe('the store after all of that', () => {
  it('holds no key', () => {
    const files = fs
      .readdirSync(project.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(20);
    for (const { parentPath, name } of files) {
      expect(fs.readFileSync(path.join(parentPath, name)).includes(KEY), name).toBe(false);
    }
  });
});
