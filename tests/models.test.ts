import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelConfig } from '../src/os/config/config.ts';
import { PRICES_OF } from '../src/os/models/prices.ts';
import { WIRES } from './os/models/wire/list.ts';
import { fails, type Scene, type Seen, type Server, startServer, type Wire } from './os/models/wire/server.ts';
import { inProject, type TestProject } from './project.ts';

const KEY = 'sk-very-secret-0123456789';
const open: Server<unknown>[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(wire: Wire, scene: Scene): Promise<Server<unknown>> {
  const server = await startServer(wire.prefix, [scene]);
  open.push(server);
  return server;
}

const greeting = { artifact: { text: 'Hello.' } };
const inJson = JSON.stringify({
  control: { type: 'finish', next_phase: null, confidence: null, reason: null },
  artifact: { type: 'answer', data: { text: 'Hello.' } },
  ops: [],
});

/** A server with limits of its own: what it refuses a schema for, and whether it knows tools. */
function serverThat(wire: Wire, limits: { tools?: boolean; refuses?: RegExp; oneCall?: boolean } = {}): Scene {
  const { tools = true, refuses, oneCall = false } = limits;
  return (response, seen) => {
    const answer = (scene: Scene) => scene(response, seen);
    const request = wire.read(seen as Seen<unknown>);
    if (request.tools.length === 0) return answer(wire.answers({ text: inJson }));
    if (!tools) return answer(fails(400, wire.error('this model does not support tools')));
    if (refuses?.test(JSON.stringify(request.tools)) === true) {
      return answer(fails(400, wire.error('failed to parse grammar')));
    }
    if (request.user.includes('notes a, b and c')) {
      const names = oneCall ? ['a'] : ['a', 'b', 'c'];
      return answer(wire.answers({ calls: names.map((name) => ['read_note', { name }] as const) }));
    }
    return answer(wire.answers({ calls: [['finish', greeting]] }));
  };
}

async function withModel(
  wire: Wire,
  scene: Scene,
  more: Partial<ModelConfig>,
  body: (project: TestProject, server: Server<unknown>) => Promise<void>,
): Promise<void> {
  const server = await serve(wire, scene);
  const model = { provider: wire.provider, model: 'bee-1', base_url: server.baseUrl, api_key_env: 'BEE_KEY', ...more };
  const spec = {
    model: 'm',
    config: [`models: ${JSON.stringify({ m: model })}`],
    open: { env: { BEE_KEY: KEY, REYN_TRUST_PROJECT: '1' } },
  };
  await inProject(spec, (project) => body(project, server));
}

const supported = (findings: readonly { what: string; supported: boolean }[]) =>
  Object.fromEntries(findings.map(({ what, supported: yes }) => [what, yes]));

describe.each(WIRES.map((wire) => [wire.provider, wire] as const))('a model of %s', (_, wire) => {
  it('says how it answers, how fast and for how much', () =>
    withModel(wire, serverThat(wire), { price: { input: 1, output: 10, cached: 0.1 } }, async ({ reyn }) => {
      const tested = await reyn.models.test('m');
      expect(tested).toMatchObject({
        asked: `${wire.provider}/bee-1`,
        encoding: 'tools',
        usage: { input: 120, output: 30, cached: 100 },
      });
      expect(tested.usd).toBeCloseTo((20 + 10 + 300) / 1e6, 9);
      expect(tested).not.toHaveProperty('violation');
    }));

  it('is found to take everything, and the profile is kept', () =>
    withModel(wire, serverThat(wire), {}, async ({ reyn, root }, server) => {
      const probed = await reyn.models.probe('m');
      expect(Object.values(supported(probed.findings))).not.toContain(false);
      expect(probed).toMatchObject({ encoding: 'tools', calls: server.requests.length, file: '.reyn/models/m.json' });
      const file = fs.readFileSync(path.join(root, probed.file), 'utf8');
      expect(JSON.parse(file)).toMatchObject({ provider: wire.provider, model: 'bee-1', encoding: 'tools' });
      expect(file).not.toContain(KEY);
      expect(await reyn.models.list()).toMatchObject([
        { name: 'scripted' },
        { name: 'world' },
        { name: 'm', probed: expect.any(String) },
      ]);
    }));

  it('that knows no tools is asked for json from then on', () =>
    withModel(wire, serverThat(wire, { tools: false }), {}, async (project) => {
      expect(project.reyn.config.define.m?.encoding).toBe('tools');
      const probed = await project.reyn.models.probe('m');
      expect(supported(probed.findings)).toMatchObject({ tools: false, 'json in text': true });
      expect(probed.encoding).toBe('json');
      const reyn = await project.reopen();
      expect(reyn.config.define.m?.encoding).toBe('json');
      expect(await reyn.models.test('m')).toMatchObject({ encoding: 'json' });
    }));

  it('that answers nothing a probe sends is reported as it answers', () =>
    withModel(wire, fails(400, wire.error('model bee-1 is not for you')), {}, async ({ reyn, root }) => {
      await expect(reyn.models.probe('m')).rejects.toMatchObject({ code: 'model', exit: 7, where: {} });
      expect(fs.existsSync(path.join(root, '.reyn/models'))).toBe(false);
    }));

  it('whose key is refused is not probed further', () =>
    withModel(wire, fails(401, wire.error(`bad key ${KEY}`)), {}, async ({ reyn }, server) => {
      const error = await reyn.models.probe('m').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'model', message: expect.stringContaining('answered 401') });
      expect(JSON.stringify([error, String(error)])).not.toContain(KEY);
      expect(server.requests).toHaveLength(1);
    }));
});

