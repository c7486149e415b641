import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countingDisk, nodeDisk } from '../../../src/os/disk.ts';
import { Bug, CorruptLog, UserError } from '../../../src/os/errors.ts';
import { decided, FINISHED, firstEvent, freshRoot, monthFiles, openIn, runFile } from './scene.ts';

function linesOf(file: string): { seq: number; type: string; prev: string; hash: string; epoch: number }[] {
  return fs
    .readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('createRun', () => {
  it('makes the first event durable, then opens the run in the project log', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log, event } = await store.createRun('run1', firstEvent(store, { parent: 'run0' }));
    expect(event).toMatchObject({ v: 1, seq: 1, epoch: 1, run: 'run1', type: 'run_skill_started', prev: '' });
    expect(store.readRun('run1')).toEqual([event]);
    expect(log).toMatchObject({ run: 'run1', epoch: 1, head: { seq: 1, hash: event.hash } });
    const [opened, ...rest] = store.readProject();
    expect(rest).toEqual([]);
    expect(opened).toMatchObject({
      seq: 1,
      type: 'run_opened',
      run: 'run1',
      data: { skill: 'sample', first: event.hash, parent: 'run0' },
    });
  });

  it('lists only runs below another where the store is told so, and the others can be taken up all the same', async () => {
    const root = freshRoot();
    const before = openIn(root, { listing: 'below' });
    const { log } = await before.createRun('run1', firstEvent(before));
    const { log: under } = await before.createRun('run2', firstEvent(before, { parent: 'run1' }));
    under.append(FINISHED);
    await under.close();
    log.append({ type: 'run_interrupted', data: { cause: 'signal', message: 'stopped' } });
    await log.close();
    await before.close();
    const store = openIn(root, { listing: 'below' });
    const taken = await store.takeRun('run1', 'resume');
    expect(taken.events.map(({ type }) => type)).toEqual(['run_skill_started', 'run_interrupted', 'run_resumed']);
    taken.log.append(FINISHED);
    await taken.log.close();
    expect((await store.takeRun('run1', 'resume')).events.at(-1)?.type).toBe('run_finished');
    expect(store.readProject().map(({ type, run }) => `${type} ${run}`)).toEqual([
      'run_opened run2',
      'run_closed run2',
    ]);
    await store.close();
  });

  it('refuses an id that is in use or is no name, another first event, and another owner', async () => {
    const store = openIn(freshRoot());
    await store.createRun('run1', firstEvent(store));
    await expect(store.createRun('run1', firstEvent(store))).rejects.toThrow(Bug);
    await expect(store.createRun('../run2', firstEvent(store))).rejects.toThrow(Bug);
    await expect(store.createRun('run2', decided('x'))).rejects.toThrow(Bug);
    await expect(store.createRun('run2', firstEvent({ owner: { id: 'other', pid: 1 } }))).rejects.toThrow(Bug);
    expect(store.runIds()).toEqual(['run1']);
    expect(store.openRuns()).toBe(1);
  });

  it('is not there before what it was intended by is durable, and never when that fails', async () => {
    const store = openIn(freshRoot());
    const { promise: intended, resolve } = Promise.withResolvers<void>();
    const other = await store.createRun('run0', firstEvent(store));
    const made = store.createRun('run1', firstEvent(store, { parent: 'run0' }), intended);
    await new Promise((done) => setTimeout(done, 50));
    expect(store.hasRun('run1')).toBe(false);
    resolve();
    await made;
    expect(store.hasRun('run1')).toBe(true);
    const failing = Promise.reject(new UserError('disk', 'the intent could not be written'));
    const never = store.createRun('run2', firstEvent(store, { parent: 'run0' }), failing);
    await expect(never).rejects.toMatchObject({ code: 'disk' });
    expect(store.hasRun('run2')).toBe(false);
    expect(store.readProject().map(({ run }) => run)).toEqual(['run0', 'run1']);
    await other.log.close();
  });

  it('makes many runs at once, each whole', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const ids = Array.from({ length: 40 }, (_, i) => `run${i}`);
    const made = await Promise.all(ids.map((id) => store.createRun(id, firstEvent(store))));
    await Promise.all(
      made.map(async ({ log }) => {
        log.append(decided('a'));
        await log.flush();
        log.append(FINISHED);
        await log.close();
      }),
    );
    expect(ids.map((id) => store.readRun(id).length)).toEqual(ids.map(() => 3));
    expect(
      store
        .readProject()
        .map(({ type }) => type)
        .sort(),
    ).toEqual([...ids.map(() => 'run_closed'), ...ids.map(() => 'run_opened')]);
    expect(store.openRuns()).toBe(0);
  });
});

