import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCRIPTS, SHELLS } from '../../src/cli/complete/scripts.ts';
import { folderWith, withExamples } from './program.ts';
import { reyn } from './surroundings.ts';

const skills = {
  list: () =>
    ['essay', 'summarize'].map((name) => ({
      name,
      origin: 'project' as const,
      dir: name,
      description: `Does ${name}.`,
      kind: 'graph',
    })),
};

/** Candidates for the last word, without what is said about them. */
async function offered(...words: string[]): Promise<string[]> {
  const { out, err, exit } = await reyn(['__complete', '--', ...words], { skills: skills as never });
  expect({ err, exit }).toEqual({ err: '', exit: 0 });
  return out.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('what a command line may become', () => {
  it.each<[words: string[], wanted: string[]]>([
    [['ru'], ['run', 'runs']],
    [
      ['skill', 's'],
      ['show', 'split'],
    ],
    [
      ['help', 'skill', 's'],
      ['show', 'split'],
    ],
    [['run', 'e'], ['essay']],
    [['--json', 'run', 's'], ['summarize']],
    [['lint', 'essay', 's'], ['summarize']],
    [
      ['skill', 'show', ''],
      ['essay', 'summarize'],
    ],
    [['skill', 'copy', 'essay', ''], []],
    [['new', ''], []],
    [
      ['run', 'essay', '--max-t'],
      ['--max-turns', '--max-tokens'],
    ],
    [['run', 'essay', '--qu'], ['--quiet']],
    [['run', 'essay', ''], [':files']],
    [['run', 'essay', '@', 'no'], [':files']],
    [
      ['run', 'essay', '--on-ask', ''],
      ['prompt', 'suspend', 'fail'],
    ],
    [['run', 'essay', '--on-ask=s'], ['--on-ask=suspend']],
    [
      ['run', 'essay', '--on-ask', '='],
      ['prompt', 'suspend', 'fail'],
    ],
    [['run', 'essay', '--on-ask', '=', 's'], ['suspend']],
    [['run', 'essay', 'x', '--model', ''], ['scripted']],
    [['runs', 'list', '--skill', 'e'], ['essay']],
    [['runs', 'show', 'l'], ['latest']],
    [['skill', 'show', 'essay', '--graph', 'm'], ['mermaid']],
    [['skill', 'show', 'essay', '--graph', '--j'], ['--json']],
    [['events', 'query', '--type', 'run_fin'], ['run_finished']],
    [['config', 'set', 'limits.us'], ['limits.usd']],
    [['completion', 'z'], ['zsh']],
    [['-C', ''], [':folders']],
    [['run', 'essay', '--', '--ma'], [':files']],
    [['nonsense', ''], []],
  ])('%j', async (words, wanted) => expect(await offered(...words)).toEqual(wanted));

  it('says what each is, on one line', async () => {
    const { out } = await reyn(['__complete', '--', 'run', 'e'], { skills: skills as never });
    expect(out).toBe('essay\tDoes essay.\n');
  });

  it('is nothing, without a word, where the project has a fault', async () => {
    const broken = {
      list: () => {
        throw new Error('broken');
      },
    };
    expect(await reyn(['__complete', '--', 'run', ''], { skills: broken as never })).toEqual({
      out: '',
      err: '',
      exit: 0,
    });
  });

  it('is no command that help shows', async () => {
    expect((await reyn(['--help'])).out).not.toContain('__complete');
  });
});

const isThere = (shell: string) => spawnSync('sh', ['-c', `command -v ${shell}`]).status === 0;

describe('the scripts', () => {
  let project: ReturnType<typeof folderWith>;
  let env: Record<string, string>;
  beforeAll(() => {
    project = folderWith({ 'notes one.md': 'x' });
    withExamples(project.root);
    const bin = join(project.root, '.bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    symlinkSync(resolve('bin/reyn.js'), join(bin, 'reyn'));
    env = { PATH: `${bin}:${process.env.PATH}`, HOME: project.root };
  });
  afterAll(() => project.remove());

  /** What bash offers for a line, each word as bash splits it. */
  const bash = (...words: string[]) => {
    const script = [
      'source <(reyn completion bash)',
      `COMP_WORDS=(reyn "$@"); COMP_CWORD=$#; _reyn; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join('\n');
    const out = execFileSync('bash', ['-c', script, 'bash', ...words], { cwd: project.root, env, encoding: 'utf8' });
    return out.split('\n').filter((line) => line !== '');
  };

  it('complete in bash: commands, skills, values, files with spaces', () => {
    expect(bash('ru')).toEqual(['run', 'runs']);
    expect(bash('run', '')).toEqual(expect.arrayContaining(['direct_llm', 'essay', 'file_notes', 'reader_panel']));
    expect(bash('run', 'es')).toEqual(['essay']);
    expect(bash('lint', '--format', '=', 's')).toEqual(['sarif']);
    expect(bash('run', 'essay', '@no')).toEqual(['notes one.md']);
    expect(bash('-C', 'ex')).toEqual(['examples']);
  });

  it.each(SHELLS.filter(isThere))('are accepted by %s', (shell) => {
    const file = join(project.root, `completion.${shell}`);
    writeFileSync(file, SCRIPTS[shell]);
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8', env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('are written by `reyn completion`, and an unknown shell is an error with a suggestion', async () => {
    for (const shell of SHELLS) expect((await reyn(['completion', shell])).out).toBe(SCRIPTS[shell]);
    expect(await reyn(['completion', 'bsh'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('Did you mean bash?'),
    });
  });
});
