import { join } from 'node:path';
import type { Clock } from '../../os/clock.ts';
import { type Disk, replaceFile } from '../../os/disk.ts';
import { UserError } from '../../os/errors.ts';
import { type OwnBlobs, openBlobs } from '../../os/events/blobs.ts';
import { type Link, readChain, START } from '../../os/events/chain.ts';
import { checkProjectEvent, composeProjectEvent } from '../../os/events/compose.ts';
import { PROJECT_EVENTS, type ProjectEvent, type ProjectEventBody } from '../../os/events/event.ts';
import { layoutOf } from '../../os/events/layout.ts';
import type { Line } from '../../os/events/line.ts';
import { restoreMembers } from '../../os/events/members.ts';
import { isObject, parseJson } from '../../os/json.ts';
import type { Redactor } from '../../os/secrets/port.ts';
import { misfits } from '../../os/shape.ts';
import { isCarried } from './facts.ts';

/**
 * The state folder: what nightly improvement must know of earlier nights, wherever they ran.
 *
 * N1. `state.jsonl` is one chain in the form of the project log: `state_opened`, then `state_carried` lines, one a fact.
 *     Facts are only ever added, each once, known by the hash of the line it first stood in.
 * N2. It is replaced as a whole: after a crash there is the old one or the new one.
 * N3. `head.json` says where the chain ends and which blobs it needs, and is written last. So a chain that is shorter
 *     than its head was cut, and one that is longer was written by a night that died before it wrote the head.
 * N4. Blobs are there before the line that names them.
 */

const FILE = 'state.jsonl';
const HEAD = 'head.json';
const FORM = 1;
const RULES = { types: { state_opened: true, state_carried: true }, terminal: [] };

/** A state as it was read. */
export type State = {
  readonly dir: string;
  /** Names the state for ever; the same on every machine it is carried to. */
  readonly id: string;
  readonly link: Link;
  /** Hash of each line, first to last. */
  readonly hashes: readonly string[];
  readonly facts: readonly CarriedFact[];
  readonly bytes: Buffer;
  readonly blobs: OwnBlobs;
};

/** The `state_carried` event of one line. */
export type CarriedFact = Extract<ProjectEvent, { type: 'state_carried' }>;

const RESTORE = 'Put the state folder back as the last night left it, e.g. from the branch it is kept on.';

function damaged(file: string, line: number | undefined, message: string): UserError {
  const where = { file, ...(line === undefined ? {} : { line }) };
  return new UserError('state', `the state is not what was written: ${message}`, { where, hint: RESTORE });
}

/**
 * Reads and checks a state folder. @returns `undefined` when there is no state in it.
 * @throws UserError `state` with the line that is wrong: changed, cut, forked, or without a blob it needs.
 */
export function readState(disk: Disk, dir: string): State | undefined {
  const file = join(dir, FILE);
  const bytes = disk.read(file);
  const head = disk.read(join(dir, HEAD));
  const blobs = blobsOf(disk, dir);
  if (bytes === undefined) {
    if (head === undefined) return undefined;
    throw damaged(file, undefined, 'it is missing, and its head is there');
  }
  const chain = readChain(bytes, RULES, { link: START, line: 1 });
  const [fault] = chain.faults;
  if (fault !== undefined) throw damaged(file, fault.line, fault.message);
  if (chain.torn !== undefined) throw damaged(file, chain.torn.line, `line ${chain.torn.line} is cut off`);
  const [first, ...rest] = chain.lines;
  if (first?.type !== 'state_opened' || typeof first.data.id !== 'string') {
    throw damaged(file, 1, 'line 1 does not open a state');
  }
  if (first.data.form !== FORM) throw damaged(file, 1, `it has the form ${first.data.form}, which is not known here`);
  checkHead(head, chain.lines, join(dir, HEAD), blobs);
  return {
    dir,
    id: first.data.id,
    link: chain.link,
    hashes: chain.lines.map(({ hash }) => hash),
    facts: rest.map((line, i) => factOf(line, i + 2, file, blobs)),
    bytes,
    blobs,
  };
}