describe('a run log', () => {
  it('chains what is appended and writes it in order', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log } = await store.createRun('run1', firstEvent(store));
    const events = ['a', 'b', 'c'].map((text) => log.append(decided(text)));
    expect(log.head).toEqual({ seq: 4, hash: events[2]?.hash });
    expect(linesOf(runFile(root, 'run1'))).toHaveLength(1);
    log.write();
    expect(linesOf(runFile(root, 'run1'))).toHaveLength(4);
    await log.flush();
    expect(store.readRun('run1').slice(1)).toEqual(events);
    expect(events.map(({ prev }) => prev).slice(1)).toEqual(events.map(({ hash }) => hash).slice(0, -1));
  });

  it.each([1, 2])('shares one write and one sync among all who wait, with %d runs open', async (runs) => {
    const disk = countingDisk(nodeDisk);
    const store = openIn(freshRoot(), { disk });
    const { log } = await store.createRun('run1', firstEvent(store));
    if (runs === 2) await store.createRun('run2', firstEvent(store));
    Object.assign(disk.counts, { writes: 0, bytes: 0, syncs: 0 });
    await Promise.all(
      ['a', 'b', 'c'].map(async (text) => {
        log.append(decided(text));
        await log.flush();
      }),
    );
    expect(disk.counts).toMatchObject({ writes: 1, syncs: 1 });
    await log.flush();
    expect(disk.counts).toMatchObject({ writes: 1, syncs: 1 });
  });

  it('resolves a flush only when what was appended before it is on disk, also while another is under way', async () => {
    let syncs = 0;
    let isHeld = false;
    const release: (() => void)[] = [];
    const disk = {
      ...nodeDisk,
      async datasyncLater(file: Parameters<typeof nodeDisk.datasyncLater>[0]) {
        if (isHeld) await new Promise<void>((resolve) => release.push(resolve));
        syncs++;
        await nodeDisk.datasyncLater(file);
      },
    };
    const root = freshRoot();
    const store = openIn(root, { disk });
    const { log } = await store.createRun('run1', firstEvent(store));
    await store.createRun('run2', firstEvent(store));
    syncs = 0;
    isHeld = true;
    log.append(decided('a'));
    const first = log.flush();
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    log.append(decided('b'));
    let isDone = false;
    const second = log.flush().then(() => {
      isDone = true;
    });
    release.pop()?.();
    await first;
    expect(isDone).toBe(false);
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(linesOf(runFile(root, 'run1'))).toHaveLength(3);
    release.pop()?.();
    await second;
    expect(syncs).toBe(2);
    isHeld = false;
  });

  it('takes nothing after the event that ends the run', async () => {
    const store = openIn(freshRoot());
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append(FINISHED);
    expect(() => log.append(decided('late'))).toThrow(Bug);
    expect(() => log.append(FINISHED)).toThrow(Bug);
    await log.close();
    expect(() => log.append(decided('late'))).toThrow(Bug);
    await log.close();
  });

  it('takes nothing more once an event that gives the run up has been written', async () => {
    const store = openIn(freshRoot());
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append({ type: 'run_suspended', data: { waiting: ['q'] } });
    log.append(decided('not yet written'));
    log.append({ type: 'run_suspended', data: { waiting: ['q'] } });
    await log.flush();
    expect(() => log.append(decided('x'))).toThrow(Bug);
  });

  it('records in the project log how it ended, and only then', async () => {
    const store = openIn(freshRoot());
    const ended = await store.createRun('run1', firstEvent(store));
    const open = await store.createRun('run2', firstEvent(store));
    ended.log.append({ type: 'run_aborted', data: { reason: 'enough', by: 'person' } });
    await ended.log.close();
    await open.log.close();
    const closed = store.readProject().filter(({ type }) => type === 'run_closed');
    expect(closed).toMatchObject([{ run: 'run1', data: { outcome: 'aborted', seq: 2, head: ended.log.head.hash } }]);
  });

  it.each(['write', 'datasync'] as const)('ends for good when a %s fails', async (call) => {
    let calls = 0;
    let isBroken = false;
    const refuse = () => {
      if (!isBroken) return;
      calls++;
      throw new UserError('disk', 'input/output error');
    };
    const disk = {
      ...nodeDisk,
      write(...args: Parameters<typeof nodeDisk.write>) {
        if (call === 'write') refuse();
        return nodeDisk.write(...args);
      },
      datasync(...args: Parameters<typeof nodeDisk.datasync>) {
        if (call === 'datasync') refuse();
        nodeDisk.datasync(...args);
      },
    };
    const store = openIn(freshRoot(), { disk });
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append(decided('a'));
    isBroken = true;
    await expect(log.flush()).rejects.toMatchObject({ code: 'disk' });
    isBroken = false;
    expect(() => log.append(decided('b'))).toThrow(UserError);
    await expect(log.flush()).rejects.toMatchObject({ code: 'disk' });
    expect(calls).toBe(1);
    await log.close();
    expect(store.readProject().map(({ type }) => type)).toEqual(['run_opened']);
  });
});

