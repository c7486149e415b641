import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { onePhase, openProject } from '../project.ts';
import { ioWith } from './surroundings.ts';

const SKILL = { md: onePhase('cities', 'artifacts: { answer: { text: string } }') };
const FILE = 'reyn/project/cities/evals/drafted.jsonl';

/** The program in a project of its own; the open project stays that of the caller. */
async function building(body: (scene: Scene) => Promise<void>): Promise<void> {
  const project = await openProject({ skills: { cities: SKILL } });
  const build = async (args: readonly string[], typed?: string) => {
    const { io, captured } = ioWith({
      cwd: project.root,
      env: { HOME: project.root, REYN_TRUST_PROJECT: '1' },
      ...(typed === undefined ? {} : { tty: true, stdin: typed }),
    });
    const exit = await runCli(['eval', 'build', ...args], io);
    return { ...captured, exit };
  };
  try {
    await body({ build, read: project.read, write: project.write });
  } finally {
    await project.remove();
  }
}

type Scene = {
  build(args: readonly string[], typed?: string): Promise<{ out: string; err: string; exit: number }>;
  read(file: string): string | undefined;
  write(file: string, text: string): void;
};

describe('reyn eval build', () => {
  it('shows the draft and writes nothing until a person accepted it, by the run that made it', () =>
    building(async ({ build, read }) => {
      const first = await build(['cities', '--json']);
      expect(first.exit).toBe(3);
      const { run, cases, accepted } = JSON.parse(first.out);
      expect([accepted, cases.map(({ id }: { id: string }) => id)]).toEqual([false, ['usual_request', 'gives_orders']]);
      expect(read(FILE)).toBeUndefined();
      expect(await build(['cities', '--accept', run])).toMatchObject({ exit: 0, out: expect.stringContaining(FILE) });
      expect(
        read(FILE)
          ?.split('\n')
          .map((line) => line.slice(0, 21)),
      ).toEqual(['{"id":"usual_request"', '{"id":"gives_orders",', '']);
    }));

  it('asks at a terminal, and takes nothing for no', () =>
    building(async ({ build, read }) => {
      expect(await build(['cities'], '\n')).toMatchObject({ exit: 0, err: expect.stringContaining('Add 2 cases?') });
      expect(read(FILE)).toBeUndefined();
      expect(await build(['cities'], 'y\n')).toMatchObject({ exit: 0 });
      expect(read(FILE)).toContain('"usual_request"');
    }));

  it('keeps the cases there are and gives an id that is taken another name', () =>
    building(async ({ build, read, write }) => {
      write(
        'reyn/project/cities/evals/mine.jsonl',
        '{"id": "usual_request", "input": "x", "expected": {"text": "y"}}\n',
      );
      expect((await build(['cities', '--yes'])).exit).toBe(0);
      expect((await build(['cities', '--yes'])).exit).toBe(0);
      const ids = read(FILE)
        ?.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id);
      expect(ids).toEqual(['usual_request_2', 'gives_orders', 'usual_request_3', 'gives_orders_2']);
    }));

  it('adds nothing to eval files that cannot be read, and says where', () =>
    building(async ({ build, read, write }) => {
      write('reyn/project/cities/evals/mine.jsonl', '{"id": ');
      expect(await build(['cities', '--yes'])).toMatchObject({ exit: 2, err: expect.stringContaining('mine.jsonl:1') });
      expect(read(FILE)).toBeUndefined();
    }));

  it('refuses skills that ship, and runs that drafted nothing', () =>
    building(async ({ build }) => {
      expect(await build(['direct_llm'])).toMatchObject({ exit: 4, err: expect.stringContaining('reyn skill copy') });
      expect(await build(['cities', '--accept', 'zzz'])).toMatchObject({ exit: 2 });
      expect(await build(['citis'])).toMatchObject({ exit: 2, err: expect.stringContaining('cities') });
    }));
});
