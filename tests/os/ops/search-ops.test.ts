import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { CANARY, codeOf } from '../workspace/scene.ts';
import { stage } from './stage.ts';

type Globbed = { files: string[]; incomplete?: string[] };
type Grepped = { matches: string[]; incomplete?: string[] };

function project() {
  const made = stage();
  for (const name of ['README.md', 'src/a.ts', 'src/os/b.ts', 'src/os/b.test.ts', 'docs/a.md', '.hidden.md']) {
    made.put(name, `// TODO(${name})\n`);
  }
  made.put('.env', 'KEY=canary');
  made.put('node_modules/p/index.ts', '// TODO');
  made.put('.git/config', 'TODO');
  made.link('ld', '../out');
  made.link('l.txt', '../out/secret.txt');
  return made;
}

describe('glob_files', () => {
  it.each([
    [{ pattern: '**/*.md' }, ['.hidden.md', 'README.md', 'docs/a.md']],
    [{ pattern: '*' }, ['.hidden.md', 'README.md']],
    [{ pattern: 'src/**' }, ['src/a.ts', 'src/os/b.test.ts', 'src/os/b.ts']],
    [{ pattern: './src/*' }, ['src/a.ts']],
    [{ pattern: '*.ts', path: 'src/os' }, ['src/os/b.test.ts', 'src/os/b.ts']],
    [{ pattern: 'os/*.ts', path: 'src/' }, ['src/os/b.test.ts', 'src/os/b.ts']],
    [{ pattern: '*.ts', path: 'src/a.ts' }, ['src/a.ts']],
    [{ pattern: '{src,docs}/*' }, ['docs/a.md', 'src/a.ts']],
    [{ pattern: 'none/*.md' }, []],
    [{ pattern: 'node_modules/**' }, ['node_modules/p/index.ts']],
    [{ pattern: '.git/*' }, []],
    [{ pattern: 'l*/*' }, []],
    [{ pattern: '**', path: 'work:/' }, []],
  ])('%j finds %j', async (args, files) => {
    expect(await project().act('glob_files', args)).toEqual({ files });
  });

  it.each([
    [{ pattern: '../out/*' }, 'bad_pattern'],
    [{ pattern: '**/../../out/*' }, 'bad_pattern'],
    [{ pattern: '@(..)/out/*' }, 'bad_pattern'],
    [{ pattern: '+(+(+(a)))b' }, 'bad_pattern'],
    [{ pattern: '/etc/*' }, 'bad_pattern'],
    [{ pattern: '{a,b}'.repeat(7) }, 'bad_pattern'],
    [{ pattern: 'ld/*' }, 'refused'],
    [{ pattern: '*', path: 'ld' }, 'refused'],
    [{ pattern: '*', path: 'none' }, 'not_found'],
  ])('%j ends in %s', async (args, code) => {
    expect(await codeOf(project().act('glob_files', args))).toBe(code);
  });

  it('takes no folder outside, and no other argument', async () => {
    await expect(project().act('glob_files', { pattern: '*', path: '../out' })).rejects.toThrow('denied: path');
    await expect(project().act('glob_files', { pattern: '*', cwd: '../out' })).rejects.toThrow('unknown field "cwd"');
  });

  it('lists only what the skill may read', async () => {
    const made = stage({ permissions: { ...NO_PERMISSIONS, file: { read: ['docs/**/*.md'], write: [] } } });
    for (const name of ['docs/a.md', 'docs/b.txt', 'src/c.md']) made.put(name);
    expect(await made.act('glob_files', { pattern: '**' })).toEqual({ files: ['docs/a.md'] });
    await expect(made.act('glob_files', { pattern: '*', path: 'src' })).rejects.toThrow('denied: declared');
  });

  it('stops at its cap and says so', async () => {
    const made = stage();
    for (let n = 0; n < 1001; n++) made.put(`many/f${String(n).padStart(4, '0')}`, '');
    const { files, incomplete } = (await made.act('glob_files', { pattern: '**' })) as Globbed;
    expect(files).toHaveLength(1000);
    expect(files[999]).toBe('many/f0999');
    expect(incomplete).toEqual(['there are more than 1000 files; narrow the pattern']);
  });
});

