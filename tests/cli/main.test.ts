import { describe, expect, it } from 'vitest';
import type { Reyn, RunOptions } from '../../src/api.ts';
import { UserError } from '../../src/os/errors.ts';
import type { RunInput } from '../../src/os/runs/input.ts';
import { outcomeWith, reyn } from './surroundings.ts';

/** A `run` that remembers what it was asked. */
function remembering() {
  const asked: { skill: string; input: RunInput; options: RunOptions }[] = [];
  const run: Reyn['run'] = async (skill, input, options = {}) => {
    asked.push({ skill, input, options });
    return outcomeWith();
  };
  return { asked, run };
}

describe('a command line that does not fit', () => {
  const cases: [argv: string[], what: RegExp][] = [
    [[], /^Usage: reyn/],
    [['bogus'], /Unknown command 'bogus'\.\n {2}next {3}See what there is with --help\./],
    [['runn'], /Unknown command 'runn'\.\n {2}next {3}Did you mean one of run, runs\?/],
    [['skill'], /^Usage: reyn skill/],
    [['skill', 'lst'], /Unknown command 'lst'\.\n.*Did you mean list\?/],
    [['run'], /Missing required argument 'skill'/],
    [['run', 'x', 'y', 'z'], /Too many arguments/],
    [['run', 'x', 'y', '--modle', 'z'], /Unknown option '--modle'\.\n.*Did you mean --model\?/],
    [['run', 'x', 'y', '--max-turns', '-1'], /must be a whole number/],
    [['run', 'x', 'y', '--max-usd', 'much'], /must be a number/],
    [['run', 'x', 'y', '--on-ask', 'shout'], /Allowed choices are prompt, suspend, fail/],
    [['run', 'x', '-', '--on-ask', 'prompt'], /cannot hold both/],
    [['lint', '--format', 'xml'], /Allowed choices are text, json, sarif/],
    [['runs', 'list', '--status', 'wating'], /'wating' is invalid.*\n {2}next {3}Did you mean waiting\?/],
    [['events', 'query', '--type', 'run_finishd'], /no type of event "run_finishd".*\n.*Did you mean "run_finished"\?/],
    [['events', 'tail', '--type', 'nonsense'], /no type of event "nonsense".*\n.*run_skill_started, .*config_set/],
    [['events', 'query', '--since', 'yesterday'], /It must be a date/],
    [['-C', '/no/such/folder', 'status'], /There is no folder/],
    [['config', 'get', 'limits.usdd'], /Did you mean "limits\.usd"/],
    [['answer', '7q2'], /Missing required argument 'text'/],
    [['answer', 'latest', 'yes'], /No question is open/],
  ];
  it.each(cases)('reyn %j exits 2 and says what to do', async (argv, what) => {
    const { out, err, exit } = await reyn(argv);
    expect(err).toMatch(what);
    expect(out).toBe('');
    expect(exit).toBe(2);
  });
});

describe('help', () => {
  const commands = [
    'run',
    'resume',
    'inbox',
    'answer',
    'new',
    'lint',
    'replay',
    'status',
    'init',
    'doctor',
    'completion',
  ];
  const nested = [
    'skill list',
    'skill show',
    'skill copy',
    'skill split',
    'skill join',
    'schema print',
    'runs list',
    'runs show',
    'runs cancel',
    'runs fork',
  ];
  const more = [
    'skill export',
    'skill import',
    'events query',
    'events tail',
    'audit verify',
    'config show',
    'config get',
    'config set',
    'config check',
    'models list',
    'models test',
    'models probe',
    'index list',
    'index search',
    'index drop',
  ];
  it.each([...commands, ...nested, ...more])('of `reyn %s` has examples', async (command) => {
    const { out, err, exit } = await reyn([...command.split(' '), '--help']);
    expect(out).toContain(`Usage: reyn ${command}`);
    expect(out).toContain('Examples:\n  ');
    expect(out).toMatch(/^Usage: [^\n]+\n\n[A-Z][\s\S]*?\.\s[\s\S]*\n\n/); // at least one sentence
    expect(out.split('\n').filter((line) => line.length > 80 || / +$/.test(line))).toEqual([]);
    expect({ err, exit }).toEqual({ err: '', exit: 0 });
  });

  it('lists every command, and `help run` is `run --help`', async () => {
    const { out } = await reyn(['--help']);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const command of [...commands, 'skill', 'runs', 'events', 'audit', 'config', 'schema']) {
      expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
    expect((await reyn(['help', 'run'])).out).toBe((await reyn(['run', '--help'])).out);
  });
});

describe('global options', () => {
  it('stand before or behind the command', async () => {
    const { run } = remembering();
    const before = await reyn(['--json', '--quiet', 'run', 'x', 'hello'], { run });
    const behind = await reyn(['run', 'x', 'hello', '--quiet', '--json'], { run });
    expect(JSON.parse(before.out)).toEqual(outcomeWith());
    expect(behind).toEqual(before);
    expect(before.err).toBe('');
  });

  it('colour only a terminal, and not against NO_COLOR or --no-color', async () => {
    const { run } = remembering();
    const colored = async (argv: string[], env = {}) =>
      (await reyn(['run', 'x', 'hi', ...argv], { run }, { tty: true, env })).err.includes('\u001b[32m');
    expect(await colored([])).toBe(true);
    expect(await colored(['--no-color'])).toBe(false);
    expect(await colored([], { NO_COLOR: '1' })).toBe(false);
    expect((await reyn(['run', 'x', 'hi'], { run })).err).not.toContain('\u001b');
  });
});