describe('a probe', () => {
  const [compatible] = WIRES as [Wire];

  it('finds the first degradation a server takes, and runs begin there', () =>
    withModel(compatible, serverThat(compatible, { refuses: /"maxLength":4000/ }), {}, async (project) => {
      const probed = await project.reyn.models.probe('m');
      expect(supported(probed.findings)).toMatchObject({
        'schemas: inline_refs': false,
        'schemas: describe_bounds': true,
      });
      const reyn = await project.reopen();
      expect(reyn.config.define.m?.schema).toBe('describe_bounds');
    }));

  it('leaves to json a server that takes no schema in any form', () =>
    withModel(compatible, serverThat(compatible, { refuses: /note_30/ }), {}, async ({ reyn }) => {
      const probed = await reyn.models.probe('m');
      expect(supported(probed.findings)).toMatchObject({ tools: true, 'json in text': true });
      expect(probed).toMatchObject({ encoding: 'json' });
      expect(probed).not.toHaveProperty('schema');
    }));

  it('says that a model calls one op at a time', () =>
    withModel(compatible, serverThat(compatible, { oneCall: true }), {}, async ({ reyn }) => {
      const { findings } = await reyn.models.probe('m');
      expect(supported(findings)).toMatchObject({ 'several ops in one answer': false });
    }));

  it('never overrules the configuration, holds for the model it was made of, and is forgotten with its file', () =>
    withModel(compatible, serverThat(compatible, { tools: false }), {}, async (project) => {
      const text = project.read('reyn.yaml') ?? '';
      const { file } = await project.reyn.models.probe('m');
      const encoding = async (change: (config: string) => string) => {
        project.write('reyn.yaml', change(text));
        return (await project.reopen()).config.define.m?.encoding;
      };
      expect(await encoding((config) => config)).toBe('json');
      expect(await encoding((config) => config.replace('"model":', '"encoding":"tools","model":'))).toBe('tools');
      expect(await encoding((config) => config.replace('bee-1', 'bee-2'))).toBe('tools');
      fs.writeFileSync(path.join(project.root, file), '{"v": 2}');
      expect(await encoding((config) => config)).toBe('tools');
      fs.rmSync(path.join(project.root, file));
      expect(await encoding((config) => config)).toBe('tools');
    }));

  it('keeps a profile of any name inside the store', () =>
    inProject({ config: [`models: { "../../x/y": { base_url: "http://127.0.0.1:1/v1" } }`] }, async (project) => {
      const server = await serve(compatible, serverThat(compatible));
      const config = `models: { "../../x/y": { base_url: "${server.baseUrl}" } }`;
      project.write('reyn.yaml', config);
      const reyn = await project.reopen();
      const { file } = await reyn.models.probe('../../x/y');
      expect(path.dirname(file)).toBe('.reyn/models');
      expect((await (await project.reopen()).models.list()).at(-1)).toMatchObject({ probed: expect.any(String) });
    }));
});

