import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/os/events/event.ts';
import { PASSING } from '../../../src/os/runs/recording.ts';
import { abortAt, inProject, ofType, onePhase, phase, phases, type TestProject } from '../../project.ts';
import { EVERYTHING } from '../kernel/logs.ts';

/** What a run did, without how processes came and went; concurrent reads in no order. */
function done(events: readonly RunEvent[]): string[] {
  return events
    .filter(({ type }) => !PASSING.includes(type))
    .map(({ type, step = '' }) => `${type} ${step}`)
    .sort();
}

const ANSWERS: Readonly<Record<string, string>> = { permission: 'allow', question: 'this' };
const ask = async ({ kind }: { kind: string }) => ANSWERS[kind];

/** Runs the skill with everything in it, interrupted at each of the events counted, and resumed to its end. */
async function interruptedAt(project: TestProject, stops: readonly number[]) {
  const [first = 0, ...more] = stops;
  const counting = (at: number) => abortAt((_, count) => count === at);
  let outcome = await project.run('work', 'go', { ask, ...counting(first) });
  for (const at of more) outcome = await project.reyn.resume(outcome.run, { ask, ...counting(at) });
  return project.reyn.resume(outcome.run, { ask });
}

describe('a run that is interrupted and resumed', () => {
  it('does the same, once, wherever it was stopped', () =>
    inProject(EVERYTHING, async (project) => {
      const whole = await project.run('work', 'go', { ask });
      const { run: _, spent: __, ...expected } = whole;
      const events = project.events(whole.run);
      expect(whole.status).toBe('finished');
      expect(events.length).toBeGreaterThan(30);
      for (let at = 1; at < events.length; at++) {
        fs.rmSync(path.join(project.root, 'out'), { recursive: true });
        const outcome = await interruptedAt(project, [at]);
        const { run: _, spent: __, ...end } = outcome;
        expect(end, `stopped at event ${at}`).toEqual(expected);
        expect(done(project.events(outcome.run)), `stopped at event ${at}`).toEqual(done(events));
        expect([project.read('out/ok/1.txt'), project.read('out/asked.txt')]).toEqual(['1', '2']);
      }
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }));

  it('does so however often', () =>
    inProject(EVERYTHING, async (project) => {
      const whole = await project.run('work', 'go', { ask });
      const events = done(project.events(whole.run));
      const stops = fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 2, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(stops, async (at) => {
          fs.rmSync(path.join(project.root, 'out'), { recursive: true, force: true });
          const outcome = await interruptedAt(project, at);
          expect(outcome.artifact).toEqual(whole.artifact);
          expect(done(project.events(outcome.run))).toEqual(events);
          expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
        }),
        { numRuns: 5 },
      );
    }));

  it('runs on the skill it began with, edited, broken or gone', () =>
    inProject(EVERYTHING, async (project) => {
      const folder = path.join(project.root, 'reyn/project/work');
      const changes = [
        () => project.skill('work', { md: onePhase('work', 'artifacts: { other: { x: integer } }'), rules: [] }),
        () => project.write('reyn/project/work/skill.md', '---\nbroken'),
        () => fs.rmSync(folder, { recursive: true }),
      ];
      const stopped = [];
      for (const _ of changes) stopped.push(await project.run('work', 'go', { ask, ...abortAt((__, n) => n === 5) }));
      for (const [i, change] of changes.entries()) {
        change();
        const reyn = await project.reopen();
        expect(await reyn.resume(stopped[i]?.run ?? '', { ask })).toMatchObject({ status: 'finished', exit: 4 });
      }
    }));

  it('keeps the limits and the model it began with', () =>
    inProject(
      {
        skills: {
          demo: {
            md: phases(
              'demo',
              ['artifacts: { note: { text: string } }', 'entry: a', 'graph: { a: [b], b: [end] }'],
              phase('a', 'input: user_message'),
              phase('b', 'input: note'),
            ),
            rules: [
              { match: { phase: 'a' }, turn: { to: 'b', artifact: { text: 'x' } } },
              { turn: { finish: { text: 'done' } } },
            ],
          },
        },
      },
      async (project) => {
        const stopped = await project.run(
          'demo',
          'go',
          abortAt(({ type }) => type === 'turn_decided'),
        );
        project.write('reyn.yaml', 'model: other\nbase_url: http://127.0.0.1:9/v1\nlimits: { max_turns: 1 }\n');
        project.skill('demo', { rules: [] });
        const reyn = await project.reopen();
        expect(await reyn.resume(stopped.run)).toMatchObject({ status: 'finished', exit: 0, spent: { turns: 2 } });
      },
    ));

  it('stays as it is once it has ended', () =>
    inProject(EVERYTHING, async (project) => {
      const whole = await project.run('work', 'go', { ask });
      const log = fs.readFileSync(path.join(project.root, '.reyn/runs', whole.run, 'events.jsonl'), 'utf8');
      const reyn = await project.reopen();
      expect(await reyn.resume(whole.run, { ask })).toEqual(whole);
      expect(fs.readFileSync(path.join(project.root, '.reyn/runs', whole.run, 'events.jsonl'), 'utf8')).toBe(log);
    }));

  it('that never was is refused', () =>
    inProject({}, async (project) => {
      await expect(project.reyn.resume('aaaaaaaaaa')).rejects.toMatchObject({ code: 'not_found', exit: 2 });
    }));
});

