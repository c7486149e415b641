import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/os/json.ts';
import type { ProgramView, ViewMount } from '../../../src/os/workspace/workspace.ts';
import { codeOf, type Scene, scene } from './scene.ts';

const signal = new AbortController().signal;
const yes = () => true;
type Asked = {
  reads?: readonly string[];
  writes?: readonly string[];
  mayRead?: (path: string) => boolean;
  mayWrite?: (path: string) => boolean;
};

function view({ workspace }: Scene, { reads = [], writes = [], mayRead = yes, mayWrite = yes }: Asked) {
  return workspace.view({ reads, writes, mayRead, mayWrite, signal });
}
const shown = (seen: ProgramView) => seen.mounts('/p').map(({ kind, at }) => `${kind} ${at}`);
/** Where a program writes what is to be in a folder of the project. */
function stageOf(seen: ProgramView, folder: string): string {
  const mount = seen.mounts('/p').find(({ at }) => at === `/p/${folder}`) as Extract<ViewMount, { from: string }>;
  return mount.from;
}
const changes = async (seen: ProgramView) => {
  const { changed, odd } = await seen.changes(signal);
  return {
    changed: changed.map(({ path: at, pre, bytes }) => `${at}: ${pre === null ? 'new' : 'old'} → ${bytes ?? 'gone'}`),
    odd: odd.map((each) => each.path),
  };
};
const temporary = ({ root }: Scene) => {
  const dir = path.join(root, '.reyn/tmp');
  return fs.existsSync(dir) ? fs.readdirSync(dir) : [];
};

describe('what a program sees', () => {
  it('is the folders that are declared whole, less what it may not read', async () => {
    const here = scene();
    for (const file of ['a.txt', '.env', 'sub/b.txt', 'sub/.env', '.reyn/log/x', '.git/config', 'sub/.git/x'])
      here.put(file);
    const mayRead = (at: string) => !/(^|\/)(\.env|\.reyn|\.git)($|\/)/.test(at);
    expect(shown(await view(here, { reads: ['**'], mayRead }))).toEqual([
      'read /p',
      'hide-file /p/.env',
      'hide-folder /p/.reyn',
      'hide-file /p/sub/.env',
      'hide-folder /p/sub/.git',
    ]);
  });

  it('is nothing where nothing is declared, and nothing outside of the project', async () => {
    const here = scene();
    here.put('a.txt');
    expect(shown(await view(here, {}))).toEqual([]);
    expect(shown(await view(here, { reads: ['/**', '/etc/**', 'work:/**', '!(x)', '../**'] }))).toEqual([]);
  });

  it('is single files for patterns that mean no whole folder', async () => {
    const here = scene();
    for (const file of ['docs/a.md', 'docs/b.txt', 'docs/x/c.md', 'docs/.env.md', 'README.md']) here.put(file);
    const mayRead = (at: string) => !at.includes('.env');
    expect(shown(await view(here, { reads: ['docs/*.md', 'README.md', 'none.md'], mayRead })).sort()).toEqual([
      'read /p/README.md',
      'read /p/docs/a.md',
    ]);
  });

  it('names no file twice that lies in a folder it sees whole', async () => {
    const here = scene();
    for (const file of ['docs/a.md', 'docs/x/b.md']) here.put(file);
    expect(shown(await view(here, { reads: ['docs/a.md', 'docs/x/**', 'docs/**', './docs/'] }))).toEqual([
      'read /p/docs',
    ]);
  });

  it('is no link, and nothing a link leads to', async () => {
    const here = scene();
    here.put('docs/a.md');
    here.link('docs/link.md', path.join(here.out, 'secret.txt'));
    here.link('away', here.out);
    here.link('docs/away', here.out);
    expect(shown(await view(here, { reads: ['docs/*', 'away/**', 'away/*', 'docs/away/**'] }))).toEqual([
      'read /p/docs/a.md',
    ]);
  });

  it('has links in it that lead nowhere else than it could go without them', async () => {
    const here = scene();
    here.put('real.env');
    here.link('.env', 'real.env');
    here.link('away', here.out);
    const mayRead = (at: string) => at !== '.env' && at !== 'away';
    expect(shown(await view(here, { reads: ['**'], mayRead }))).toEqual(['read /p']);
  });

  it('is not looked at in node_modules, however much is there', async () => {
    const here = scene();
    for (let n = 0; n < 5; n++) here.put(`node_modules/p${n}/.env`);
    here.put('a.txt');
    const asked: string[] = [];
    const mayRead = (at: string) => asked.push(at) > 0;
    await view(here, { reads: ['**'], mayRead });
    expect(asked.sort()).toEqual(['a.txt', 'node_modules']);
  });

  it('is refused where it would be too many single files', async () => {
    const here = scene();
    for (let n = 0; n <= 1000; n++) here.put(`docs/${n}.md`, '');
    expect(await codeOf(view(here, { reads: ['docs/*.md'] }))).toBe('too_large');
    expect(shown(await view(here, { reads: ['docs/**'] }))).toEqual(['read /p/docs']);
  });
});

