import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { put, without } from '../../src/cli/schedule/crontab.ts';
import { systemd } from '../../src/cli/schedule/systemd.ts';
import { freshRoot } from '../os/events/scene.ts';
import { reyn } from './surroundings.ts';

/** A machine whose crontab is a file, and whose systemctl writes down what it is asked. */
function machine(programs: readonly string[] = ['crontab']) {
  const home = fs.realpathSync(freshRoot());
  const table = path.join(home, 'table');
  const asked = path.join(home, 'asked');
  const scripts: Record<string, string> = {
    crontab: `if [ "$1" = -l ]; then [ -f '${table}' ] || { echo "no crontab for me" >&2; exit 1; }; cat '${table}'; else cat > '${table}'; fi`,
    systemctl: `echo "$*" >> '${asked}'`,
  };
  fs.mkdirSync(path.join(home, 'bin'));
  for (const name of programs) {
    fs.writeFileSync(path.join(home, 'bin', name), `#!/bin/sh\n${scripts[name]}\n`, { mode: 0o755 });
  }
  const root = path.join(home, "it's 100% mine");
  fs.mkdirSync(path.join(root, '.reyn'), { recursive: true });
  const env = { HOME: home, PATH: `${path.join(home, 'bin')}:/usr/bin:/bin` };
  const text = (file: string) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
  return {
    root,
    home,
    table: () => text(table),
    asked: () => text(asked),
    fill: (content: string) => fs.writeFileSync(table, content),
    run: (argv: readonly string[], options: { tty?: boolean; stdin?: string } = {}) =>
      reyn(['schedule', ...argv], {}, { env, cwd: root, ...options }),
  };
}

const OTHERS = 'MAILTO=me\n# mine\n0 5 * * * /bin/true 100\\%\n';