/** A run that died between the intent of a write and its receipt; `file` is what stands there afterwards. */
async function inDoubt(
  op: object,
  before: string | undefined,
  file: string | undefined,
  body: (project: TestProject, run: string) => Promise<void>,
) {
  const spec = {
    files: before === undefined ? {} : { 'out/x.txt': before },
    config: ['policy: { allow: [{ need: file.write, resource: "out/**" }] }'],
    skills: {
      demo: {
        md: phases(
          'demo',
          ['artifacts: { note: { text: string } }', 'permissions: { file: { write: ["out/**"] } }'],
          phase('demo', 'allowed_ops: [write_file, edit_file, delete_file]'),
        ),
        rules: [{ match: { turn: 1 }, turn: { ops: [op] } }, { turn: { finish: { text: 'done' } } }],
      },
    },
  };
  await inProject(spec, async (project) => {
    const { run } = await project.run(
      'demo',
      'go',
      abortAt(({ type }) => type === 'op_finished'),
    );
    await project.reyn.close();
    const log = path.join(project.root, '.reyn/runs', run, 'events.jsonl');
    const lines = fs.readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(lines.slice(-2).map((line) => JSON.parse(line).type)).toEqual(['op_finished', 'run_interrupted']);
    fs.writeFileSync(log, `${lines.slice(0, -2).join('\n')}\n`);
    const place = path.join(project.root, 'out/x.txt');
    if (file === undefined) fs.rmSync(place, { force: true });
    else fs.writeFileSync(place, file);
    await project.reopen();
    await body(project, run);
  });
}

const WRITE = { kind: 'write_file', args: { path: 'out/x.txt', content: 'new' } };
const DELETE = { kind: 'delete_file', args: { path: 'out/x.txt' } };
const EDIT = { kind: 'edit_file', args: { path: 'out/x.txt', edits: [{ find: 'old', replace: 'new' }] } };