describe('what a program may write', () => {
  const setting = () => {
    const here = scene();
    here.put('out/keep.txt', 'keep');
    here.put('out/change.txt', 'before');
    here.put('out/sub/gone.txt', 'gone');
    return here;
  };

  it('is a copy of the folders that are open to it; the project stays as it is', async () => {
    const here = setting();
    const seen = await view(here, { reads: ['**'], writes: ['out/**'] });
    const out = stageOf(seen, 'out');
    expect(fs.readFileSync(path.join(out, 'sub/gone.txt'), 'utf8')).toBe('gone');
    fs.writeFileSync(path.join(out, 'change.txt'), 'after');
    expect(here.get('out/change.txt')).toBe('before');
    seen.remove();
  });

  it('comes back as what changed, is new and is gone, with what was there before', async () => {
    const here = setting();
    const seen = await view(here, { writes: ['out/**'] });
    const out = stageOf(seen, 'out');
    fs.writeFileSync(path.join(out, 'change.txt'), 'after');
    fs.mkdirSync(path.join(out, 'new/deep'), { recursive: true });
    fs.writeFileSync(path.join(out, 'new/deep/a.txt'), 'new');
    fs.rmSync(path.join(out, 'sub'), { recursive: true });
    fs.writeFileSync(path.join(out, 'keep.txt'), 'keep');
    expect(await changes(seen)).toEqual({
      changed: ['out/change.txt: old → after', 'out/new/deep/a.txt: new → new', 'out/sub/gone.txt: old → gone'],
      odd: [],
    });
    const { changed } = await seen.changes(signal);
    expect(changed[0]?.pre).toBe(sha256('before'));
    seen.remove();
  });

  it('comes back without links, pipes, second names and names that are no text', async () => {
    const here = setting();
    const seen = await view(here, { writes: ['out/**'] });
    const out = stageOf(seen, 'out');
    fs.symlinkSync(path.join(here.out, 'secret.txt'), path.join(out, 'link'));
    fs.symlinkSync(here.out, path.join(out, 'folder'));
    execFileSync('mkfifo', [path.join(out, 'pipe')]);
    fs.linkSync(path.join(out, 'keep.txt'), path.join(out, 'second'));
    fs.writeFileSync(Buffer.concat([Buffer.from(`${out}/`), Buffer.from([0xff])]), 'x');
    fs.rmSync(path.join(out, 'change.txt'));
    fs.symlinkSync('keep.txt', path.join(out, 'change.txt'));
    const found = await changes(seen);
    expect(found.changed).toEqual([]);
    expect(found.odd.sort()).toEqual(
      ['change.txt', 'folder', 'keep.txt', 'link', 'pipe', 'second', '\uFFFD'].map((name) => `out/${name}`),
    );
    seen.remove();
  });

  it('has no file in it that may not be read', async () => {
    const here = setting();
    here.put('out/.env', 'SECRET');
    const seen = await view(here, { writes: ['out/**'], mayRead: (at) => !at.endsWith('.env') });
    expect(fs.readdirSync(stageOf(seen, 'out')).sort()).toEqual(['change.txt', 'keep.txt', 'sub']);
    expect(await changes(seen)).toEqual({ changed: [], odd: [] });
    seen.remove();
  });

  it('is only a folder in which any name may be written', async () => {
    const here = setting();
    const seen = await view(here, {
      reads: ['out/**'],
      writes: ['out/*.md', 'out/sub/a.md', '**', '/srv/**'],
      mayWrite: (at) => at.endsWith('.md'),
    });
    expect(shown(seen)).toEqual(['read /p/out']);
    expect(temporary(here)).toEqual([]);
  });

  it('is there for the time of the program where the project has no such folder', async () => {
    const here = setting();
    const seen = await view(here, { writes: ['new/deep/**', 'kept/**'] });
    expect(fs.existsSync(path.join(here.root, 'new/deep'))).toBe(true);
    here.put('kept/a.txt');
    seen.remove();
    expect(fs.existsSync(path.join(here.root, 'new'))).toBe(false);
    expect(here.get('kept/a.txt')).toBe('text');
  });

  it('keeps a file’s leave to be executed', async () => {
    const here = setting();
    fs.chmodSync(path.join(here.root, 'out/keep.txt'), 0o755);
    const seen = await view(here, { writes: ['out/**'] });
    expect(fs.statSync(path.join(stageOf(seen, 'out'), 'keep.txt')).mode & 0o777).toBe(0o755);
    seen.remove();
  });

  it('is refused, and nothing of it left, when there is too much to copy', async () => {
    const here = setting();
    for (let n = 0; n <= 5000; n++) here.put(`out/many/${n}`, '');
    expect(await codeOf(view(here, { writes: ['out/**'] }))).toBe('too_large');
    expect(temporary(here)).toEqual([]);
  });

  it('is not taken over when it is more than 200 MB', async () => {
    const here = setting();
    const seen = await view(here, { writes: ['out/**'] });
    const out = stageOf(seen, 'out');
    for (let n = 0; n <= 21; n++) {
      fs.writeFileSync(path.join(out, `large${n}`), '');
      fs.truncateSync(path.join(out, `large${n}`), 9_900_000);
    }
    expect(await codeOf(seen.changes(signal))).toBe('too_large');
    seen.remove();
    expect(temporary(here)).toEqual([]);
  });

  it('is gone after it was removed', async () => {
    const here = setting();
    const seen = await view(here, { writes: ['out/**'] });
    expect(temporary(here)).toHaveLength(1);
    fs.chmodSync(path.join(stageOf(seen, 'out'), 'sub'), 0);
    seen.remove();
    expect(temporary(here)).toEqual([]);
  });
});
