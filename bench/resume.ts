import fs from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../src/os/disk.ts';
import type { RunEvent } from '../src/os/events/event.ts';
import { openReyn } from '../src/reyn.ts';
import { type Contender, inFreshDir, measured, ratio, runProgram, takeSamples } from './harness.ts';
import { jobOf, writeProject } from './reyn-engine.ts';
import { atMost, figures, type Section } from './table.ts';

/** How long it takes until a run with a long history goes on. */

const FILE = 'resume.ts';
const EVENTS = 10_000;
const FLOOR = 'JSON.parse of every line';
const RESUME = 'resume, until the run goes on';

export async function resume(quick: boolean, say: (line: string) => void): Promise<Section> {
  return inFreshDir((dir) => {
    const made = join(dir, 'made');
    fs.mkdirSync(made);
    say(`writing a run of ${EVENTS} events`);
    const { events } = runProgram(FILE, ['write', made]);
    const contender = (name: string, what: string): Contender => ({
      name,
      sample: () =>
        inFreshDir((copy) => {
          fs.cpSync(made, copy, { recursive: true });
          return runProgram(FILE, [what, copy]);
        }),
    });
    const samples = takeSamples([contender(FLOOR, 'parse'), contender(RESUME, 'resume')], quick ? 3 : 11, say);
    return {
      title: `Resume of a run of ${EVENTS.toLocaleString('en-US')} events`,
      about: ABOUT.replace('EVENTS', String(events)),
      header: ['', 'ms', '÷ parse'],
      rows: [
        [FLOOR, figures(measured(samples, FLOOR, 'ms')), '1'],
        [RESUME, figures(measured(samples, RESUME, 'ms')), figures(ratio(samples, RESUME, FLOOR, 'ms'))],
        ['the same, until the call returns', figures(measured(samples, RESUME, 'whole')), '–'],
      ],
      aims: [atMost('resume, in ms', measured(samples, RESUME, 'ms').median, 100)],
    };
  });
}

const ABOUT = `A run that was interrupted after EVENTS events (turns with one write each) is resumed in a fresh process that has
loaded its code: its log is read, the chain verified, the state folded, and the next event appended. Then it is interrupted
again, durably.`;

/** Drives `act` until `enough` says so of an event, then interrupts it. */
async function until(enough: (event: RunEvent) => boolean, act: (drive: Drive) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  await act({ signal: stop.signal, onEvent: (event) => void (enough(event) && stop.abort()) });
}

type Drive = { readonly signal: AbortSignal; readonly onEvent: (event: RunEvent) => void };

/** Writes the run. Nothing of it needs to survive a power cut, so nothing is flushed. */
async function writeRun(dir: string): Promise<number> {
  writeProject(dir, 'steps_by_phase');
  const now = () => undefined;
  const later = async () => undefined;
  const disk = { ...nodeDisk, datasync: now, syncDir: now, datasyncLater: later, syncDirLater: later };
  const reyn = await openReyn({ root: dir, env: { REYN_TRUST_PROJECT: '1' }, disk });
  let events = 0;
  const value = jobOf('steps_by_phase', 'long', EVENTS);
  const enough = ({ seq }: RunEvent) => {
    events = seq;
    return seq >= EVENTS;
  };
  await until(enough, (drive) => reyn.run('steps_by_phase', { value }, drive));
  await reyn.close();
  return events;
}

async function resumeRun(dir: string): Promise<{ ms: number; whole: number }> {
  const reyn = await openReyn({ root: dir, env: { REYN_TRUST_PROJECT: '1' } });
  const [run = ''] = fs.readdirSync(join(dir, '.reyn', 'runs'));
  const start = performance.now();
  let ms = Number.NaN;
  const goesOn = ({ type }: RunEvent) => {
    if (type === 'run_resumed') return false;
    if (Number.isNaN(ms)) ms = performance.now() - start;
    return true;
  };
  await until(goesOn, (drive) => reyn.resume(run, drive));
  const whole = performance.now() - start;
  await reyn.close();
  return { ms, whole };
}

function parseRun(dir: string): { ms: number } {
  const [run = ''] = fs.readdirSync(join(dir, '.reyn', 'runs'));
  const start = performance.now();
  const text = fs.readFileSync(join(dir, '.reyn', 'runs', run, 'events.jsonl'), 'utf8');
  const events = text.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)));
  const ms = performance.now() - start;
  if (events.length < EVENTS) throw new Error(`only ${events.length} events`);
  return { ms };
}

if (import.meta.main) {
  const [what, dir = ''] = process.argv.slice(2);
  if (what === 'write') console.log(JSON.stringify({ events: await writeRun(dir) }));
  if (what === 'resume') console.log(JSON.stringify(await resumeRun(dir)));
  if (what === 'parse') console.log(JSON.stringify(parseRun(dir)));
}
