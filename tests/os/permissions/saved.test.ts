import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../../src/os/clock.ts';
import type { ProjectEventBody } from '../../../src/os/events/event.ts';
import { encodeLine } from '../../../src/os/events/line.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import type { Json } from '../../../src/os/json.ts';
import type { Grant } from '../../../src/os/permissions/grant.ts';
import { openSavedGrants, type SavedGrants } from '../../../src/os/permissions/saved.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { openSigner } from '../../../src/os/signer.ts';
import { freshRoot, monthFiles } from '../events/scene.ts';
import { NOON, VERSION } from './asking.ts';

const SECRET = 'correct-horse-battery-9';
const DAY = 86_400_000;

const GIVEN = {
  ...{ id: 'g1', skill: 'demo', fingerprint: VERSION, need: 'file.write' as const, resource: 'out', who: 'pat' },
  scope: 'subtree' as const,
};

/** A project and the folder of its user's keys; `open` is what a process of that user sees. */
function scene() {
  const root = freshRoot();
  const keys = freshRoot();
  const clock = simulatedClock(NOON);
  const redact = openRedactor({ known: [{ name: 'MINE', value: SECRET }] });
  const open = (dir: string | undefined = keys, project = root) => {
    const signer = openSigner({ dir });
    const store = openStore({ root: project, clock, ids: randomIds, signer: undefined, redact });
    const grants = openSavedGrants({ root: project, store: () => store, signer, redact, clock, days: 90 });
    return { store, grants, signer };
  };
  return { root, keys, clock, open };
}

/** Appends an event to the project log by hand, as whoever can write the file can: the chain holds. */
function forge(root: string, type: string, data: Json): void {
  const file = monthFiles(root).at(-1) ?? '';
  const last = JSON.parse(fs.readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') as {
    seq: number;
    hash: string;
  };
  const place = { run: undefined, step: undefined };
  const envelope = { ...place, seq: last.seq + 1, epoch: 1, ts: new Date(NOON).toISOString(), type, prev: last.hash };
  fs.appendFileSync(file, encodeLine(envelope, JSON.stringify(data)).line);
}

const linesOf = (root: string) =>
  monthFiles(root).flatMap((file) => fs.readFileSync(file, 'utf8').trimEnd().split('\n'));
/** Data of the event in the last line. */
const lastData = (root: string) =>
  (JSON.parse(linesOf(root).at(-1) ?? '') as { data: { grant: Grant; signed: { key: string; signature: string } } })
    .data;
const states = (grants: SavedGrants) => grants.all().map(({ grant, state }) => `${grant.id} ${state}`);

describe('a grant that is saved', () => {
  it('counts in this process and the next, until it expires', async () => {
    const { clock, open } = scene();
    const { grants } = open();
    expect(grants.list()).toEqual([]);
    const saved = await grants.save(GIVEN);
    expect(saved).toMatchObject({ granted: '2026-11-26T12:00:00.000Z', expires: '2027-02-24T12:00:00.000Z' });
    expect(grants.list()).toEqual([saved]);
    expect(open().grants.list()).toEqual([saved]);
    clock.advance(91 * DAY);
    expect(states(open().grants)).toEqual(['g1 expired']);
  });

  it('again under the same id is left as it is', async () => {
    const { root, open } = scene();
    const { grants } = open();
    const first = await grants.save(GIVEN);
    expect(await grants.save({ ...GIVEN, resource: 'elsewhere' })).toEqual(first);
    expect(await open().grants.save(GIVEN)).toEqual(first);
    expect(linesOf(root)).toHaveLength(1);
  });

  it('is signed after secrets were taken out of it, so that it holds when it is read again', async () => {
    const { root, open } = scene();
    const saved = await open().grants.save({ ...GIVEN, resource: `out/${SECRET}`, words: `because ${SECRET}` });
    expect(saved.words).toBe('because [secret:MINE]');
    expect(linesOf(root).join()).not.toContain(SECRET);
    expect(open().grants.list()).toEqual([saved]);
  });

  it('count in the project they were signed for, and in no other that has a copy of its log', async () => {
    const { root, keys, open } = scene();
    await open().grants.save(GIVEN);
    const copy = freshRoot();
    fs.cpSync(root, copy, { recursive: true });
    expect(open().grants.list()).toHaveLength(1);
    const [elsewhere] = open(keys, copy).grants.all();
    expect(elsewhere).toMatchObject({ state: 'foreign', grant: { id: GIVEN.id } });
  });

  it('cannot be without a folder for keys, and what others have signed is foreign there', async () => {
    const { root, open } = scene();
    await open().grants.save(GIVEN);
    const signer = openSigner({ dir: undefined });
    const redact = openRedactor({ known: [] });
    const store = openStore({ root, clock: simulatedClock(NOON), ids: randomIds, signer: undefined, redact });
    const nobody = openSavedGrants({ root, store: () => store, signer, redact, clock: simulatedClock(NOON), days: 90 });
    expect(nobody.canSave).toBe(false);
    expect(nobody.list()).toEqual([]);
    await expect(nobody.save({ ...GIVEN, id: 'g2' })).rejects.toThrow('nothing can be signed');
  });
});