function checkHead(bytes: Buffer | undefined, lines: readonly Line[], file: string, blobs: OwnBlobs): void {
  if (bytes === undefined) throw damaged(file, undefined, 'its head is missing');
  const parsed = parseJson(bytes.toString('utf8'));
  const head = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const { seq, hash, blobs: named } = head;
  if (typeof seq !== 'number' || typeof hash !== 'string' || !Array.isArray(named)) {
    throw damaged(file, 1, 'its head cannot be read');
  }
  const line = lines[seq - 1];
  if (line === undefined) throw damaged(file, lines.length + 1, `line ${lines.length + 1} to ${seq} are missing`);
  if (line.hash !== hash) throw damaged(file, seq, `line ${seq} is another one than its head says: it was forked`);
  for (const name of named) {
    try {
      blobs.get(String(name));
    } catch (error) {
      throw damaged(file, 1, (error as Error).message);
    }
  }
}

function factOf(line: Line, number: number, file: string, blobs: OwnBlobs): CarriedFact {
  try {
    const event = restoreMembers(line, blobs) as unknown as CarriedFact;
    const [wrong] = misfits(PROJECT_EVENTS.state_carried, event.data);
    if (event.type !== 'state_carried' || wrong !== undefined) throw new Error('is no fact');
    const { kind, fact } = event.data;
    if (!isCarried(kind)) throw new Error(`carries a ${kind}, which no state does`);
    const [misfit] = misfits(PROJECT_EVENTS[kind], fact);
    if (misfit !== undefined) throw new Error(`carries a ${kind} whose ${misfit.path.join('.')} ${misfit.message}`);
    return event;
  } catch (error) {
    throw damaged(file, number, `line ${number} ${(error as Error).message}`);
  }
}

/** Blobs of a state folder. */
function blobsOf(disk: Disk, dir: string): OwnBlobs {
  const layout = { ...layoutOf(dir), blobs: join(dir, 'blobs') };
  const enter = () => {
    for (const folder of [dir, layout.blobs]) if (disk.stat(folder) === undefined) disk.makeDir(folder);
    disk.syncDir(dir);
  };
  return openBlobs(disk, layout, { enter, temp: () => join(layout.blobs, 'incoming') });
}

export type WriteParts = {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly redact: Redactor;
  /** Id of a state that does not exist yet. */
  readonly newId: () => string;
};

/** A fact that is to be added, and the blobs it needs. */
export type Addition = { readonly fact: ProjectEvent; readonly blobs: ReadonlyMap<string, Buffer> };

/**
 * Adds facts to a state folder, or makes one, whole or not at all. @param state as it was read under the lock of the
 * folder. @returns the state as it is now. @throws UserError `disk`.
 */
export function writeState(
  dir: string,
  state: State | undefined,
  added: readonly Addition[],
  { disk, clock, redact, newId }: WriteParts,
): State {
  const blobs = state?.blobs ?? blobsOf(disk, dir);
  disk.makeDir(dir);
  for (const { blobs: needed } of added) for (const bytes of needed.values()) blobs.put(bytes);
  const id = state?.id ?? newId();
  const opening: ProjectEventBody[] = state === undefined ? [{ type: 'state_opened', data: { id, form: FORM } }] : [];
  let link = state?.link ?? START;
  const composed = [...opening, ...added.map(bodyOf)].map((body) => {
    const one = composeProjectEvent(body, checkProjectEvent(body, blobs, redact), { after: link, epoch: 1, clock });
    link = one.link;
    return one;
  });
  const bytes = Buffer.concat([
    state?.bytes ?? Buffer.alloc(0),
    Buffer.from(composed.map(({ line }) => line).join('')),
  ]);
  const put = (name: string, content: Buffer) => replaceFile(disk, join(dir, name), content, join(dir, `${name}.new`));
  put(FILE, bytes);
  const named = disk.list(join(dir, 'blobs')).filter((name) => /^[0-9a-f]{64}$/.test(name));
  put(HEAD, Buffer.from(`${JSON.stringify({ seq: link.seq, hash: link.hash, blobs: named }, null, 1)}\n`));
  const read = readState(disk, dir);
  if (read === undefined) throw damaged(join(dir, FILE), undefined, 'it is gone');
  return read;
}

function bodyOf({ fact }: Addition): ProjectEventBody {
  const { ts, type, data, hash } = fact;
  return { type: 'state_carried', data: { at: ts, kind: type, fact: data, hash } };
}
