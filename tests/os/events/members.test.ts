import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Bug, CorruptLog } from '../../../src/os/errors.ts';
import { PROJECT_EVENTS, RUN_EVENTS, type RunEventBody } from '../../../src/os/events/event.ts';
import { sha256 } from '../../../src/os/json.ts';
import { decided, firstEvent, freshRoot, openIn, runFile } from './scene.ts';

const LARGE = `${'grü'.repeat(2500)}`; // fewer than 8,192 characters, more bytes

async function openRun() {
  const root = freshRoot();
  const store = openIn(root);
  const { log } = await store.createRun('run1', firstEvent(store));
  return { root, store, log };
}

function blobFile(root: string, digest: string): string {
  return path.join(root, '.reyn', 'blobs', digest);
}

function inItself(): unknown {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

function finished(result: unknown): RunEventBody {
  return { type: 'op_finished', step: 's', data: { result } };
}

describe('members of an event', () => {
  it('has no member named like the map of blobs', () => {
    const members = [...Object.values(RUN_EVENTS), ...Object.values(PROJECT_EVENTS)].flatMap((schema) =>
      Object.keys(schema.properties),
    );
    expect(members).not.toContain('blobs');
  });

  it('over 8 KB lie in blobs that are there before the line is, and come back whole', async () => {
    const { root, store, log } = await openRun();
    const event = log.append(finished({ text: LARGE }));
    const text = JSON.stringify({ text: LARGE });
    expect(fs.readFileSync(blobFile(root, sha256(text)), 'utf8')).toBe(text);
    await log.flush();

    const line = JSON.parse(fs.readFileSync(runFile(root, 'run1'), 'utf8').trimEnd().split('\n')[1] ?? '');
    expect(line.data).toEqual({ blobs: { result: sha256(text) } });
    expect(store.readRun('run1')[1]).toEqual(event);
    expect(event.data).toEqual({ result: { text: LARGE } });
  });

  it('under 8 KB stand in the line', async () => {
    const { root, log } = await openRun();
    log.append(finished('x'.repeat(8190)));
    log.write();
    expect(fs.readdirSync(path.join(root, '.reyn', 'blobs'))).toEqual([]);
  });

  it('whose blob was changed or is gone are refused when they are looked at, not before', async () => {
    const { root, store, log } = await openRun();
    log.append(finished(LARGE));
    await log.flush();
    const file = blobFile(root, sha256(JSON.stringify(LARGE)));

    fs.writeFileSync(file, '"forged"');
    const changed = store.readRun('run1')[1];
    expect(() => JSON.stringify(changed)).toThrow(CorruptLog);
    expect(() => JSON.stringify(changed)).toThrow('was changed');
    fs.rmSync(file);
    const missing = store.readRun('run1')[1];
    expect(missing?.type).toBe('op_finished');
    expect(() => JSON.stringify(missing)).toThrow('is missing');
  });

  it('are given back as they are written, sharing nothing with the caller', async () => {
    const { store, log } = await openRun();
    const artifact = { when: new Date(0), none: undefined, list: [undefined, -0, Number.NaN] };
    const event = log.append({ type: 'step_finished', step: 's', data: { result: artifact } });
    artifact.list.push(1);
    expect(event.data).toStrictEqual({ result: { when: '1970-01-01T00:00:00.000Z', list: [null, 0, null] } });
    await log.flush();
    expect(store.readRun('run1')[1]).toStrictEqual(event);
  });

  it.each<[string, unknown]>([
    ['that nests without end', Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 1)],
    ['that contains itself', inItself()],
    ['that JSON cannot say', { n: 1n }],
  ])('refuses a value %s, and the log goes on', async (_, value) => {
    const { store, log } = await openRun();
    expect(() => log.append(finished(value))).toThrow(Bug);
    log.append(finished('fine'));
    await log.flush();
    expect(store.readRun('run1')).toHaveLength(2);
  });

  it('take values as deep as a model may hand in', async () => {
    const { log } = await openRun();
    const deep = Array.from({ length: 64 }).reduce<unknown>((inner) => [inner], 1);
    const ops = [{ kind: 'k', args: { deep } }];
    expect(() => log.append({ type: 'turn_acted', step: 's', data: { request: 'r', ops } })).not.toThrow();
  });

  it('keep a key named __proto__ a plain key', async () => {
    const { store, log } = await openRun();
    log.append(finished(JSON.parse('{"__proto__":{"admin":true}}')));
    await log.flush();
    const { data } = store.readRun('run1')[1] as { data: { result: { admin?: boolean } } };
    expect(Object.hasOwn(data.result, '__proto__')).toBe(true);
    expect(data.result.admin).toBeUndefined();
  });
});

describe('blobs', () => {
  it('are stored once and read back as they were', () => {
    const root = freshRoot();
    const { blobs } = openIn(root);
    const bytes = Buffer.from([0, 255, 10, 13]);
    const digest = blobs.put(bytes);
    expect(digest).toBe(sha256(bytes));
    expect(blobs.put(new Uint8Array(bytes))).toBe(digest);
    expect(openIn(root).blobs.put(bytes)).toBe(digest);
    expect(blobs.get(digest)).toEqual(bytes);
    expect(fs.readdirSync(path.join(root, '.reyn', 'blobs'))).toEqual([digest]);
  });

  it('refuse a name that is no digest', () => {
    const { blobs } = openIn(freshRoot());
    expect(() => blobs.get('../../secret')).toThrow(CorruptLog);
  });
});

describe('an event', () => {
  it.each<[string, unknown]>([
    ['of an unknown type', { type: 'made_up', data: {} }],
    ['named like a member every object has', { type: 'toString', data: {} }],
    ['of the project log', { type: 'run_closed', data: { outcome: 'finished', seq: 1, head: 'h' } }],
    ['with an unknown member', { ...decided('x'), data: { ...decided('x').data, extra: 1 } }],
    ['without a required member', { type: 'run_aborted', data: { by: 'model' } }],
    ['with a member of a wrong type', { type: 'run_aborted', data: { by: 'model', reason: 3 } }],
  ])('%s cannot be appended', async (_, body) => {
    const { store, log } = await openRun();
    expect(() => log.append(body as RunEventBody)).toThrow(Bug);
    await log.flush();
    expect(store.readRun('run1')).toHaveLength(1);
  });
});