describe('a line of the log that says it is a grant', () => {
  it('and was signed elsewhere does not count', async () => {
    const { root, open } = scene();
    await open(freshRoot()).grants.save(GIVEN);
    expect(open().grants.list()).toEqual([]);
    expect(states(open().grants)).toEqual(['g1 foreign']);
    expect(linesOf(root)).toHaveLength(1);
  });

  it.each<[string, (grant: Grant) => object]>([
    ['another resource', (grant) => ({ ...grant, resource: '.' })],
    ['another version', (grant) => ({ ...grant, fingerprint: 'b'.repeat(64) })],
    ['another skill', (grant) => ({ ...grant, skill: 'other' })],
    ['a later end', (grant) => ({ ...grant, expires: '2099-01-01T00:00:00Z' })],
    ['a member more', (grant) => ({ ...grant, pin: 'c'.repeat(64) })],
    ['a member less', ({ words: _, ...grant }) => grant],
  ])('with the signature of a true one and %s does not count', async (_, edit) => {
    const { root, open } = scene();
    await open().grants.save({ ...GIVEN, words: 'for now' });
    const { grant, signed } = lastData(root);
    forge(root, 'grant_added', { grant: { ...edit(grant), id: 'g2' }, signed } as Json);
    expect(
      open()
        .grants.list()
        .map(({ id }) => id),
    ).toEqual(['g1']);
    expect(states(open().grants)).toEqual(['g1 counts', 'g2 foreign']);
  });

  it('of a known id does not take the place of the true one', async () => {
    const { root, open } = scene();
    const saved = await open().grants.save(GIVEN);
    const { grant, signed } = lastData(root);
    forge(root, 'grant_added', { grant: { ...grant, resource: 'elsewhere' }, signed } as Json);
    expect(open().grants.list()).toEqual([saved]);
  });

  it.each<[string, Json]>([
    ['no signature', { grant: { id: 'g9' } }],
    ['an empty one', { grant: {}, signed: {} }],
    ['nothing', {}],
    ['words where a grant should be', { grant: 'all', signed: 'yes' }],
    ['null', { grant: null, signed: null }],
  ])('with %s is passed over, and others go on counting', async (_, data) => {
    const { root, open } = scene();
    const saved = await open().grants.save(GIVEN);
    forge(root, 'grant_added', data);
    forge(root, 'grant_revoked', {});
    expect(open().grants.list()).toEqual([saved]);
    expect(() => open().grants.all()).not.toThrow();
  });
});

describe('taking a grant back', () => {
  it('holds for every process from then on, and says who and why', async () => {
    const { open } = scene();
    const [one, other] = [open().grants, open().grants];
    await one.save(GIVEN);
    expect(other.list()).toHaveLength(1);
    await one.revoke('g1', 'no longer needed', 'kim');
    expect(other.list()).toEqual([]);
    expect(other.all()).toMatchObject([{ state: 'revoked', revoked: { why: 'no longer needed', who: 'kim' } }]);
    await expect(one.revoke('g1', 'again', 'kim')).rejects.toMatchObject({ code: 'not_found' });
    await expect(one.revoke('none', 'x', 'kim')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('counts also where nobody signed it', async () => {
    const { root, open } = scene();
    await open().grants.save(GIVEN);
    forge(root, 'grant_revoked', { id: 'g1', why: 'x', who: 'somebody' });
    expect(open().grants.list()).toEqual([]);
  });

  it('cannot be undone by writing the true line into the log again', async () => {
    const { root, open } = scene();
    const { grants } = open();
    await grants.save(GIVEN);
    const { grant, signed } = lastData(root);
    await grants.revoke('g1', 'x', 'kim');
    forge(root, 'grant_added', { grant, signed } as unknown as Json);
    expect(open().grants.list()).toEqual([]);
    expect(states(open().grants)).toEqual(['g1 revoked']);
  });
});

describe('what is found in the log of grants', () => {
  it('is found across months, and what is added later is found without reading the rest again', async () => {
    const { root, clock, open } = scene();
    const { store, grants } = open();
    const other = open().grants;
    await grants.save(GIVEN);
    expect(other.list()).toHaveLength(1);
    clock.advance(10 * DAY);
    await grants.save({ ...GIVEN, id: 'g2' });
    await store.appendProject({ type: 'config_set', data: { key: 'k', value: 1, file: 'reyn.yaml' } });
    await grants.save({ ...GIVEN, id: 'g3' });
    expect(monthFiles(root)).toHaveLength(2);
    expect(other.list().map(({ id }) => id)).toEqual(['g1', 'g2', 'g3']);
  });

  it('is no text that looks like a grant in another event', async () => {
    const { root, open } = scene();
    const { store, grants } = open();
    await grants.save(GIVEN);
    const { grant, signed } = lastData(root);
    const looks = `,"type":"grant_added","data":${JSON.stringify({ grant, signed })}`;
    const body: ProjectEventBody = {
      type: 'config_set',
      data: {
        key: looks,
        value: { a: 1, type: 'grant_added', data: { grant: { ...grant, id: 'g7' }, signed } } as never,
        file: looks,
      },
    };
    await store.appendProject(body);
    await grants.revoke('g1', looks, looks);
    expect(states(open().grants)).toEqual(['g1 revoked']);
    expect(path.basename(monthFiles(root)[0] ?? '')).toBe('2026-11.jsonl');
  });
});
