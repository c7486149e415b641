import type { Clock } from '../clock.ts';
import { type Disk, nodeDisk } from '../disk.ts';
import { CorruptLog, UserError } from '../errors.ts';
import { signStatement } from '../events/heads.ts';
import { type Layout, layoutOf } from '../events/layout.ts';
import type { Store } from '../events/port.ts';
import { readRunFile } from '../events/run-read.ts';
import type { Signer } from '../signing.ts';
import { auditProject, type Registered } from './project.ts';
import { type Seal, signSeal } from './seal-file.ts';
import { isSigned } from './signatures.ts';

export type Sealing = {
  readonly store: Store;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly disk?: Disk | undefined;
};

export type SealReport = {
  readonly seal: Seal;
  /** Heads that were not signed before. */
  readonly signed: number;
  /** Runs whose log is not what was written: no seal vouches for them. */
  readonly damaged: readonly { readonly run: string; readonly message: string }[];
};

type Place = { readonly run: string; readonly opened: string; readonly seq: number; readonly head: string };

/**
 * Signs where every run's log and the project log end now, in the project log, and makes of it a seal to be kept
 * elsewhere. What is sealed is durable. Doing it again with nothing new appends nothing.
 * @throws UserError `disk`, `refused` without a key; CorruptLog when the project log is not what was written.
 */
export async function sealStore({ store, signer, clock, disk = nodeDisk }: Sealing): Promise<SealReport> {
  const layout = layoutOf(store.root);
  signer.sign(''); // says at once when there is no key
  const project = auditProject(disk, layout);
  const fault = project.problems.find(({ reason }) => reason !== 'torn');
  if (fault !== undefined) throw new CorruptLog(fault.reason, fault.message, fault);

  const places: Place[] = [];
  const damaged: { run: string; message: string }[] = [];
  let signed = 0;
  const statements: Promise<unknown>[] = [];
  const append = (body: Parameters<typeof store.appendProject>[0]) => statements.push(store.appendProject(body));
  for (const [run, registered] of project.runs) {
    const { opened, removed } = registered;
    if (opened === undefined || removed !== undefined) continue;
    try {
      const { seq, hash } = durableEnd(disk, layout, run, registered);
      const head = { seq, head: hash };
      places.push({ run, opened: opened.line.hash, ...head });
      if (isSigned(registered, { seq, hash })) continue;
      signed++;
      append(signStatement(signer, { type: 'head_signed', run, data: head }, opened.line.hash, clock.now()));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      damaged.push({ run, message: error.message });
    }
  }
  await Promise.all(statements);

  const last = await sealProject(store, signer, clock);
  const at = new Date(clock.now()).toISOString();
  return {
    seal: signSeal(signer, { at, ...(last === undefined ? {} : { project: last }), runs: places }),
    signed,
    damaged,
  };
}

/** Where a run's log ends, made durable: its owner may have yet to do so. @throws UserError, CorruptLog. */
function durableEnd(disk: Disk, layout: Layout, run: string, { closed }: Registered) {
  const { link } = readRunFile(disk, layout, run).chain;
  if (closed === undefined) {
    const file = disk.open(layout.runFile(run), 'append');
    if (file === undefined) throw new UserError('disk', `cannot open ${layout.show(layout.runFile(run))}`);
    try {
      disk.datasync(file);
    } finally {
      disk.close(file);
    }
  } else if (closed.line.data.seq !== link.seq || closed.line.data.head !== link.hash) {
    throw new UserError('corrupt', `the log of run ${run} does not end as it did when the run was closed`);
  }
  return link;
}

/** Signs the end of the project log, unless that was the last thing that happened in it. */
async function sealProject(store: Store, signer: Signer, clock: Clock): Promise<Seal['project']> {
  const last = store.readProject().at(-1);
  if (last === undefined) return undefined;
  if (last.type === 'head_signed' && last.run === undefined) return { seq: last.seq, head: last.hash };
  const data = { seq: last.seq, head: last.hash };
  const sealed = await store.appendProject(
    signStatement(signer, { type: 'head_signed', data }, undefined, clock.now()),
  );
  return { seq: sealed.seq, head: sealed.hash };
}
