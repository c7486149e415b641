import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { readEvalSet } from '../../src/learning/evals/read-eval-set.ts';
import { inProject, onePhase } from '../project.ts';
import { ioWith } from './surroundings.ts';

/** The command line on a project of its own. */
async function reyn(argv: readonly string[], cwd: string) {
  const { io, captured } = ioWith({ cwd, env: { HOME: cwd, REYN_TRUST_PROJECT: '1' } });
  const exit = await runCli(argv, io);
  return { exit, ...captured };
}

const PROMPTFOO = JSON.stringify({
  tests: [
    {
      vars: { text: 'hi' },
      assert: [
        { type: 'contains', value: 'hi' },
        { type: 'similar', value: 'x' },
        { type: 'javascript', value: 'output.length > 1' },
      ],
    },
  ],
});
const spec = {
  skills: { demo: { md: onePhase('demo', 'artifacts: { note: { text: string } }') } },
  files: {
    'promptfooconfig.yaml': PROMPTFOO,
    'samples.jsonl': '{"id": "a", "input": "q", "target": "x"}\n',
    'odd.txt': '',
  },
};

it('cases of another tool are written beside the skill, what is left is told, and lint is content', () =>
  inProject(spec, async ({ root, read }) => {
    const dry = await reyn(['eval', 'import', 'promptfooconfig.yaml', '--to', 'demo', '--dry-run'], root);
    expect(dry).toMatchObject({ exit: 0, err: expect.stringContaining('1 case with 2 checks would be written') });
    expect(read('reyn/project/demo/evals/promptfooconfig.jsonl')).toBeUndefined();

    const made = await reyn(['eval', 'import', 'promptfooconfig.yaml', '--to', 'demo'], root);
    expect(made.out).toBe(
      'reyn/project/demo/evals/promptfooconfig.jsonl\nreyn/project/demo/evals/promptfooconfig.checks.js\n',
    );
    expect(made.err).toMatch(/test 1\s+check similar\s+There is no scorer for it here/);
    const json = await reyn(['--json', 'eval', 'import', 'samples.jsonl', '--to', 'demo', '--scorer', 'exact'], root);
    expect(JSON.parse(json.out)).toMatchObject({ format: 'inspect', cases: 1, checks: 1, left: [] });

    const dir = path.join(root, 'reyn/project/demo');
    expect(readEvalSet(dir, 'demo').cases.map(({ id, checks }) => [id, checks.map(({ scorer }) => scorer)])).toEqual([
      ['test 1', ['contains', 'js']],
      ['a', ['exact']],
    ]);
    expect(await reyn(['lint', 'demo'], root)).toMatchObject({ exit: 0 });

    const again = await reyn(['eval', 'import', 'samples.jsonl', '--to', 'demo'], root);
    expect(again).toMatchObject({ exit: 2, err: expect.stringMatching(/already/) });
    fs.renameSync(path.join(root, 'samples.jsonl'), path.join(root, 'others.jsonl'));
    const twice = await reyn(['eval', 'import', 'others.jsonl', '--to', 'demo'], root);
    expect(twice).toMatchObject({ exit: 2, err: expect.stringMatching(/has a case "a" already/) });
  }));

it.each<[string[], number, RegExp]>([
  [['promptfooconfig.yaml', '--to', 'demmo'], 2, /did you mean "demo"/i],
  [['promptfooconfig.yaml', '--to', 'direct_llm'], 4, /reyn skill copy direct_llm/],
  [['gone.yaml', '--to', 'demo'], 2, /no such file/],
  [['odd.txt', '--to', 'demo'], 2, /--format/],
])('eval import %j exits %d', (argv, exit, err) =>
  inProject(spec, async ({ root }) => {
    expect(await reyn(['eval', 'import', ...argv], root)).toMatchObject({
      exit,
      err: expect.stringMatching(err),
    });
  }),
);

it('lint finds eval files that cannot be read, and checks on phases that are not there', () =>
  inProject(
    {
      skills: {
        demo: {
          md: onePhase('demo', 'artifacts: { note: { text: string } }'),
          files: { 'evals/a.jsonl': '{"id": "a"}\n' },
        },
      },
    },
    async ({ root, write }) => {
      const find = async () => {
        const { exit, out } = await reyn(['lint', 'demo', '--format', 'json'], root);
        return [
          exit,
          ...(JSON.parse(out) as { rule: string; file: string; line: number }[]).map(
            ({ rule, file, line }) => `${rule} ${file}:${line}`,
          ),
        ];
      };
      expect(await find()).toEqual([2, 'evals/form evals/a.jsonl:1']);
      write(
        'reyn/project/demo/evals/a.jsonl',
        '\n{"id": "a", "input": 1, "checks": [{"exact": 1, "phase": "demmo"}]}\n',
      );
      expect(await find()).toEqual([2, 'evals/phase evals/a.jsonl:2']);
      expect((await reyn(['lint', '--format', 'sarif'], root)).out).toContain('"evals/phase"');
    },
  ));
