import { join } from 'node:path';
import type { Disk } from '../../os/disk.ts';
import { UserError } from '../../os/errors.ts';
import type { Store } from '../../os/events/port.ts';
import { allCarried, CARRIED } from './facts.ts';
import { type FindBlob, namedBlobs } from './named-blobs.ts';
import { type State, type WriteParts, writeState } from './state-file.ts';

/** Appends to the project log what a state knows and the project does not. @returns how many facts that were. */
export async function carryIn(state: State, store: Store): Promise<number> {
  refuseFork(state, store);
  const known = new Set(CARRIED.flatMap((type) => store.facts(type)).map(({ hash }) => hash));
  for (const { data } of carriedIn(store)) known.add(data.hash);
  const fresh = state.facts.filter(({ data }) => !known.has(data.hash));
  const find = finder((sha256) => state.blobs.get(sha256));
  for (const { data } of fresh) for (const bytes of namedBlobs(data.fact, find).values()) store.blobs.put(bytes);
  await Promise.all(
    fresh.map(({ data: { at, kind, fact, hash } }) =>
      store.appendProject({ type: 'state_carried', data: { at, kind, fact, hash } }),
    ),
  );
  return fresh.length;
}

/** Adds to the state what the project knows and the state does not, and notes in the project log that it did. */
export async function carryOut(
  dir: string,
  state: State | undefined,
  store: Store,
  parts: WriteParts & { readonly disk: Disk },
): Promise<State> {
  const known = new Set((state?.facts ?? []).map(({ data }) => data.hash));
  const fresh = allCarried(store).filter(({ hash }) => !known.has(hash));
  const find = finder((sha256) => store.blobs.get(sha256));
  const added = fresh.map((fact) => ({ fact, blobs: namedBlobs(fact.data, find) }));
  const written = writeState(dir, state, added, parts);
  const { id, link } = written;
  const data = { id, seq: link.seq, head: link.hash, facts: written.facts.length };
  await store.appendProject({ type: 'state_written', data });
  return written;
}

function carriedIn(store: Store) {
  return store.facts('state_carried').flatMap((event) => (event.type === 'state_carried' ? [event] : []));
}

/** @throws UserError `state` when this project knew the state longer than it is, or with other lines. */
function refuseFork({ id, hashes, dir }: State, store: Store): void {
  for (const event of store.facts('state_written')) {
    if (event.type !== 'state_written' || event.data.id !== id) continue;
    const { seq, head } = event.data;
    if (hashes[seq - 1] === head) continue;
    const line = Math.min(seq, hashes.length + 1);
    const what = seq > hashes.length ? `line ${line} to ${seq} are missing` : `line ${seq} is another one`;
    throw new UserError('state', `the state is not the one that this project wrote: ${what}`, {
      where: { file: join(dir, 'state.jsonl'), line },
      hint: 'Two nights went on from one state, or an old copy was put back. Take the newest one.',
    });
  }
}

function finder(get: (sha256: string) => Buffer): FindBlob {
  return (sha256) => {
    try {
      return get(sha256);
    } catch (error) {
      if (error instanceof UserError && error.code === 'corrupt' && /missing/.test(error.message)) return undefined;
      throw error;
    }
  };
}