describe('when the disk is full', () => {
  function fillable() {
    let isFull = false;
    const disk = {
      ...nodeDisk,
      write(...args: Parameters<typeof nodeDisk.write>) {
        const cause = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        if (isFull) throw new UserError('disk', 'no space left', { cause });
        return nodeDisk.write(...args);
      },
      remove(file: string) {
        if (file.endsWith('reserve')) isFull = false;
        nodeDisk.remove(file);
      },
    };
    const fill = () => {
      isFull = true;
    };
    return { disk, fill };
  }

  it('makes its reserve anew where a crash left a short one', async () => {
    const root = freshRoot();
    fs.mkdirSync(path.join(root, '.reyn'));
    fs.writeFileSync(path.join(root, '.reyn', 'reserve'), '');
    const store = openIn(root);
    await store.createRun('run1', firstEvent(store));
    expect(fs.statSync(path.join(root, '.reyn', 'reserve')).size).toBe(64 * 1024);
  });

  it('gives up its reserve for what was appended and for the last words, and takes nothing else', async () => {
    const { disk, fill } = fillable();
    const root = freshRoot();
    const store = openIn(root, { disk });
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append(decided('a'));
    fill();
    await log.flush();
    expect(() => log.append(decided('b'))).toThrow('the disk is full');
    log.append({ type: 'run_interrupted', data: { cause: 'disk', message: 'the disk is full' } });
    await log.close();
    expect(store.readRun('run1').map(({ type }) => type)).toEqual([
      'run_skill_started',
      'turn_decided',
      'run_interrupted',
    ]);
  });

  it('goes on when there is room again', async () => {
    const { disk, fill } = fillable();
    const root = freshRoot();
    const store = openIn(root, { disk });
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append(decided('a'));
    fill();
    await log.flush();
    log.append({ type: 'run_interrupted', data: { cause: 'disk', message: 'full' } });
    await log.close();
    const again = await store.takeRun('run1', 'resume');
    again.log.append(decided('b'));
    await again.log.flush();
    expect(fs.existsSync(path.join(root, '.reyn', 'reserve'))).toBe(true);
  });
});

