import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Clock, simulatedClock } from '../../../src/os/clock.ts';
import { type Disk, nodeDisk } from '../../../src/os/disk.ts';
import { Bug, UserError } from '../../../src/os/errors.ts';
import type { RunEvent } from '../../../src/os/events/event.ts';
import type { Store } from '../../../src/os/events/port.ts';
import { type Index, type IndexOptions, openIndex } from '../../../src/os/index/open.ts';
import { decided, FINISHED, firstEvent, freshRoot, monthFiles, openIn, runFile, startActor } from '../events/scene.ts';

type Summary = { readonly types: readonly string[] };
const summarize = (events: readonly RunEvent[]): Summary => ({ types: events.map(({ type }) => type) });

function indexOf(root: string, rest: Partial<IndexOptions<Summary>> = {}): Index<Summary> {
  const index = openIndex({ root, summarize, form: '1', ...rest });
  onTestFinished(() => index.close());
  index.refresh();
  return index;
}

const dbFile = (root: string) => path.join(root, '.reyn', 'index.db');
const day = (n: number) => Date.UTC(2026, 0, n);

async function endedRun(store: Store, run: string, rest: Parameters<typeof firstEvent>[1] = {}): Promise<void> {
  const { log } = await store.createRun(run, firstEvent(store, rest));
  log.append(decided(run));
  log.append(FINISHED);
  await log.close();
}

/** Three runs on three days, the second of another skill and the third started by the first. */
async function threeRuns(clock: Clock & { advance(ms: number): void } = simulatedClock(day(1))) {
  const root = freshRoot();
  const store = openIn(root, { clock });
  await endedRun(store, 'aa1');
  clock.advance(86_400_000);
  await endedRun(store, 'aa2', { skill: 'other' });
  clock.advance(86_400_000);
  await endedRun(store, 'bb3', { parent: 'aa1' });
  return { root, store };
}

/** A disk that says which files were read. */
function watchedDisk(): { disk: Disk; reads: string[] } {
  const reads: string[] = [];
  const disk: Disk = {
    ...nodeDisk,
    read(file, from) {
      reads.push(path.basename(path.dirname(file)));
      return nodeDisk.read(file, from);
    },
  };
  return { disk, reads };
}

/** What an index says, to compare with another. */
function everything(index: Index<Summary>) {
  return { events: index.events({}), runs: index.runs(), latest: index.latestRun() };
}

describe('events of an index', () => {
  it('are those of all logs in order of time, as the logs have them', async () => {
    const { root, store } = await threeRuns();
    const events = indexOf(root).events({});
    expect(events).toHaveLength(15);
    expect(events.map(({ ts }) => ts)).toEqual(events.map(({ ts }) => ts).toSorted());
    expect(events).toEqual(expect.arrayContaining([...store.readRun('aa2'), ...store.readProject()]));
  });

  it('are those a filter lets through', async () => {
    const { root } = await threeRuns();
    const index = indexOf(root);
    const count = (filter: Parameters<typeof index.events>[0]) => index.events(filter).length;
    expect(count({ run: 'aa1' })).toBe(5);
    expect(count({ type: 'run_finished' })).toBe(3);
    expect(count({ skill: 'other' })).toBe(5); // of its run's log, and what the project log says of that run
    expect(count({ skill: 'other', type: 'run_closed', since: '2026-01-02' })).toBe(1);
    expect(count({ run: 'aa1', type: 'run_closed' })).toBe(1);
    expect(count({ since: '2026-01-02' })).toBe(10);
    expect(count({ since: '2026-01-02', until: '2026-01-02T00:00:00Z' })).toBe(5);
    expect(count({ until: '2025-12-31' })).toBe(0);
    expect(count({ type: "x' OR 1=1" })).toBe(0);
    expect(() => index.events({ since: 'yesterday-ish' })).toThrow(UserError);
  });

  it('are the newest when limited, still in order', async () => {
    const { root } = await threeRuns();
    const index = indexOf(root);
    expect(index.events({ limit: 4 })).toEqual(index.events({}).slice(-4));
    expect(index.events({ limit: 0 })).toEqual([]);
  });

  it('hold large members whole', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log } = await store.createRun('run1', firstEvent(store));
    const event = log.append({ type: 'op_finished', step: 's', data: { result: 'x'.repeat(9000) } });
    await log.flush();
    expect(indexOf(root).events({ type: 'op_finished' })).toEqual([event]);
  });
});

