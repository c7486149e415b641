import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { WIRES } from '../os/models/wire/list.ts';
import { fails, type Scene, startServer, type Wire } from '../os/models/wire/server.ts';
import { folderWith, reynIn } from './program.ts';
import { ioWith } from './surroundings.ts';

const KEY = 'sk-very-secret-0123456789';
const SKILL = `---
type: skill
name: demo
description: A skill of the tests.
artifacts: { note: { text: string } }
---
Work.
`;

type Reyn = (...argv: string[]) => Promise<{ out: string; err: string; exit: number | null }>;

const program =
  (root: string): Reyn =>
  (...argv) =>
    reynIn(root, argv, { env: { BEE_KEY: KEY } });

/** The same command lines without a process each. */
const inProcess =
  (root: string): Reyn =>
  async (...argv) => {
    const { io, captured } = ioWith({ cwd: root, env: { BEE_KEY: KEY, HOME: root, REYN_TRUST_PROJECT: '1' } });
    const exit = await runCli(argv, io);
    return { ...captured, exit };
  };

async function inFolder(
  wire: Wire,
  scene: Scene,
  how: (root: string) => Reyn,
  act: (reyn: Reyn, root: string) => Promise<void>,
): Promise<void> {
  const server = await startServer(wire.prefix, [scene]);
  const model = {
    provider: wire.provider,
    model: 'bee-1',
    base_url: server.baseUrl,
    api_key_env: 'BEE_KEY',
    timeout: 3,
  };
  const models = JSON.stringify({ m: model, own: { provider: 'openai', api_key_env: 'NOWHERE' } });
  const folder = folderWith({
    'reyn.yaml': `model: m\nmodels: ${models}\n`,
    'reyn/project/demo/skill.md': SKILL,
  });
  try {
    await act(how(folder.root), folder.root);
  } finally {
    folder.remove();
    await server.close();
  }
}

/** The text of every file below a folder. */
function everything(root: string): string {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
}

const [compatible] = WIRES as [Wire];
const greets = compatible.answers({ calls: [['finish', { artifact: { text: 'Hello.' } }]] });

describe('reyn models', () => {
  it('lists, tests and probes', () =>
    inFolder(compatible, greets, program, async (reyn, root) => {
      const list = await reyn('models', 'list');
      expect(list.exit).toBe(0);
      expect(list.out).toMatch(/^m +openai-compatible\/bee-1 +tools +inline_refs +– +yes +– +default$/m);
      expect(list.out).toMatch(/^own +openai\/own +tools +limit_size +– +no +–/m);

      const test = await reyn('models', 'test', 'm');
      expect(test.exit).toBe(0);
      expect(test.out).toMatch(/^openai-compatible\/bee-1: ok\n {2}\d+\.\d s, 120 tokens in, 30 out\n$/);

      const probe = await reyn('models', 'probe', 'm');
      expect(probe.exit).toBe(0);
      expect(probe.out).toMatch(/^yes +tools$/m);
      expect(probe.out).toMatch(/^no +several ops in one answer/m);
      expect(probe.err).toContain('encoding tools, schema inline_refs');
      expect(probe.err).toContain('kept in .reyn/models/m.json');
      expect((await reyn('config', 'show')).out).toMatch(/^models\.m\.schema +probed +inline_refs$/m);
      expect(everything(root)).not.toContain(KEY);
    }));

  it('speaks JSON, and keeps the answer of a model apart from the exit code', () =>
    inFolder(compatible, compatible.answers({ text: 'Hello.' }), program, async (reyn) => {
      const test = await reyn('--json', 'models', 'test', 'm');
      expect(test.exit).toBe(1);
      expect(JSON.parse(test.out)).toMatchObject({ name: 'm', violation: expect.stringContaining('calls no tool') });
      const none = await reyn('--json', 'models', 'test', 'own');
      expect([none.exit, none.out]).toEqual([2, '']);
      expect(none.err).toContain('NOWHERE');
    }));
});

describe.concurrent('a key', () => {
  it.each(WIRES.flatMap((wire) => [400, 401, 500].map((status) => [wire.provider, status, wire] as const)))(
    'of %s is said nowhere when a %i echoes it',
    { timeout: 60_000 },
    (_, status, wire) =>
      inFolder(
        wire,
        fails(status, wire.error(`Bearer ${KEY} ${encodeURIComponent(KEY)}`)),
        inProcess,
        async (reyn, root) => {
          const ended = [await reyn('--debug', 'models', 'test', 'm'), await reyn('--debug', 'run', 'demo', 'go')];
          expect(ended.map(({ exit }) => exit)).toEqual([7, 7]);
          for (const { out, err } of ended) {
            expect(err).toContain(`${wire.provider}/bee-1`);
            expect(err).toContain(`answered ${status}`);
            expect(out + err).not.toContain(KEY);
          }
          expect(everything(root)).toContain('[key]');
          expect(everything(root)).not.toContain(KEY);
        },
      ),
  );
});