describe('takeRun', () => {
  it('takes up a run of its own that is not open, in a new epoch, durably', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append(decided('a'));
    await log.close();
    const taken = await store.takeRun('run1', 'answer');
    expect(taken.log.epoch).toBe(2);
    expect(taken.events.map(({ type, epoch }) => `${type} ${epoch}`)).toEqual([
      'run_skill_started 1',
      'turn_decided 1',
      'run_resumed 2',
    ]);
    expect(taken.events[2]?.data).toEqual({ owner: store.owner, why: 'answer' });
    expect(store.readRun('run1')).toEqual(taken.events);
    taken.log.append(FINISHED);
    await taken.log.close();
    expect(linesOf(runFile(root, 'run1')).map(({ epoch }) => epoch)).toEqual([1, 1, 2, 2]);
  });

  it('refuses a run that is open, here or in another store that lives', async () => {
    const root = freshRoot();
    const mine = openIn(root);
    const other = openIn(root);
    const { log } = await mine.createRun('run1', firstEvent(mine));
    await expect(mine.takeRun('run1', 'resume')).rejects.toMatchObject({ code: 'busy' });
    await expect(other.takeRun('run1', 'resume')).rejects.toMatchObject({ code: 'busy' });
    await log.close();
    await expect(other.takeRun('run1', 'resume')).rejects.toMatchObject({ code: 'busy' });
    await mine.close();
    expect((await other.takeRun('run1', 'resume')).log.epoch).toBe(2);
  });

  it('takes a run that its living owner gave up, and then the old owner may not', async () => {
    const root = freshRoot();
    const mine = openIn(root);
    const other = openIn(root);
    const { log } = await mine.createRun('run1', firstEvent(mine));
    log.append({ type: 'run_suspended', data: { waiting: ['q'] } });
    await log.close();
    await other.takeRun('run1', 'answer');
    await expect(mine.takeRun('run1', 'answer')).rejects.toMatchObject({ code: 'busy' });
    expect(mine.ownership('run1')).toEqual({ ...other.owner, alive: true });
  });

  it('leaves a run that has ended as it is, and closes it in the project log where that is missing', async () => {
    const root = freshRoot();
    const first = openIn(root);
    const { log } = await first.createRun('run1', firstEvent(first));
    log.append(FINISHED);
    await log.flush();
    const other = openIn(root);
    const early = await other.takeRun('run1', 'resume');
    expect(early.events).toHaveLength(2);
    expect(other.readProject().map(({ type }) => type)).toEqual(['run_opened']); // its owner lives and will say so
    await log.close();

    const [project] = monthFiles(root);
    const [opened] = fs.readFileSync(project as string, 'utf8').split('\n');
    await first.close();
    fs.writeFileSync(project as string, `${opened}\n`);
    const store = openIn(root);
    const before = fs.readFileSync(runFile(root, 'run1'), 'utf8');
    const late = await store.takeRun('run1', 'resume');
    await store.takeRun('run1', 'resume');
    expect(store.readProject().map(({ type }) => type)).toEqual(['run_opened', 'run_closed']);
    expect(fs.readFileSync(runFile(root, 'run1'), 'utf8')).toBe(before);
    expect(() => late.log.append(decided('x'))).toThrow(Bug);
    await late.log.flush();
    await late.log.close();
  });

  it('says when there is no such run', async () => {
    const store = openIn(freshRoot());
    for (const id of ['nothing', '../..', '']) {
      await expect(store.takeRun(id, 'resume')).rejects.toMatchObject({ code: 'not_found' });
      expect(() => store.readRun(id)).toThrow(UserError);
      expect(store.hasRun(id)).toBe(false);
      expect(store.ownership(id)).toBeUndefined();
    }
  });
});

/** A run of three events whose store is closed: its owner is dead, the run is not ended. */
async function deadRun(): Promise<{ root: string; file: string; text: string }> {
  const root = freshRoot();
  const store = openIn(root);
  const { log } = await store.createRun('run1', firstEvent(store));
  log.append(decided('a'));
  log.append(decided('b'));
  await store.close();
  const file = runFile(root, 'run1');
  return { root, file, text: fs.readFileSync(file, 'utf8') };
}

