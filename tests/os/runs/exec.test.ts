import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/os/json.ts';
import {
  abortAt,
  inProject,
  ofType,
  type ProjectSpec,
  phase,
  phases,
  type Rule,
  type TestProject,
} from '../../project.ts';

type Declared = { read?: string; write?: string };

/** A skill that runs shell scripts one after the other; all programs are allowed, and writing in `out`. */
function runs(
  scripts: readonly (string | object)[],
  { read = '"**"', write = '"out/**"' }: Declared = {},
): ProjectSpec {
  const rules: Rule[] = [
    ...scripts.map((script, i) => ({
      match: { turn: i + 1 },
      turn: {
        ops: [
          {
            kind: 'sandboxed_exec',
            args: typeof script === 'string' ? { argv: ['sh', '-c', script] } : script,
          },
        ],
      },
    })),
    { turn: { finish: { text: 'done' } } },
  ];
  const permissions = `permissions: { exec: [[sh, "**"], [none, "**"]], file: { read: [${read}], write: [${write}] } }`;
  const front = ['artifacts: { note: { text: string } }', permissions];
  const md = phases('demo', front, phase('demo', 'allowed_ops: [sandboxed_exec]'));
  return {
    skills: { demo: { md, rules } },
    files: { 'out/old.txt': 'old', 'out/gone.txt': 'gone', 'in/a.txt': 'a', '.env': 'TOKEN=canary' },
    config: [
      'policy:',
      '  allow: [{ need: exec }, { need: file.write, resource: "{out,fresh,other}/**" }]',
      'exec: { seconds: 20, output_kb: 300 }',
    ],
  };
}

type Receipt = {
  readonly exit?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly [key: string]: Json | undefined;
};

/** Receipts of the programs of a run; of one that failed, its code and message. */
function receipts(project: TestProject, run: string): readonly Receipt[] {
  return ofType(project.events(run), 'op_finished').map(
    ({ data }) => (data.result ?? { error: `${data.error?.code}: ${data.error?.message}` }) as unknown as Receipt,
  );
}
const ran = (
  scripts: readonly (string | object)[],
  check: (project: TestProject, ended: readonly Receipt[]) => unknown,
  declared?: Declared,
) =>
  inProject(runs(scripts, declared), async (project) => {
    const { run } = await project.run('demo', 'go');
    await check(project, receipts(project, run));
    expect(leftOf(project)).toEqual([]);
  });
