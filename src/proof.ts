import { readFileSync } from 'node:fs';
import type { Reyn, SigningKey } from './api.ts';
import { OPS } from './ops.ts';
import type { Against } from './os/audit/against.ts';
import { decisionsOf, type RunDecisions } from './os/audit/decisions.ts';
import { exportLog } from './os/audit/export.ts';
import { collectGarbage } from './os/audit/gc.ts';
import { sealStore } from './os/audit/seal.ts';
import { parseSeal } from './os/audit/seal-file.ts';
import { verifyStore } from './os/audit/verify.ts';
import type { Clock } from './os/clock.ts';
import type { Retention } from './os/config/config.ts';
import { keysDir } from './os/config/keys-dir.ts';
import type { Disk } from './os/disk.ts';
import { UserError } from './os/errors.ts';
import type { Store } from './os/events/port.ts';
import { sumSpending } from './os/runs/spend.ts';
import type { RunSummary } from './os/runs/summary.ts';
import { openSigner, rotateKey } from './os/signer.ts';
import type { Signer } from './os/signing.ts';

type ProofPorts = {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signer: Signer;
  readonly retention: Retention | undefined;
  readonly store: () => Store;
  readonly runs: () => readonly RunSummary[];
  readonly clock: Clock;
  readonly disk?: Disk;
};

/** The part of an opened project that says what happened and proves it: the audit, retention, what was spent. */
export function openProof(ports: ProofPorts): Pick<Reyn, 'verify' | 'audit' | 'gc' | 'spending'> {
  const { root, env, signer, retention, store, runs, clock, disk } = ports;
  const dir = keysDir({ root, env });
  const onDisk = disk === undefined ? {} : { disk };
  const keyOf = (by: Signer): SigningKey => ({ id: by.id, publicKey: by.publicKey, dir: dir ?? '' });
  return {
    verify: (run, { against, signed = false } = {}) => {
      const seal = against === undefined ? {} : { against: readSeal(against) };
      return verifyStore(root, { ...(run === undefined ? {} : { run }), ...seal, signed }, { signer, ...onDisk });
    },
    audit: {
      seal: () => sealStore({ store: store(), signer, clock, ...onDisk }),
      decisions: (run) => decisionsBelow(store(), run),
      export: (request) => exportLog(root, request, disk),
      key: () => keyOf(signer),
      rotateKey: () => {
        rotateKey({ dir });
        return keyOf(openSigner({ dir }));
      },
    },
    gc: async ({ dryRun = false } = {}) => {
      const report = await collectGarbage({ root, retention, store, clock, dryRun, ...onDisk });
      const { rule } = report;
      if (rule === undefined || retention === undefined) return report;
      const { collectSessions } = await import('./learning/evals/collect-sessions.ts');
      const now = clock.now();
      return { ...report, evaluations: await collectSessions({ root, retention, rule, store, now, dryRun }) };
    },
    spending: (by = 'skill', since = undefined) => sumSpending(runs(), by, since),
  };
}

/** A run, then its sub-runs in the order they were started. One that was never made has nothing to tell. */
function decisionsBelow(store: Store, run: string): readonly RunDecisions[] {
  const decisions = decisionsOf(store.readRun(run), OPS);
  const children = decisions.children.filter((child) => store.hasRun(child));
  return [decisions, ...children.flatMap((child) => decisionsBelow(store, child))];
}

/** @throws UserError `disk`, `usage`. */
function readSeal(file: string): Against {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError('disk', `the seal cannot be read: ${(error as Error).message}`, {
      where: { file },
      hint: '`reyn audit seal --out <file>` writes one.',
      cause: error,
    });
  }
  return { seal: parseSeal(text, file), file };
}