describe('runs of an index', () => {
  it('are listed newest first with their summaries', async () => {
    const { root } = await threeRuns();
    const index = indexOf(root);
    expect(index.runs().map(({ run }) => run)).toEqual(['bb3', 'aa2', 'aa1']);
    expect(index.runs()[0]).toEqual({
      run: 'bb3',
      skill: 'sample',
      version: '0'.repeat(64),
      parent: 'aa1',
      started: '2026-01-03T00:00:00.000Z',
      updated: '2026-01-03T00:00:00.000Z',
      events: 3,
      summary: { types: ['run_skill_started', 'turn_decided', 'run_finished'] },
      fault: undefined,
    });
  });

  it('are found by the beginning of their ids', async () => {
    const { root } = await threeRuns();
    const index = indexOf(root);
    expect(index.runIdsByPrefix('aa')).toEqual(['aa2', 'aa1']);
    expect(index.runIdsByPrefix('bb3')).toEqual(['bb3']);
    expect(index.runIdsByPrefix('%')).toEqual([]);
    expect(index.runIdsByPrefix('')).toHaveLength(3);
  });

  it('have a latest, which no other run started', async () => {
    const { root } = await threeRuns();
    expect(indexOf(root).latestRun()).toBe('aa2');
    expect(indexOf(freshRoot()).latestRun()).toBeUndefined();
  });

  it('that cannot be read say why and hide no other', async () => {
    const { root } = await threeRuns();
    const file = runFile(root, 'aa1');
    const [one, two, three] = fs.readFileSync(file, 'utf8').split('\n') as [string, string, string];
    fs.writeFileSync(file, `${one}\n${two.replace('"aa1"}', '"zz1"}')}\n${three}\n`);
    fs.writeFileSync(runFile(root, 'aa2'), 'nothing\n');
    const runs = indexOf(root).runs();
    expect(runs.map(({ run, fault, summary }) => [run, fault, summary === undefined])).toEqual([
      ['bb3', undefined, false],
      ['aa1', 'line 2 does not have the hash it states', true],
      ['aa2', 'the log does not begin with the start of a run', true],
    ]);
  });

  it('do not swallow a bug of who sums them up', async () => {
    const { root } = await threeRuns();
    const index = indexOf(root, {
      summarize() {
        throw new Bug('wrong');
      },
    });
    expect(() => index.runs()).toThrow(Bug);
  });
});

describe('refresh', () => {
  it('reads only logs that changed, and of those only what was added', async () => {
    const clock = simulatedClock(day(1));
    const { root, store } = await threeRuns(clock);
    const { disk, reads } = watchedDisk();
    const index = indexOf(root, { disk });
    index.runs();
    reads.length = 0;
    index.refresh();
    index.runs();
    expect(reads).toEqual([]);

    const { log } = await store.createRun('cc4', firstEvent(store));
    index.refresh();
    log.append(decided('more'));
    await log.flush();
    reads.length = 0;
    index.refresh();
    expect(reads).toEqual(['cc4']);
    expect(index.events({ run: 'cc4', type: 'turn_decided' })).toHaveLength(1);
    reads.length = 0;
    expect(index.runs().find(({ run }) => run === 'cc4')?.summary?.types).toEqual([
      'run_skill_started',
      'turn_decided',
    ]);
    expect(reads).toEqual(['cc4']);
  });

  it('keeps up with a log event by event', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const index = indexOf(root);
    const { log } = await store.createRun('run1', firstEvent(store));
    for (let n = 2; n < 8; n++) {
      log.append(decided(String(n)));
      log.write();
      index.refresh();
      expect(index.events({ run: 'run1' }).filter(({ type }) => type !== 'run_opened')).toEqual(store.readRun('run1'));
      expect(index.runs()[0]).toMatchObject({ events: n, skill: 'sample' });
    }
  });

  it('leaves out half a line until it is whole', async () => {
    const { root } = await threeRuns();
    const file = runFile(root, 'aa1');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.slice(0, -20));
    const index = indexOf(root);
    expect(index.events({ run: 'aa1' })).toHaveLength(4);
    fs.writeFileSync(file, text);
    index.refresh();
    expect(index.events({ run: 'aa1' })).toHaveLength(5);
  });

  it('reads a log anew that became shorter or is another', async () => {
    const { root } = await threeRuns();
    const index = indexOf(root);
    const file = runFile(root, 'aa1');
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    fs.writeFileSync(file, `${lines[0]}\n`);
    index.refresh();
    expect(index.events({ run: 'aa1', type: 'turn_decided' })).toEqual([]);
    expect(index.runs().find(({ run }) => run === 'aa1')).toMatchObject({ events: 1 });

    const { root: other, store } = await threeRuns(simulatedClock(day(20)));
    const taken = await store.takeRun('bb3', 'resume');
    expect(taken.events).toHaveLength(3);
    fs.rmSync(path.dirname(file), { recursive: true });
    fs.cpSync(path.join(other, '.reyn', 'runs', 'aa1'), path.dirname(file), { recursive: true });
    index.refresh();
    expect(index.events({ run: 'aa1', type: 'turn_decided' })).toMatchObject([{ ts: '2026-01-20T00:00:00.000Z' }]);
  });

  it('notices another content of the same length', async () => {
    const { root } = await threeRuns();
    const { root: other } = await threeRuns(simulatedClock(day(20)));
    const index = indexOf(root);
    index.runs();
    const size = fs.statSync(runFile(root, 'aa1')).size;
    fs.copyFileSync(runFile(other, 'aa1'), runFile(root, 'aa1'));
    expect(fs.statSync(runFile(root, 'aa1')).size).toBe(size);
    index.refresh();
    expect(index.runs()[0]).toMatchObject({ run: 'aa1', started: '2026-01-20T00:00:00.000Z' });
  });

  it('forgets a run and a month that are gone', async () => {
    const { root } = await threeRuns();
    const index = indexOf(root);
    fs.rmSync(path.dirname(runFile(root, 'aa2')), { recursive: true });
    index.refresh();
    expect(index.runs().map(({ run }) => run)).toEqual(['bb3', 'aa1']);
    expect(index.events({ run: 'aa2' }).map(({ type }) => type)).toEqual(['run_opened', 'run_closed']);
    fs.rmSync(monthFiles(root)[0] as string);
    index.refresh();
    expect(index.events({ type: 'run_opened' })).toEqual([]);
  });

  it('goes over several months, and keeps the others when one is gone', async () => {
    const clock = simulatedClock(Date.UTC(2026, 0, 31));
    const { root } = await threeRuns(clock);
    const index = indexOf(root);
    expect(monthFiles(root)).toHaveLength(2);
    expect(index.events({ type: 'run_opened' })).toHaveLength(3);
    fs.rmSync(monthFiles(root)[0] as string);
    index.refresh();
    expect(index.events({ type: 'run_opened' }).map(({ run }) => run)).toEqual(['aa2', 'bb3']);
  });
});