/** Waits for a file that a program makes in its work folder. */
async function made(project: TestProject, name: string, running: Promise<unknown>): Promise<string> {
  const found = () => fs.globSync(path.join(project.root, '.reyn/work/*', name))[0];
  let over = false;
  const ended = () => {
    over = true;
  };
  running.then(ended, ended);
  for (let file = found(); ; file = found()) {
    if (file !== undefined) return file;
    if (over) throw new Error(`the run ended without ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
/** What is left in the temporary folder of the store. */
const leftOf = ({ root }: TestProject) => fs.readdirSync(path.join(root, '.reyn/tmp'));

describe('a program of a run', () => {
  it('ends with its exit code and output, and the event says what isolated it', () =>
    inProject(runs(['echo hi; echo no >&2; exit 3']), async (project) => {
      const { run, exit } = await project.run('demo', 'go');
      expect(receipts(project, run)).toMatchObject([
        { exit: 3, stdout: 'hi\n', stderr: 'no\n', backend: 'bubblewrap' },
      ]);
      expect(ofType(project.events(run), 'op_started')[0]?.data).toMatchObject({
        backend: 'bubblewrap',
        by: 'allow rule 1',
      });
      expect(exit).toBe(0);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it('has the middle of long output left out, and is told how much', () =>
    ran([`i=0; while [ $i -lt 15000 ]; do echo "line $i ......"; i=$((i+1)); done`], (_, [end]) => {
      expect(end?.stdout.length).toBeLessThan(100_100);
      expect(end?.stdout).toMatch(/^line 0 [\s\S]*\[… \d+ characters …\][\s\S]*line 14999 \.{6}\n$/);
      expect(end?.omitted_characters).toBeGreaterThan(100_000);
    }));

  it('gets its input, starts where it is told to, and works in a folder of its run', () =>
    ran(
      [
        { argv: ['sh', '-c', 'cat; pwd'], stdin: 'given ', cwd: 'in' },
        'echo kept > "$REYN_WORK/x"',
        { argv: ['sh', '-c', 'cat x; pwd'], cwd: 'work:/' },
      ],
      ({ root }, ends) => {
        expect(ends.map((end) => end.stdout ?? end.error)).toEqual([`given ${root}/in\n`, '', 'kept\n/work\n']);
      },
    ));

  it('sees the project less what is closed, and neither the network nor the keys of the user', () =>
    ran(
      [
        'cat .env in/a.txt; ls -a .reyn reyn/project/demo/evals; cat ~/.config/reyn/config.yaml; exit 0',
        'env | grep -c REYN_TRUST; cat /proc/1/environ | tr "\\0" "\\n" | grep -c REYN_TRUST; exit 0',
      ],
      (_, [seen, env]) => {
        expect(seen?.stdout).not.toContain('canary');
        expect(seen?.stdout).toContain('a');
        expect(seen?.stdout).not.toContain('scripted.yaml');
        expect(seen?.stdout).not.toContain('runs');
        expect(env?.stdout).toBe('0\n0\n');
      },
    ));

  it('sees no file a link leads to outside of the project', () => {
    const out = fs.mkdtempSync('/tmp/reyn-out-');
    fs.writeFileSync(`${out}/secret.txt`, 'canary');
    return inProject(runs(['cat in/*; ls in'], { read: '"in/*"' }), async (project) => {
      fs.symlinkSync(`${out}/secret.txt`, `${project.root}/in/link.txt`);
      const { run } = await project.run('demo', 'go');
      expect(receipts(project, run)).toMatchObject([{ stdout: 'aa.txt\n' }]);
    }).finally(() => fs.rmSync(out, { recursive: true }));
  });

  it('that is not there, or not declared, is refused', () =>
    ran([{ argv: ['none', 'x'] }], (_, [end]) => {
      expect(JSON.stringify(end)).toContain('none');
    }));
});

describe('what a program writes', () => {
  it('is taken over file by file where the skill may write without asking, and the rest is told', () =>
    ran(
      [
        'echo new > out/new.txt; echo other > out/old.txt; rm out/gone.txt; mkdir out/.git; echo x > out/.git/config; echo x > out/.npmrc; ln -s /etc/passwd out/link; touch in/b.txt 2>/dev/null; exit 0',
      ],
      (project, [end]) => {
        expect(end).toMatchObject({ exit: 0, changed: ['out/gone.txt', 'out/new.txt', 'out/old.txt'] });
        expect((end?.not_kept as { path: string }[] | undefined)?.map((each) => each.path).sort()).toEqual([
          'out/.git/config',
          'out/.npmrc',
          'out/link',
        ]);
        expect([project.read('out/new.txt'), project.read('out/old.txt'), project.read('out/gone.txt')]).toEqual([
          'new\n',
          'other\n',
          undefined,
        ]);
        expect([project.read('out/.git/config'), project.read('out/.npmrc'), project.read('in/b.txt')]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
        expect(fs.existsSync(path.join(project.root, 'out/link'))).toBe(false);
      },
    ));

  it('is taken over into a folder that was not there', () =>
    ran(
      ['mkdir -p fresh/a && echo x > fresh/a/x.txt', 'ls -d fresh other; exit 0'],
      (project, [end, after]) => {
        expect(end).toMatchObject({ exit: 0, changed: ['fresh/a/x.txt'] });
        expect(after?.stdout).toBe('fresh\nother\n');
        expect(fs.existsSync(path.join(project.root, 'other'))).toBe(false);
      },
      { write: '"fresh/**", "other/**"' },
    ));

  it('is taken over also when the program says that it failed', () =>
    ran(['echo report > out/report.txt; exit 1'], (project, [end]) => {
      expect(end).toMatchObject({ exit: 1, changed: ['out/report.txt'] });
      expect(project.read('out/report.txt')).toBe('report\n');
    }));

  it('is not taken over where somebody changed the file meanwhile', () =>
    inProject(
      runs(['echo mine > out/old.txt; touch "$REYN_WORK/ready"; while [ ! -e "$REYN_WORK/go" ]; do sleep 0.02; done']),
      async (project) => {
        const running = project.run('demo', 'go');
        const ready = await made(project, 'ready', running);
        project.write('out/old.txt', 'theirs');
        fs.writeFileSync(path.join(path.dirname(ready), 'go'), '');
        const { run } = await running;
        expect(receipts(project, run)).toMatchObject([{ exit: 0, not_kept: [{ path: 'out/old.txt' }] }]);
        expect(project.read('out/old.txt')).toBe('theirs');
      },
    ));

  const HALF = 'echo half > out/old.txt; echo w > "$REYN_WORK/w"';
  it.each([
    ['at its deadline', { argv: ['sh', '-c', `${HALF}; sleep 60`], timeout_ms: 300 }, { stopped: 'time' }],
    ['for saying too much', { argv: ['sh', '-c', `${HALF}; yes`] }, { stopped: 'output' }],
  ])('is not taken over when the program was broken off %s', (_, script, how) =>
    ran([script, 'cat "$REYN_WORK/w"'], (project, [end, next]) => {
      expect(end).toMatchObject(how);
      expect(end?.note).toContain('as they were before');
      expect([project.read('out/old.txt'), end?.changed]).toEqual(['old', undefined]);
      expect(next?.stdout).toBe('w\n');
    }),
  );

  it('is not taken over when the run is aborted meanwhile, and the op is left in doubt', () =>
    inProject(runs(['echo half > out/old.txt; touch "$REYN_WORK/ready"; sleep 60']), async (project) => {
      const controller = new AbortController();
      const running = project.run('demo', 'go', { signal: controller.signal });
      await made(project, 'ready', running);
      controller.abort(new Error('enough'));
      const { run, status } = await running;
      expect(status).toBe('interrupted');
      expect(project.read('out/old.txt')).toBe('old');
      expect(leftOf(project)).toEqual([]);
      expect(ofType(project.events(run), 'op_finished')).toEqual([]);
      const resumed = await project.reyn.resume(run);
      expect(resumed).toMatchObject({
        status: 'waiting',
        waiting: [{ kind: 'in_doubt', choices: ['done', 'again', 'fail'] }],
      });
    }));

  it('cannot go anywhere without a rule that opens the folder', () =>
    ran(
      ['echo x > out/new.txt; echo x > elsewhere.txt; exit 0'],
      (project, [end]) => {
        expect(end?.changed).toBeUndefined();
        expect(project.read('out/new.txt')).toBeUndefined();
      },
      { write: '"elsewhere/**"' },
    ));
});

describe('what a killed process leaves of a program', () => {
  it('is gone once the next has begun to write', () =>
    inProject(runs(['true']), async (project) => {
      const stale = path.join(project.root, '.reyn/tmp/someone.7/0');
      fs.mkdirSync(stale, { recursive: true });
      fs.writeFileSync(path.join(stale, 'x'), 'x');
      await project.run(
        'demo',
        'go',
        abortAt(() => false),
      );
      expect(leftOf(project)).toEqual([]);
    }));
});