describe('the list of models', () => {
  it('says price, key and use of each, and asks nobody', () =>
    inProject(
      {
        model: 'gpt',
        config: [
          'models:',
          '  gpt: { provider: openai, model: gpt-4.1-2025-04-14 }',
          '  claude: { provider: anthropic, model: claude-haiku-4-5, price: { input: 2, output: 3 } }',
          '  gemini: { provider: google, model: gemini-of-tomorrow, encoding: json }',
          'classes: { light: claude }',
        ],
        open: { env: { OPENAI_API_KEY: KEY, REYN_TRUST_PROJECT: '1' } },
      },
      async ({ reyn }) => {
        const [scripted, world, gpt, claude, gemini] = await reyn.models.list();
        expect(world).toEqual({ name: 'world', provider: 'world', encoding: 'tools', uses: [] });
        expect(scripted).toEqual({ name: 'scripted', provider: 'scripted', encoding: 'tools', uses: [] });
        expect(gpt).toEqual({
          name: 'gpt',
          provider: 'openai',
          model: 'gpt-4.1-2025-04-14',
          encoding: 'tools',
          schema: 'limit_size',
          price: { input: 2, output: 8, cached: 0.5 },
          price_from: PRICES_OF,
          key: { present: true, from: 'the environment variable OPENAI_API_KEY' },
          uses: ['default'],
        });
        expect(claude).toMatchObject({
          price: { input: 2, output: 3 },
          price_from: 'config',
          key: { present: false, from: 'the environment variable ANTHROPIC_API_KEY' },
          uses: ['light'],
        });
        expect(gemini).not.toHaveProperty('price');
        expect(gemini).not.toHaveProperty('schema');
        expect(JSON.stringify(await reyn.models.list())).not.toContain(KEY);
      },
    ));
});

describe('a model that cannot be asked', () => {
  const config = ['models: { gpt: { provider: openai }, far: { provider: anthropic, api_key_env: NOWHERE } }'];

  it.each([
    ['scripted', 'config', 'there is nobody to ask'],
    ['gptt', 'not_found', 'there is no model "gptt"'],
    ['far', 'config', 'needs a key, and there is none'],
  ])('is said to be so: %s', (name, code, message) =>
    inProject({ config }, async ({ reyn }) => {
      for (const act of [reyn.models.test, reyn.models.probe]) {
        await expect(act(name)).rejects.toMatchObject({ code, exit: 2, message: expect.stringContaining(message) });
      }
    }),
  );
});

describe('a limit in USD', () => {
  it('goes by the price that ships, only for a known model at its own address', () =>
    inProject({}, async (project) => {
      const startsWith = async (model: string) => {
        project.write('reyn.yaml', `model: m\nmodels: { m: ${model} }\nlimits: { usd: 1 }`);
        project.skill('demo', {
          md: '---\ntype: skill\nname: demo\ndescription: A skill of the tests.\nartifacts: { note: { text: string } }\n---\nWork.\n',
        });
        await project.reopen();
        return project.run('demo', 'go').then(
          ({ status }) => status,
          ({ code }: { code: string }) => code,
        );
      };
      // without a key nobody is asked: the run is interrupted at its first call, which is after the check of prices
      expect(await startsWith('{ provider: openai, model: gpt-5-mini }')).toBe('interrupted');
      expect(await startsWith('{ provider: openai, model: gpt-of-tomorrow }')).toBe('config');
      expect(await startsWith('{ provider: openai, model: gpt-5-mini, base_url: "http://127.0.0.1:1/v1" }')).toBe(
        'config',
      );
    }));
});