describe('grep_files', () => {
  it('gives path, line and text, in order', async () => {
    const { act, put } = stage();
    put('b.txt', 'no\nTODO(b)\r\nno\nTODO again');
    put('a.txt', 'TODO');
    expect(await act('grep_files', { pattern: 'TODO' })).toEqual({
      matches: ['a.txt:1:TODO', 'b.txt:2:TODO(b)', 'b.txt:4:TODO again'],
    });
    expect(await act('grep_files', { pattern: '^todo$', glob: '*.txt' })).toEqual({ matches: [] });
    expect(await act('grep_files', { pattern: '(?i)^todo$', path: 'a.txt' })).toEqual({ matches: ['a.txt:1:TODO'] });
  });

  it('looks only where it is told and may', async () => {
    const { act } = project();
    expect(await act('grep_files', { pattern: 'TODO\\(.*\\)', path: 'src', glob: '**/*.test.ts' })).toEqual({
      matches: ['src/os/b.test.ts:1:// TODO(src/os/b.test.ts)'],
    });
    const { matches } = (await act('grep_files', { pattern: `KEY|${CANARY}|TODO` })) as Grepped;
    expect(matches.map((match) => match.split(':')[0])).toEqual([
      '.hidden.md',
      'README.md',
      'docs/a.md',
      'src/a.ts',
      'src/os/b.test.ts',
      'src/os/b.ts',
    ]);
    expect(await codeOf(act('grep_files', { pattern: 'x', path: '-L' }))).toBe('not_found');
  });

  it('passes over what is no text, and takes no cap but its own', async () => {
    const { act, put, root, out } = stage();
    put('bin', Buffer.from([0x54, 0x4f, 0x44, 0x4f, 0]));
    put('lines', 'TODO\n'.repeat(150));
    const { linkSync } = await import('node:fs');
    linkSync(path.join(out, 'secret.txt'), path.join(root, 'hard.txt'));
    const first = (await act('grep_files', { pattern: `TODO|${CANARY}` })) as Grepped;
    expect(first.matches).toHaveLength(100);
    expect(first.incomplete).toEqual(['there are more than 100 matching lines']);
    const all = (await act('grep_files', { pattern: 'TODO', max: 150 })) as Grepped;
    expect(all.matches).toHaveLength(150);
    expect(all.incomplete).toBeUndefined();
  });

  it('finds and shows the part of a long line that matches', async () => {
    const { act, put } = stage();
    put('long', `${'a'.repeat(9000)}NEEDLE${'😀'.repeat(9000)}`);
    const { matches } = (await act('grep_files', { pattern: 'NE+DLE' })) as Grepped;
    expect(matches).toHaveLength(1);
    expect(matches[0]).toMatch(/^long:1:…a+NEEDLE.*…$/su);
    expect(matches[0]?.length).toBeLessThan(420);
    expect(matches[0]?.isWellFormed()).toBe(true);
  });

  it('takes no cut in a long line for its end', async () => {
    const { act, put } = stage();
    put('spaces', `${' '.repeat(20_000)}x`);
    put('ends', `${'x'.repeat(20_000)}  `);
    expect(await act('grep_files', { pattern: '\\s+$' })).toMatchObject({
      matches: [expect.stringMatching(/^ends:1:/)],
    });
    expect(await act('grep_files', { pattern: '^x$' })).toEqual({ matches: [] });
  });

  it('says what it cannot search for', async () => {
    const { act } = stage();
    for (const pattern of ['(?=(a+))\\1b', '(', '((a{0,99}){0,99}){0,99}', 'x'.repeat(501)]) {
      expect(await codeOf(act('grep_files', { pattern }))).toBe('bad_pattern');
    }
  });

  it.each([
    ['(x+x+)+y', 'x'.repeat(200_000)],
    ['(.*)*=', 'a'.repeat(200_000)],
    ['\\s+$', `${' '.repeat(200_000)}x`],
    ['(a|b)*a(a|b){300}\\b', 'ab'.repeat(20_000)],
  ])('lets other work run while %j is searched for', async (pattern, text) => {
    const { act, put } = stage();
    put('t.txt', text);
    let turns = 0;
    let searching = true;
    const others = (async () => {
      while (searching) {
        await sleep(1);
        turns++;
      }
    })();
    await act('grep_files', { pattern });
    searching = false;
    await others;
    expect(turns).toBeGreaterThan(0);
  });
});