describe('the index file', () => {
  it('may be deleted at any time, also while it is open', async () => {
    const { root, store } = await threeRuns();
    const index = indexOf(root);
    const before = everything(index);
    fs.rmSync(dbFile(root));
    expect(everything(index)).toEqual(before);
    await endedRun(store, 'cc4');
    index.refresh();
    expect(fs.existsSync(dbFile(root))).toBe(true);
    expect(everything(index)).toEqual(everything(indexOf(root)));
    expect(index.runs()).toHaveLength(4);
  });

  it.each<[string, (file: string) => void]>([
    ['no database', (file) => fs.writeFileSync(file, 'this is no database at all, only text '.repeat(40))],
    ['overwritten in the middle', (file) => fs.writeFileSync(file, scramble(fs.readFileSync(file)))],
    ['cut short', (file) => fs.truncateSync(file, 5000)],
  ])('is made anew when it is %s', async (_, damage) => {
    const { root } = await threeRuns();
    const index = indexOf(root);
    const before = everything(index);
    index.close();
    damage(dbFile(root));
    expect(everything(indexOf(root))).toEqual(before);
  });

  it('makes summaries anew when their form is another', async () => {
    const { root } = await threeRuns();
    indexOf(root).runs();
    const other = indexOf(root, { form: '2', summarize: () => ({ types: ['another form'] }) });
    expect(other.runs().map(({ summary }) => summary?.types)).toEqual([1, 2, 3].map(() => ['another form']));
  });

  it('is not written where there is no store, and leaves no trace', () => {
    const root = freshRoot();
    const index = indexOf(root);
    expect(everything(index)).toEqual({ events: [], runs: [], latest: undefined });
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('serves several who refresh it in turn', async () => {
    const { root, store } = await threeRuns();
    const [one, two] = [indexOf(root), indexOf(root)];
    await endedRun(store, 'cc4');
    one.refresh();
    two.refresh();
    expect(everything(one)).toEqual(everything(two));
    await endedRun(store, 'cc5');
    two.refresh();
    two.runs();
    one.refresh();
    expect(one.runs()).toEqual(two.runs());
    expect(one.events({})).toHaveLength(25);
  });

  it('serves several processes at once while runs go on', async () => {
    const { root, store } = await threeRuns();
    const actors = ['a', 'b'].map((name) => startActor(['index', root, name, '5']));
    await Promise.all(actors.map((actor) => actor.line()));
    for (let n = 0; n < 5; n++) await endedRun(store, `more${n}`);
    const ends = await Promise.all(actors.map(({ ended }) => ended));
    expect(ends.map(({ code, err }) => [code, err])).toEqual(actors.map(() => [0, '']));
    const index = indexOf(root);
    expect(index.runs()).toHaveLength(8);
    expect(index.events({})).toHaveLength(40);
  }, 20_000);

  it('is sound after a process that was writing it was killed', async () => {
    const { root, store } = await threeRuns();
    const kills = [0, 15].map(async (delay) => {
      const actor = startActor(['index', root, String(delay)]);
      await actor.line();
      await sleep(delay);
      await actor.kill();
    });
    await Promise.all(kills);
    await endedRun(store, 'cc4');
    const kept = everything(indexOf(root));
    fs.rmSync(dbFile(root));
    expect(everything(indexOf(root))).toEqual(kept);
  }, 20_000);

  it('is never written by a run', async () => {
    const { root } = await threeRuns();
    expect(fs.existsSync(dbFile(root))).toBe(false);
  });
});

/** Damages every page but the first. */
function scramble(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]);
}