describe('a torn log', () => {
  it.each<[string, (text: string) => string]>([
    ['half a line', (text) => `${text}{"v":1,"seq":4,"ep`],
    ['a last line without newline', (text) => text.slice(0, -1)],
    ['a last line with a bad hash', (text) => text.replace(/"text":"b"/, '"text":"c"')],
    ['zeros', (text) => text + '\0'.repeat(4096)],
  ])('with %s is cut, kept aside, recorded, and goes on', async (_, tear) => {
    const { root, file, text } = await deadRun();
    const torn = tear(text);
    fs.writeFileSync(file, torn);
    const store = openIn(root);
    const whole = store.readRun('run1');
    const { log, events } = await store.takeRun('run1', 'resume');
    expect(events.slice(0, whole.length)).toEqual(whole);
    const [record, resumed] = events.slice(whole.length);
    if (record?.type !== 'log_torn') throw new Error('the tear is not recorded');
    expect(resumed?.type).toBe('run_resumed');
    const kept = fs.readFileSync(path.join(path.dirname(file), record.data.kept), 'utf8');
    expect(record.data.bytes).toBe(kept.length);
    const good = text
      .split('\n')
      .slice(0, whole.length)
      .map((line) => `${line}\n`)
      .join('');
    expect(good + kept).toBe(torn);
    log.append(FINISHED);
    await log.close();
    expect(openIn(root).readRun('run1').at(-1)?.type).toBe('run_finished');
  });

  it('is recorded by the next who takes the run when the one who cut it died before that', async () => {
    const { root, file } = await deadRun();
    fs.writeFileSync(path.join(path.dirname(file), 'torn-4-2c26b46b68ffc68f'), 'foo');
    const { events } = await openIn(root).takeRun('run1', 'resume');
    expect(events.slice(3).map(({ type, data }) => [type, data])).toMatchObject([
      ['log_torn', { bytes: 3, kept: 'torn-4-2c26b46b68ffc68f' }],
      ['run_resumed', {}],
    ]);
  });
});

describe('a corrupt log', () => {
  async function refuses(root: string, reason: string): Promise<void> {
    const before = fs.readFileSync(runFile(root, 'run1'));
    const error = await openIn(root)
      .takeRun('run1', 'resume')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CorruptLog);
    expect(error).toMatchObject({ reason, exit: 6, where: { run: 'run1' } });
    expect(fs.readFileSync(runFile(root, 'run1'))).toEqual(before);
  }

  it.each<[string, string, (lines: string[]) => string[]]>([
    ['a changed line', 'bad_hash', ([a, b, c]) => [a, b?.replace('"text":"a"', '"text":"z"'), c] as string[]],
    ['a missing line', 'bad_seq', ([a, , c]) => [a, c] as string[]],
    ['a missing first line', 'bad_seq', ([, b, c]) => [b, c] as string[]],
    ['two bad lines at its end', 'bad_hash', ([a, b, c]) => [a, b, c, c?.replace('"b"', '"x"'), '{}'] as string[]],
    ['nothing in it', 'bad_first', () => []],
    ['only a torn line', 'bad_first', ([a]) => [(a as string).replace('hello', 'hullo')]],
  ])('with %s is refused and left as it is', async (_, reason, change) => {
    const { root, file, text } = await deadRun();
    const lines = change(text.trimEnd().split('\n'));
    fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    expect(() => openIn(root).readRun('run1')).toThrow(CorruptLog);
    await refuses(root, reason);
  });

  it('that stands in the folder of another run is refused', async () => {
    const { root, file } = await deadRun();
    fs.cpSync(path.dirname(file), path.join(root, '.reyn', 'runs', 'run2'), { recursive: true });
    expect(() => openIn(root).readRun('run2')).toThrow('is an event of run run1');
  });

  it('that is missing from its folder is named', async () => {
    const { root, file } = await deadRun();
    fs.rmSync(file);
    expect(() => openIn(root).readRun('run1')).toThrow('the log of run run1 is missing');
  });

  it('of a run the project log does not know is refused', async () => {
    const { root } = await deadRun();
    fs.rmSync(monthFiles(root)[0] as string);
    await refuses(root, 'unregistered');
  });

  it('whose first event is not the one the run was opened with is refused', async () => {
    const { root, file } = await deadRun();
    const other = await deadRun();
    fs.writeFileSync(file, other.text);
    await refuses(root, 'head');
  });

  it('of a closed run is corrupt where an open one would be torn', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append(decided('a'));
    log.append(FINISHED);
    await log.close();
    const file = runFile(root, 'run1');
    const text = fs.readFileSync(file, 'utf8');
    for (const damaged of [text.slice(0, -1), `${text.trimEnd().split('\n').slice(0, 2).join('\n')}\n`]) {
      fs.writeFileSync(file, damaged);
      await refuses(root, 'head');
    }
    fs.writeFileSync(file, text.slice(0, -1));
    expect(() => store.readRun('run1')).toThrow(CorruptLog);
    fs.writeFileSync(file, `${text}{"v":1`);
    await refuses(root, 'after_end');
  });
});