describe('reyn schedule', () => {
  it('adds one entry to the crontab and leaves every other line as it is', async () => {
    const { run, table, fill, root } = machine();
    fill(OTHERS);
    expect((await run(['install', '--at', '02:15', '--yes', '--', 'essay', '--max-usd', '2'])).exit).toBe(0);
    const written = table();
    expect(written.startsWith(OTHERS)).toBe(true);
    const [begin, line, end] = written.slice(OTHERS.length).split('\n');
    expect(begin).toBe(`# reyn improve: begin ${root}`);
    expect(line).toContain("15 2 * * * cd '/");
    expect(line).toContain("it'\\''s 100\\% mine' && ");
    expect(line).toContain('reyn.js -C ');
    expect(line).toContain(' improve essay --max-usd 2 >> ');
    expect(end).toBe(`# reyn improve: end ${root}`);
  });

  it('refuses backslashes that cron or systemd would take for the end of a command, or its going on', async () => {
    const { run, table } = machine(['crontab', 'systemctl']);
    const cron = await run(['install', '--by', 'crontab', '--yes', '--', 'a\\%; touch owned']);
    expect([cron.exit, table()]).toEqual([2, '']);
    const entry = { root: '/x\\', hour: 1, minute: 2, argv: ['/bin/true'], log: '/x/log' };
    expect(() => systemd({ env: { HOME: '/h' } }).preview(entry)).toThrow(/backslash/);
    const quoted = systemd({ env: { HOME: '/h' } }).preview({
      ...entry,
      root: '/x',
      argv: ['/bin/a b', '$HOME %h "; `x`', ';'],
    });
    expect(quoted).toContain('ExecStart="/bin/a b" "$$HOME %%h \\"; `x`" ";"\n');
  });

  it('changes its own entry, and writes nothing when it is there as it should be', async () => {
    const { run, table } = machine();
    await run(['install', '--yes']);
    const first = table();
    expect((await run(['install', '--yes'])).err).toContain('It was there already.');
    expect(table()).toBe(first);
    await run(['install', '--at', '4:05', '--yes']);
    expect(table()).toBe(first.replace('30 3 * * *', '5 4 * * *'));
  });

  it('takes its entry out and nothing else', async () => {
    const { run, table, fill } = machine();
    fill(OTHERS);
    await run(['install', '--yes']);
    expect((await run(['remove', '--yes'])).err).toContain('Taken out of crontab.');
    expect(table()).toBe(OTHERS);
    expect((await run(['remove', '--yes'])).err).toContain('Nothing of this project is scheduled.');
  });

  it('shows what it would write and asks; no is the answer of silence', async () => {
    const { run, table } = machine();
    const silent = await run(['install'], { tty: true, stdin: '\n' });
    expect([silent.exit, table()]).toEqual([1, '']);
    expect(silent.err).toContain('30 3 * * * cd ');
    expect((await run(['install'], { tty: true, stdin: 'y\n' })).exit).toBe(0);
    expect(table()).toContain('--all-failing');
  });

  it('writes nothing unasked where nobody can be asked', async () => {
    const { run, table } = machine();
    const { err, exit } = await run(['install']);
    expect([exit, table()]).toEqual([2, '']);
    expect(err).toContain('Say --yes');
  });

  it('has the entry do what it says when sh runs it', async () => {
    const { run, table, root, home } = machine();
    await run(['install', '--yes', '--', '--help']);
    const line = table().split('\n')[1] ?? '';
    const command = line.split(' ').slice(5).join(' ').replaceAll('\\%', '%');
    const { spawnSync } = await import('node:child_process');
    expect(
      spawnSync('sh', ['-c', command.replace(/ \/\S*reyn\.js/, ' -p process.cwd\\(\\) --')], { cwd: home }).status,
    ).toBe(0);
    expect(fs.readFileSync(path.join(root, '.reyn', 'improve.log'), 'utf8')).toBe(`${root}\n`);
  });

  it('lists what is scheduled', async () => {
    const { run, root } = machine();
    expect((await run(['list'])).err).toContain('Nothing is scheduled.');
    await run(['install', '--yes']);
    const rows = JSON.parse((await run(['list', '--json'])).out) as unknown[];
    expect(rows).toMatchObject([{ by: 'crontab', at: '03:30', root }]);
  });

  it('makes a timer of systemd where there is no crontab', async () => {
    const { run, asked, home } = machine(['systemctl']);
    expect((await run(['install', '--yes'])).exit).toBe(0);
    const dir = path.join(home, '.config/systemd/user');
    const [service = '', timer = ''] = fs.readdirSync(dir);
    expect(fs.readFileSync(path.join(dir, timer), 'utf8')).toContain('OnCalendar=*-*-* 03:30:00');
    const text = fs.readFileSync(path.join(dir, service), 'utf8');
    expect(text).toContain('it\'s 100%% mine\nExecStart="');
    expect(asked()).toContain(`--user enable --now ${timer}\n`);
    expect((await run(['list'])).out).toContain('03:30  systemd');
    expect((await run(['remove', '--yes'])).exit).toBe(0);
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it('says so where there is nothing to schedule by', async () => {
    const { err, exit } = await machine([]).run(['install', '--yes', '--by', 'crontab']);
    expect(exit).toBe(2);
    expect(err).toContain('There is no crontab here');
  });

  it('refuses a crontab in which one of its two marks is gone', async () => {
    const { run, table, fill, root } = machine();
    const half = `# reyn improve: begin ${root}\n0 1 * * * something of mine\n`;
    fill(half);
    expect((await run(['install', '--yes'])).exit).toBe(4);
    expect(table()).toBe(half);
  });

  it('leaves a crontab as it was when its entry comes and goes, whatever stands there', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 20 }).map((text) => text.replace(/[\n\r]/g, '')),
      fc.constant('# reyn improve: begin /other'),
    );
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 0, max: 23 }), (lines, hour) => {
        const before = lines.map((each) => `${each}\n`).join('');
        const entry = { root: '/p', hour, minute: 0, argv: ['reyn'], log: '/l' };
        const after = put(before, entry);
        expect(put(after, entry)).toBe(after);
        expect(without(after, '/p')).toBe(before);
      }),
    );
  });
});
