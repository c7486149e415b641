import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { nodeDisk } from '../../src/os/disk.ts';
import type { RunEvent } from '../../src/os/events/event.ts';
import { openReyn } from '../../src/reyn.ts';
import { ended, faultOf, makeLedger, onlyRun, start } from '../crash/ledger.ts';
import { freshRoot, runFile, startActor } from '../os/events/scene.ts';
import { phase, phases } from '../project.ts';
import type { Row } from './cases.ts';
import type { Lab } from './lab.ts';
import { sendOp } from './ops.ts';
import type { Outcome } from './outcome.ts';
import { runSkill } from './runs.ts';
import { attackSuite } from './suite.ts';
import { fileWith } from './watch.ts';

/** The file a run's log is in; that of the only run where none is named. */
function logOf(lab: Lab, run?: string): string {
  return runFile(lab.ws, run ?? fs.readdirSync(path.join(lab.ws, '.reyn/runs'))[0] ?? '');
}

const linesOf = (file: string) => fs.readFileSync(file, 'utf8').trimEnd().split('\n');

/** Runs a skill whose input is any object, so that it stands in the log as it came. */
async function withPayload(lab: Lab, value: object): Promise<Outcome> {
  const any = '{ type: object, properties: { value: {} }, required: [value] }';
  lab.write(
    'reyn/project/taker/skill.md',
    phases(
      'taker',
      [
        `artifacts: { any: ${any}, done: { text: string } }`,
        'entry: take',
        'final_output: done',
        'graph: { take: [end] }',
      ],
      phase('take', 'input: any'),
    ),
  );
  lab.write('reyn/project/taker/evals/scripted.yaml', '{"rules": [{"turn": {"finish": {"text": "ok"}}}]}');
  return runSkill(lab, 'taker', { input: { value: value as never } });
}

/** Does a write, so that there is a log, then lets `change` at it and verifies. */
async function tamper(lab: Lab, change: (lines: string[]) => string[], seq: (lines: string[]) => number) {
  const reyn = await lab.open();
  await sendOp(lab, reyn, 'write_file', { path: 'out/a', content: 'x' });
  await lab.open();
  const file = logOf(lab);
  const lines = linesOf(file);
  expect(lines.length).toBeGreaterThan(3);
  fs.writeFileSync(file, `${change([...lines]).join('\n')}\n`);
  const report = (await lab.open()).verify();
  return { report, named: report.problems.some(({ line }) => line === seq(lines)) };
}

const drive = (row: Row): Row => ({ ...row, setup: [...row.setup, { do: 'grant', ask: ['fs_write'] }] });

