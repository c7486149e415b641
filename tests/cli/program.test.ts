import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/os/events/event.ts';
import type { RunOutcome } from '../../src/os/runs/outcome.ts';
import { folderWith, reynIn, start, withExamples } from './program.ts';

describe('a new project, from nothing to a verified log', () => {
  const { root, remove } = folderWith({});
  afterAll(remove);
  const reyn = (...argv: string[]) => reynIn(root, argv);

  it('is made, gets a skill that is clean, runs it, and can show, replay and verify what happened', async () => {
    expect((await reyn('init')).exit).toBe(0);
    const made = await reyn('new', 'greet', 'Greet the person by name');
    expect(made).toMatchObject({ exit: 0, out: expect.stringContaining('reyn/project/greet/skill.md\n') });
    expect(await reyn('lint')).toMatchObject({ exit: 0, out: '', err: 'No findings.\n' });

    const ran = await reyn('run', 'greet', 'I am Ada');
    expect(ran.exit).toBe(0);
    expect(ran.out).toContain('I am Ada');
    expect(ran.err).toMatch(/^greet run \w{10} · model scripted \(no model is called\)\n/);
    expect(ran.err).toMatch(/finished run \w{10} · 1 turn/);

    const listed = await reyn('runs', 'list', '--json');
    const [run] = JSON.parse(listed.out) as { run: string; status: string }[];
    expect(run?.status).toBe('finished');
    expect((await reyn('runs', 'show', run?.run.slice(0, 6) ?? '')).out).toMatch(/^\w{10} {2}greet {2}finished\n/);
    expect((await reyn('replay', 'latest')).out).toMatch(/^identical \w{10} · .* · 0 model calls\n$/);
    expect((await reyn('audit', 'verify')).out).toMatch(/^intact 1 run, \d+ events/);
    expect((await reyn('events', 'query', '--type', 'run_finished')).out.split('\n')).toHaveLength(2);
    expect((await reyn('status')).out).toMatch(/runs {4}1 · 1 finished/);
  });

  it('notices one changed byte of a log and names its place', async () => {
    const [run = ''] = readdirSync(join(root, '.reyn/runs'));
    const log = join(root, '.reyn/runs', run, 'events.jsonl');
    const before = readFileSync(log, 'utf8');
    writeFileSync(log, before.replace('I am Ada', 'I am Eve'));
    const verified = await reyn('audit', 'verify');
    expect(verified.exit).toBe(6);
    expect(verified.out).toContain(`.reyn/runs/${run}/events.jsonl:1`);
    writeFileSync(log, before);
    expect((await reyn('audit', 'verify', 'latest')).exit).toBe(0);
  });

  it('records a changed setting', async () => {
    expect(await reyn('config', 'set', 'limits.usd', '2')).toMatchObject({ exit: 0, out: '' });
    expect((await reyn('config', 'get', 'limits.usd')).out).toBe('2\n');
    const [event] = JSON.parse((await reyn('events', 'query', '--type', 'config_set', '--json')).out) as RunEvent[];
    expect(event?.data).toEqual({ key: 'limits.usd', value: 2, file: 'reyn.yaml' });
  });

  it('says that a setting has no value, and exits 1', async () => {
    expect(await reyn('config', 'get', 'base_url')).toMatchObject({
      out: '',
      err: 'base_url is not set.\n',
      exit: 1,
    });
    expect((await reyn('config', 'get', 'base_url', '--json')).out).toBe('null\n');
  });

  it('records no setting that did not change, and says so', async () => {
    const events = async () => (await reyn('events', 'query', '--type', 'config_set')).out;
    await reyn('config', 'set', 'limits.max_turns', '9');
    const before = await events();
    expect((await reyn('config', 'set', 'limits.max_turns', '9')).err).toBe(
      'limits.max_turns is unchanged: 9 in reyn.yaml.\n',
    );
    expect(JSON.parse((await reyn('config', 'set', 'limits.max_turns', '9', '--json')).out)).toMatchObject({
      changed: false,
    });
    expect(await events()).toBe(before);
    await reyn('config', 'set', 'limits.max_turns', '8');
    expect(await events()).not.toBe(before);
  });

  it('is well, says the doctor', async () => {
    const { out, exit } = await reyn('doctor', '--json');
    const states = JSON.parse(out) as { name: string; state: string }[];
    expect(states.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(exit).toBe(0);
    expect(readdirSync(root).filter((name) => name.startsWith('.reyn-doctor'))).toEqual([]);
  });
});

describe('the worked examples', () => {
  const { root, remove } = folderWith({});
  beforeAll(() => withExamples(root));
  afterAll(remove);
  const reyn = (argv: string[], stdin?: string) => reynIn(root, argv, stdin === undefined ? {} : { stdin });

  it('run with one document on stdout for --json, and nothing on stderr for --quiet', async () => {
    const { out, err, exit } = await reyn(['run', 'summarize', 'Ship it', '--json', '--quiet']);
    const outcome = JSON.parse(out) as RunOutcome;
    expect(outcome).toMatchObject({ status: 'finished', exit: 0, skill: 'summarize' });
    expect({ err, exit }).toEqual({ err: '', exit: 0 });
  });

  it('stream their events on stdout for --events', async () => {
    const { out } = await reyn(['run', 'essay', 'Tea', '--events']);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.at(-1)?.type).toBe('run_finished');
  });

  it('wait for a person where nobody is there, and go on with the answer', async () => {
    const asked = await reyn(['run', 'plan_day', 'A day']);
    expect(asked.exit).toBe(3);
    expect(asked.out).toBe('');
    expect(asked.err).toMatch(/next {3}reyn answer \w+ 'the report'/);
    const [open] = JSON.parse((await reyn(['inbox', '--json'])).out) as { id: string }[];
    expect((await reyn(['answer', open?.id ?? '', 'something wrong'])).exit).toBe(2);
    const answered = await reyn(['answer', 'latest', 'the', 'report']);
    expect(answered.exit).toBe(0);
    expect(answered.err).toMatch(/^plan_day run \w{10} goes on in plan_day\n {2}→ end/);
    expect(answered.out).toContain('focus: ');
    expect((await reyn(['inbox'])).err).toBe('Nothing waits for a person.\n');
  });

  it('ask on stderr and take the answer from stdin when told to prompt', async () => {
    const { out, err, exit } = await reyn(['run', 'plan_day', 'A day', '--on-ask', 'prompt'], 'nonsense\n2\n');
    expect(err).toContain('? Which one thing must be done today?');
    expect(err).toContain('  2  the review');
    expect(err).toContain('Type one of: the report, the review, something else');
    expect({ exit, plan: out.startsWith('focus: ') }).toEqual({ exit: 0, plan: true });
  });

  it('keep the limits of the command line', async () => {
    const { err, exit } = await reyn(['run', 'essay', 'Tea', '--max-turns', '2']);
    expect(exit).toBe(5);
    expect(err).toContain('max_turns');
  });

  it('can be forked, cancelled, and show their graph', async () => {
    const { out } = await reyn(['run', 'essay', 'Tea', '--events', '--quiet']);
    const run = (JSON.parse(out.split('\n')[0] ?? '') as RunEvent).run;
    const fork = (await reyn(['runs', 'fork', run, '--at', '2'])).out.trim();
    expect(fork).toMatch(/^\w{10}$/);
    expect((await reyn(['resume', fork])).exit).toBe(0);
    const again = (await reyn(['runs', 'fork', run, '--at', '2'])).out.trim();
    expect((await reyn(['runs', 'cancel', again])).exit).toBe(0);
    expect(JSON.parse((await reyn(['runs', 'list', '--status', 'aborted', '--json'])).out)).toHaveLength(1);
    expect((await reyn(['skill', 'show', 'essay', '--graph'])).out).toContain('└─▶ review ⟲');
  });

  it.each([
    [['run', 'sumarize', 'x'], 2, /Did you mean|summarize/],
    [['run', 'summarize', '{"txt": 1}'], 2, /text/],
    [['run', 'summarize', 'x', '--model', 'gpt'], 2, /gpt/],
    [['resume', 'zzz'], 2, /there is no run "zzz"/],
    [['answer', 'zzz', 'x'], 2, /there is no question "zzz"/],
    [['replay', 'latest', '--against', 'nowhere'], 2, /nowhere/],
    [['skill', 'show', 'nothing'], 2, /nothing/],
    [['skill', 'copy', 'essay', '--as', 'Not A Name'], 2, /Not A Name/],
    [['new', 'essay'], 2, /essay/],
    [['skill', 'copy', 'essay'], 2, /essay/],
    [['lint', 'nothing'], 2, /nothing/],
    [['runs', 'fork', 'latest', '--at', '99999'], 2, /99999/],
    [['audit', 'verify', 'zzz'], 2, /zzz/],
  ])('reyn %j exits %i without a stack trace', async (argv, code, message) => {
    const { err, exit } = await reyn(argv);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^ {4}at /m);
    expect(err).toMatch(/^error: /m);
    expect(exit).toBe(code);
  });

  it('end quietly when nobody reads their output', async () => {
    const { child, ended } = start(root, ['events', 'query', '--limit', '100000']);
    child.stdout?.destroy();
    const { err } = await ended;
    expect(err).toBe('');
  });
});

describe('a configuration that is wrong', () => {
  const { root, remove } = folderWith({ 'reyn.yaml': 'modle: x\n' });
  afterAll(remove);

  it('stops a run before it begins and leaves no trace, and `config check` says all of it', async () => {
    const ran = await reynIn(root, ['run', 'x', 'y']);
    expect(ran.err).toBe(
      'error: "modle" is not a key of the configuration.\n  where  reyn.yaml:1:1\n  next   Did you mean "model"?\n',
    );
    expect(ran.exit).toBe(2);
    const checked = await reynIn(root, ['config', 'check']);
    expect(checked).toMatchObject({ exit: 2, out: expect.stringContaining('reyn.yaml:1:1') });
    expect((await reynIn(root, ['doctor', '--offline'])).exit).toBe(7);
    expect(existsSync(join(root, '.reyn'))).toBe(false);
  });
});