describe('a write that was under way when its process died', () => {
  it.each([
    ['had been done', WRITE, undefined, 'new', 'new'],
    ['had been done over another file', WRITE, 'old', 'new', 'new'],
    ['had not been done', WRITE, undefined, undefined, 'new'],
    ['had not been done over another file', WRITE, 'old', 'old', 'new'],
    ['had been done, and was an edit', EDIT, 'old text', 'new text', 'new text'],
    ['had not been done, and was an edit', EDIT, 'old text', 'old text', 'new text'],
    ['had been done, and was a deletion', DELETE, 'old', undefined, undefined],
    ['had not been done, and was a deletion', DELETE, 'old', 'old', undefined],
  ])('is brought to its end without asking when it %s', (_, op, before, file, after) =>
    inDoubt(op, before, file, async (project, run) => {
      expect(await project.reyn.resume(run)).toMatchObject({ status: 'finished', exit: 0 });
      expect(project.read('out/x.txt')).toBe(after);
      expect(done(project.events(run)).filter((line) => line.startsWith('op_'))).toEqual([
        'op_finished 1/t1/o1',
        'op_started 1/t1/o1',
      ]);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }),
  );

  it('is not written again when it had been done', () =>
    inDoubt(WRITE, undefined, 'new', async (project, run) => {
      const place = path.join(project.root, 'out/x.txt');
      const { ino, mtimeMs } = fs.statSync(place);
      await project.reyn.resume(run);
      expect(fs.statSync(place)).toMatchObject({ ino, mtimeMs });
    }));

  it('counts as done even where it would be denied today', () =>
    inDoubt(WRITE, undefined, 'new', async (project, run) => {
      project.write('reyn.yaml', 'model: scripted\npolicy: { deny: [{ need: file.write }] }\n');
      const reyn = await project.reopen();
      expect(await reyn.resume(run)).toMatchObject({ status: 'finished', exit: 0, denied: [] });
    }));

  it('is denied where it was not done and would be denied today', () =>
    inDoubt(WRITE, undefined, undefined, async (project, run) => {
      project.write('reyn.yaml', 'model: scripted\npolicy: { deny: [{ need: file.write }] }\n');
      const reyn = await project.reopen();
      expect(await reyn.resume(run)).toMatchObject({ status: 'finished', exit: 4 });
      expect(project.read('out/x.txt')).toBeUndefined();
    }));

  it.each([
    ['keep', undefined],
    ['fail', 'in_doubt'],
  ])('is for a person to decide when somebody else wrote there meanwhile: %s', (answer, code) =>
    inDoubt(WRITE, 'old', 'theirs', async (project, run) => {
      const waiting = await project.reyn.resume(run);
      expect(waiting).toMatchObject({
        status: 'waiting',
        exit: 3,
        waiting: [{ kind: 'in_doubt', choices: ['keep', 'fail'] }],
      });
      const outcome = await project.reyn.answer(waiting.waiting[0]?.id ?? '', answer);
      expect(outcome).toMatchObject({ status: 'finished' });
      expect(project.read('out/x.txt')).toBe('theirs');
      expect(ofType(project.events(run), 'op_finished')[0]?.data.error?.code).toBe(code);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }),
  );

  it('fails where nobody is to be waited for', () =>
    inDoubt(WRITE, 'old', 'theirs', async (project, run) => {
      expect(await project.reyn.resume(run, { onAsk: 'fail' })).toMatchObject({ status: 'finished' });
      expect(ofType(project.events(run), 'op_finished')[0]?.data.error?.code).toBe('in_doubt');
      expect(project.read('out/x.txt')).toBe('theirs');
    }));
});

describe('a run that another process drives', () => {
  const SLOW = {
    skills: {
      demo: {
        md: onePhase('demo', 'artifacts: { note: { text: string } }'),
        rules: [{ turn: { finish: { text: 'done' }, delay_ms: 60_000 } }],
      },
    },
  };

  /** Another process that runs the skill; resolves with the run's id once it does. */
  function drive(root: string): Promise<{ child: ChildProcess; run: string }> {
    const source = pathToFileURL(path.resolve('src/reyn.ts')).href;
    const code = `
      import { openReyn } from '${source}';
      const reyn = await openReyn({ root: process.argv[1], env: {} });
      await reyn.run('demo', { text: 'go' }, { onEvent: ({ run }) => process.stdout.write(run) });
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Promise((resolve) => {
      child.stdout?.once('data', (run: Buffer) => resolve({ child, run: run.toString() }));
    });
  }

  it('is busy until that process lets go of it', () =>
    inProject(SLOW, async (project) => {
      const { child, run } = await drive(project.root);
      const gone = new Promise((resolve) => child.on('close', resolve));
      try {
        await expect(project.reyn.resume(run)).rejects.toMatchObject({ code: 'busy', exit: 7 });
        await expect(project.reyn.cancel(run, 'x')).rejects.toMatchObject({ code: 'busy' });
        expect(project.types(run)).toEqual(['run_skill_started']);
      } finally {
        child.kill('SIGKILL');
        await gone;
      }
      expect(await project.reyn.cancel(run, 'enough')).toMatchObject({ status: 'aborted', exit: 1 });
    }));
});