attackSuite('event', {
  EV04: async (lab) => {
    const { value } = lab.row.setup.find((action) => action.do === 'payload') as unknown as { value: object };
    const outcome = await withPayload(lab, value);
    const reyn = await lab.open();
    const lines = linesOf(logOf(lab)).map((line) => JSON.parse(line) as RunEvent);
    expect(JSON.stringify(lines[0]?.data)).toContain(JSON.stringify(value).slice(1, -1));
    const inOrder = lines.every(({ seq }, at) => seq === at + 1);
    const forged = lines.some(({ type, hash }) => (type as string) === 'run.completed' || hash === '00');
    return { ...outcome, facts: { 'payload overrides envelope fields': !inOrder || forged || !reyn.verify().ok } };
  },
  EV06: async (lab) => {
    const { report, named } = await tamper(
      lab,
      (lines) => lines.map((line, at) => (at === 1 ? line.replace('"data":{', '"data":{"z":1,') : line)),
      () => 2,
    );
    const facts = { 'first bad seq reported': named };
    return { verdicts: [report.ok ? 'ok' : 'fail'], said: JSON.stringify(report.problems), prompt: '', facts };
  },
  EV09: async (lab) => {
    const { truncate_tail_events: cut } = lab.row.setup[0] as unknown as { truncate_tail_events: number };
    await sendOp(lab, await lab.open(), 'write_file', { path: 'out/b', content: 'x' });
    const long = await withPayload(lab, { a: 1 });
    expect(long.verdicts).toEqual(['ok']);
    await lab.open();
    const files = fs.readdirSync(path.join(lab.ws, '.reyn/runs')).map((run) => logOf(lab, run));
    const [file = ''] = files.sort((a, b) => linesOf(b).length - linesOf(a).length);
    const lines = linesOf(file);
    const kept = lines.slice(0, Math.max(1, lines.length - cut));
    fs.writeFileSync(file, `${kept.join('\n')}\n`);
    const report = (await lab.open()).verify();
    const facts = { 'checkpoint or head file shows a shorter log': report.problems.length > 0 };
    return { verdicts: [report.ok ? 'ok' : 'fail'], said: JSON.stringify(report.problems), prompt: '', facts };
  },
  EV14: {
    adjust: drive,
    play: async (lab) => {
      // a run that waits, so that somebody goes on with a log whose end is torn
      const asking = { ...lab, row: { ...lab.row, expected: { ...lab.row.expected, verdict: 'ask' } } };
      await sendOp(asking, await lab.open(), 'write_file', { path: 'out/a', content: 'x' });
      await lab.open();
      const file = logOf(lab);
      const before = linesOf(file);
      const { bytes } = lab.row.setup[0] as unknown as { bytes: number };
      fs.appendFileSync(file, '{"v":1,"seq":99,"epoch'.slice(0, bytes));
      const reyn = await lab.open();
      const [question] = reyn.inbox();
      expect(question, 'the question is still there').toBeDefined();
      const done = await reyn.answer(question?.id ?? '', 'once');
      await lab.open();
      const after = linesOf(file);
      const torn = after.map((line) => JSON.parse(line) as RunEvent).find(({ type }) => type === 'log_torn');
      const kept = torn?.type === 'log_torn' && fs.existsSync(path.join(lab.ws, torn.data.kept));
      const facts = {
        'silent loss of an acked event': JSON.stringify(after.slice(0, before.length)) !== JSON.stringify(before),
        'refusal to start': done.status !== 'finished',
        'torn record moved aside, event log.repaired':
          kept || fileWith(path.join(lab.ws, '.reyn'), '"seq":99') !== undefined,
      };
      return { verdicts: [torn === undefined ? 'ok' : 'repair'], said: JSON.stringify(torn), prompt: '', facts };
    },
  },
  EV18: {
    alone: true,
    play: async () => {
      const root = freshRoot();
      const first = startActor(['run', root, 'run1']);
      expect(await first.line()).toBe('created');
      await first.line();
      const second = startActor(['take', root, 'run1']);
      const said = await second.line();
      return {
        verdicts: [said.startsWith('failed busy') ? 'deny_second' : 'ok'],
        said,
        prompt: '',
        facts: { 'two writers': said.startsWith('took') },
      };
    },
  },
  EV19: async (lab) => {
    const ledger = makeLedger(0);
    lab.closers.push(() => ledger.remove());
    const inject = [
      'strace',
      '-f',
      '-o',
      '/dev/null',
      '-e',
      'trace=fdatasync',
      '-e',
      'inject=fdatasync:error=EIO:when=3',
    ];
    const { code, out, err } = await ended(start(ledger.root, ['run', 'keep_ledger', 'go'], inject));
    const run = onlyRun(ledger.root) ?? '';
    const said = `${code} ${out} ${err}`;
    // what goes on afterwards finds a log that holds together
    const again = await ended(start(ledger.root, run === '' ? ['run', 'keep_ledger', 'go'] : ['resume', run]));
    expect(again.code, again.err).toBe(0);
    expect(await faultOf(ledger.root, onlyRun(ledger.root) ?? '')).toBeUndefined();
    const facts = {
      'retry of fsync reported as success': code === 0,
      'ack of the event': out !== '',
      'runtime stops, marks the log suspect': code === 7 && /EIO|sync/.test(err),
    };
    return { verdicts: [code === 7 ? 'fatal' : 'ok'], said, prompt: '', facts };
  },
  EV21: async (lab) => {
    // a tracer that says 30 bytes were written writes none; a disk that takes no more than 30 at its third write does
    const { retval, when } = lab.row.setup[0] as unknown as { retval: number; when: number };
    let writes = 0;
    let short = 0;
    const write: typeof nodeDisk.write = (file, bytes) => {
      writes++;
      if (writes % when !== 0 || bytes.length <= retval) return nodeDisk.write(file, bytes);
      short++;
      return nodeDisk.write(file, bytes.subarray(0, retval));
    };
    const reyn = await openReyn({ root: lab.ws, env: lab.env, disk: { ...nodeDisk, write } });
    const outcome = await sendOp(lab, reyn, 'write_file', { path: 'out/a', content: 'x' });
    await reyn.close();
    expect(short).toBeGreaterThan(0);
    const written = linesOf(logOf(lab)).length;
    const report = (await lab.open()).verify();
    const whole = report.ok && written === lab.events.length;
    return { ...outcome, facts: { 'lost bytes': !whole, 'short write continued': whole } };
  },
  EV25: (lab) => withPayload(lab, { [lab.key]: 1, deep: [{ [`a ${lab.key} b`]: lab.key }] }),
  EV27: async (lab) => {
    const outcome = await withPayload(lab, { text: `the key is ${lab.key}` });
    const reyn = await lab.open();
    expect(fileWith(path.join(lab.ws, '.reyn'), lab.key)).toBeUndefined();
    expect(fileWith(path.join(lab.ws, '.reyn'), 'the key is [secret:')).toBeDefined();
    return { ...outcome, verdicts: reyn.verify().ok ? outcome.verdicts : ['fail'] };
  },
});