describe('reyn run', () => {
  it.each<[argument: string, input: RunInput]>([
    ['hello there', { text: 'hello there' }],
    ['{"goal": "ship"}', { value: { goal: 'ship' } }],
    [' [1, 2]', { value: [1, 2] }],
    ['12', { text: '12' }],
    ['@@home', { text: '@home' }],
  ])('takes %j', async (argument, input) => {
    const { asked, run } = remembering();
    await reyn(['run', 'x', argument], { run });
    expect(asked[0]?.input).toEqual(input);
  });

  it('reads stdin for -', async () => {
    const { asked, run } = remembering();
    await reyn(['run', 'x', '-'], { run }, { stdin: '{"a": 1}' });
    expect(asked[0]?.input).toEqual({ value: { a: 1 } });
  });

  it.each([
    ['{"a": 1', /begins like JSON and is not/],
    [`${'['.repeat(100)}${']'.repeat(100)}`, /nested deeper than 64/],
    ['{"__proto__": {}}', /__proto__/],
    ['@/no/such/file', /cannot be read/],
    ['@/usr', /cannot be read/],
  ])('refuses the input %j', async (argument, message) => {
    const { asked, run } = remembering();
    const { err, exit } = await reyn(['run', 'x', argument], { run });
    expect(err).toMatch(message);
    expect(exit).toBe(2);
    expect(asked).toEqual([]);
  });

  it('hands model, limits and what to do with questions on', async () => {
    const { asked, run } = remembering();
    const flags = ['--model', 'm', '--max-visits', '2', '--max-turns', '3', '--max-ops', '4', '--max-tokens', '5'];
    await reyn(['run', 'x', 'y', ...flags, '--max-usd', '0.5', '--max-seconds', '1.5', '--on-ask', 'fail'], { run });
    expect(asked[0]?.options).toMatchObject({
      model: 'm',
      limits: { max_phase_visits: 2, max_turns: 3, max_ops: 4, tokens: 5, usd: 0.5, seconds: 1.5 },
      onAsk: 'fail',
    });
    expect(asked[0]?.options.ask).toBeUndefined();
  });

  it('asks at a terminal, or when told to, and nowhere else', async () => {
    const { asked, run } = remembering();
    await reyn(['run', 'x', 'y'], { run });
    await reyn(['run', 'x', 'y'], { run }, { tty: true });
    await reyn(['run', 'x', 'y', '--on-ask', 'prompt'], { run });
    await reyn(['run', 'x', 'y', '--on-ask', 'suspend'], { run }, { tty: true });
    expect(asked.map(({ options }) => options.ask !== undefined)).toEqual([false, true, true, false]);
  });

  it('writes the result on stdout and how it went on stderr', async () => {
    const { run } = remembering();
    const { out, err, exit } = await reyn(['run', 'x', 'y'], { run });
    expect(out).toBe('title: T\npoints:\n  - a\n  - b\n');
    expect(err).toBe('finished run r4k2m9x0ab · 1 turn · 0.3 s\n  next   reyn runs show r4k2m9x0ab\n');
    expect(exit).toBe(0);
  });

  it.each([0, 1, 3, 4, 5, 7, 130] as const)('exits with the outcome, %i', async (code) => {
    expect((await reyn(['run', 'x', 'y'], { run: async () => outcomeWith({ exit: code }) })).exit).toBe(code);
  });
});

describe('an error', () => {
  const failing = (error: unknown): Partial<Reyn> => ({
    run: async () => {
      throw error;
    },
  });

  it('says what happened, where, and what to do next', async () => {
    const error = new UserError('skill', 'The graph is empty.', {
      where: { file: 'skill.md', line: 3, column: 1, skill: 'x' },
      hint: 'Add a phase.',
    });
    const { out, err, exit } = await reyn(['run', 'x', 'y'], failing(error));
    expect(err).toBe('error: The graph is empty.\n  where  skill.md:3:1, skill x\n  next   Add a phase.\n');
    expect({ out, exit }).toEqual({ out: '', exit: 2 });
  });

  it('of our own is called one, exits 70, and shows no stack', async () => {
    const { err, exit } = await reyn(['run', 'x', 'y'], failing(new TypeError('boom')));
    expect(err).toMatch(/^internal error: TypeError: boom\n.*--debug/);
    expect(err).not.toContain('    at ');
    expect(exit).toBe(70);
  });

  it('of our own shows its stack and cause with --debug', async () => {
    const error = new TypeError('boom', { cause: new Error('ENOSPC') });
    const { err, exit } = await reyn(['run', 'x', 'y', '--debug'], failing(error));
    expect(err).toMatch(/ {4}at /);
    expect(err).toContain('caused by Error: ENOSPC');
    expect(exit).toBe(70);
  });

  it('that people can mend shows its causes with --debug, and no stack', async () => {
    const error = new UserError('disk', 'Full.', { cause: new Error('ENOSPC') });
    expect((await reyn(['run', 'x', 'y'], failing(error))).err).toBe('error: Full.\n');
    expect((await reyn(['run', 'x', 'y', '--debug'], failing(error))).err).toBe(
      'error: Full.\n  cause  Error: ENOSPC\n',
    );
  });

  it('that carries control characters cannot move the cursor', async () => {
    const { err } = await reyn(['run', 'x', 'y'], failing(new UserError('skill', 'a\u001b[2Jb\u202e')));
    expect(err).toBe('error: a\uFFFD[2Jb\uFFFD\n');
  });

  it('in closing the project is told, too', async () => {
    const { run } = remembering();
    const close = async () => {
      throw new UserError('disk', 'The flush failed.');
    };
    const { err, exit } = await reyn(['run', 'x', 'y'], { run, close });
    expect(err).toContain('error: The flush failed.');
    expect(exit).toBe(7);
  });
});