describe('a run that was never opened', () => {
  it('is opened in the project log by whoever takes it', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log, event } = await store.createRun('run1', firstEvent(store));
    await log.close();
    await store.close();
    fs.rmSync(monthFiles(root)[0] as string);
    const later = openIn(root);
    await later.takeRun('run1', 'resume');
    expect(later.readProject()).toMatchObject([{ type: 'run_opened', run: 'run1', data: { first: event.hash } }]);
  });
});

describe('ownership', () => {
  it('is of the process that took the run last, also where an artifact looks like that event', async () => {
    const root = freshRoot();
    const first = openIn(root);
    const { log } = await first.createRun('run1', firstEvent(first));
    expect(first.ownership('run1')).toEqual({ ...first.owner, alive: true });
    const bait = { seq: 1, type: 'run_resumed', run: 'run1', data: { owner: { id: 'x', pid: 1 } } };
    log.append({ type: 'op_finished', step: 's', data: { result: bait } });
    await first.close();
    const second = openIn(root);
    expect(second.ownership('run1')).toEqual({ ...first.owner, alive: false });
    await second.takeRun('run1', 'resume');
    expect(second.ownership('run1')).toEqual({ ...second.owner, alive: true });
  });

  it('of a forked run is its own, whatever resumptions it copied', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append({ type: 'run_resumed', data: { owner: { id: 'gone', pid: 1 }, why: 'resume' } });
    await log.flush();
    expect(store.ownership('run1')).toEqual({ ...store.owner, alive: true });
    await expect(openIn(root).takeRun('run1', 'resume')).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('a store', () => {
  it('that only reads leaves no trace', () => {
    const root = freshRoot();
    const store = openIn(root);
    expect(store.runIds()).toEqual([]);
    expect(store.readProject()).toEqual([]);
    expect(store.hasRun('run1')).toBe(false);
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('that is closed closes its runs and leaves no lock of its own', async () => {
    const root = freshRoot();
    const store = openIn(root);
    const { log } = await store.createRun('run1', firstEvent(store));
    log.append(decided('a'));
    await store.close();
    expect(openIn(root).readRun('run1')).toHaveLength(2);
    expect(fs.readdirSync(path.join(root, '.reyn', 'locks'))).toEqual(['project']);
    expect(fs.readdirSync(path.join(root, '.reyn', 'tmp'))).toEqual([]);
    await expect(store.createRun('run2', firstEvent(store))).rejects.toThrow(Bug);
    await expect(store.takeRun('run1', 'resume')).rejects.toThrow(Bug);
  });

  it('sees only run folders as runs', async () => {
    const root = freshRoot();
    const store = openIn(root);
    await store.createRun('run1', firstEvent(store));
    fs.mkdirSync(path.join(root, '.reyn', 'runs', '.hidden'));
    fs.mkdirSync(path.join(root, '.reyn', 'runs', 'run1.bak'));
    expect(store.runIds()).toEqual(['run1']);
  });
});
