import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { start } from '../../cli/program.ts';
import { inProject, ofType, type ProjectSpec, phase, phases, type Rule, type TestProject } from '../../project.ts';
import { serve } from '../network/servers.ts';

function acts(ops: readonly object[], permissions: string, allow: string): ProjectSpec {
  const rules: Rule[] = [{ match: { turn: 1 }, turn: { ops } }, { turn: { finish: { text: 'done' } } }];
  const md = phases(
    'demo',
    ['artifacts: { note: { text: string } }', `permissions: { ${permissions} }`],
    phase('demo', 'allowed_ops: [sandboxed_exec, web_fetch]'),
  );
  return { skills: { demo: { md, rules } }, config: ['policy:', `  allow: [${allow}]`] };
}

const SCRIPT = 'echo ran >> "$REYN_WORK/ran"; touch "$REYN_WORK/ready"; [ -e "$REYN_WORK/go" ] || sleep 60';
const program = acts(
  [{ kind: 'sandboxed_exec', args: { argv: ['sh', '-c', SCRIPT] } }],
  'exec: [[sh, "**"]]',
  '{ need: exec }',
);

/** Kills the program Reyn itself while a program of its run is at work. @returns the run. */
async function killed({ root }: TestProject): Promise<string> {
  const reyn = start(root, ['run', 'demo', 'go']);
  const ready = () => fs.globSync(path.join(root, '.reyn/work/*/ready'))[0];
  let over = false;
  const end = reyn.ended.finally(() => {
    over = true;
  });
  while (ready() === undefined) {
    if (over) throw new Error(JSON.stringify(await end));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  reyn.child.kill('SIGKILL');
  await end;
  const run = path.basename(path.dirname(ready() ?? ''));
  fs.writeFileSync(path.join(root, '.reyn/work', run, 'go'), '');
  return run;
}
const timesRun = ({ root }: TestProject, run: string) =>
  fs.readFileSync(path.join(root, '.reyn/work', run, 'ran'), 'utf8').split('\n').length - 1;

describe('a program that was at work when Reyn was killed', () => {
  it.each([
    ['done', 1, { result: { confirmed_by_person: true } }],
    ['again', 2, { result: { exit: 0 } }],
    ['fail', 1, { error: { code: 'in_doubt' } }],
  ])('is in doubt; a person who says "%s" decides', (answer, times, receipt) =>
    inProject(program, async (project) => {
      const run = await killed(project);
      const resumed = await project.reyn.resume(run);
      expect(resumed).toMatchObject({
        status: 'waiting',
        exit: 3,
        waiting: [{ kind: 'in_doubt', choices: ['done', 'again', 'fail'] }],
      });
      expect(timesRun(project, run)).toBe(1);
      expect(await project.reyn.resume(run)).toMatchObject({ status: 'waiting' });
      const outcome = await project.reyn.answer(resumed.waiting[0]?.id ?? '', answer);
      expect(outcome).toMatchObject({ status: 'finished', exit: 0 });
      expect(timesRun(project, run)).toBe(times);
      expect(ofType(project.events(run), 'op_started')).toHaveLength(1);
      expect(ofType(project.events(run), 'op_finished').map(({ data }) => data)).toMatchObject([receipt]);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      expect(timesRun(project, run)).toBe(times);
    }),
  );

  it('fails where nobody is to be waited for', () =>
    inProject(program, async (project) => {
      const run = await killed(project);
      expect(await project.reyn.resume(run, { onAsk: 'fail' })).toMatchObject({ status: 'finished' });
      expect(ofType(project.events(run), 'op_finished')[0]?.data.error).toMatchObject({ code: 'in_doubt' });
      expect(timesRun(project, run)).toBe(1);
    }));
});

describe('a page that was being fetched when the run was broken off', () => {
  it('is fetched again: nobody has to be asked about that', async () => {
    const controller = new AbortController();
    let visits = 0;
    const server = await serve({
      '/': (response) => {
        visits += 1;
        if (visits === 1) controller.abort(new Error('stop'));
        else response.writeHead(200, { 'content-type': 'text/plain' }).end('the page');
      },
    });
    const ways = {
      resolver: async () => ['93.184.216.34'],
      standIn: () => ({ address: '127.0.0.1', port: server.port }),
    };
    const spec = acts(
      [{ kind: 'web_fetch', args: { url: 'http://example.org/' } }],
      'net: [example.org]',
      '{ need: net }',
    );
    await inProject({ ...spec, open: { ways } }, async (project) => {
      const { run, status } = await project.run('demo', 'go', { signal: controller.signal });
      expect([status, visits]).toEqual(['interrupted', 1]);
      expect(await project.reyn.resume(run)).toMatchObject({ status: 'finished', exit: 0 });
      expect(visits).toBe(2);
      expect(ofType(project.events(run), 'op_finished')[0]?.data.result).toMatchObject({
        text: 'the page',
        untrusted: true,
      });
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      expect(visits).toBe(2);
    });
  });
});
