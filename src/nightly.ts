import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { failingSkills } from './learning/nights/failing.ts';
import { mergedCandidates } from './learning/nights/merged.ts';
import type { NightReport, SkillNight } from './learning/nights/report.ts';
import { selfTest } from './learning/nights/self-test.ts';
import { proposedDiff, skillNight } from './learning/nights/skill-night.ts';
import { copyVersions } from './learning/nights/version-folders.ts';
import { carryIn, carryOut } from './learning/state/carry.ts';
import { readState, type State } from './learning/state/state-file.ts';
import type { ReadReceipt } from './learning/versions/version.ts';
import type { BeginNight, Night, NightRun } from './night.ts';
import type { Clock } from './os/clock.ts';
import type { Disk } from './os/disk.ts';
import { UserError } from './os/errors.ts';
import { layoutOf } from './os/events/layout.ts';
import { sqliteLocks } from './os/events/locks.ts';
import type { Store } from './os/events/port.ts';
import type { Ids } from './os/ids.ts';
import type { Redactor } from './os/secrets/port.ts';
import type { Catalog } from './os/skills/catalog.ts';

export type NightParts = {
  readonly root: string;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly redact: Redactor;
  readonly receipt: ReadReceipt;
  /** Records the folder of a skill, whose receipt is there, as a version. */
  readonly adopt: (skill: string) => Promise<unknown>;
};

/**
 * Begins a night of improving skills.
 *
 *  - N1 What earlier nights found is read, checked and in the project log before anything is run.
 *  - N2 `save` puts what this night found into the state, and is called before anything of it is told to anybody.
 *  - N3 One night at a time has a state: it is locked from the beginning to `end`.
 *
 * @throws UserError `state` for a state that is absent or does not hold, `busy` where another night has it.
 */
export async function beginNight(parts: NightParts, { state: dir, ci, firstNight }: BeginNight): Promise<Night> {
  refuseForgetful(dir, ci, firstNight);
  const { root, store, catalog, disk, clock, ids, redact } = parts;
  const lock = dir === undefined ? undefined : lockState(dir);
  try {
    let state = dir === undefined ? undefined : await bring(parts, dir, firstNight);
    const tested = selfTest();
    const adopted: NightReport['adopted'] = [];
    if (tested.ok) {
      for (const merged of mergedCandidates(catalog, store)) {
        await parts.adopt(merged.skill);
        adopted.push(merged);
      }
    }
    return {
      selfTest: tested,
      adopted,
      failing: () => failingSkills(catalog, store),
      resultOf: async (run) => resultOf(parts, run),
      receipt: (id) => textOf(store, id),
      save: async () => {
        if (dir === undefined) return undefined;
        copyVersions(versionsOf(root), join(dir, VERSIONS));
        state = await carryOut(dir, state, store, { disk, clock, redact, newId: () => ids.next() });
        return { id: state.id, seq: state.link.seq, facts: state.facts.length };
      },
      end: () => lock?.release(),
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

const VERSIONS = 'skill-versions';
const versionsOf = (root: string) => join(layoutOf(root).home, VERSIONS);

/** A machine that is thrown away after the night must not forget what was spent on it. */
function refuseForgetful(dir: string | undefined, ci: boolean, firstNight: boolean): void {
  if (ci && dir === undefined) {
    throw new UserError(
      'state',
      'a night on a machine that is thrown away needs a state, or it forgets what it spent',
      {
        hint: 'Give --state <dir>, a folder that is kept from night to night; with --first-night the first time.',
      },
    );
  }
  if (firstNight && dir === undefined) {
    throw new UserError('usage', '--first-night begins a state, and none is named', { hint: 'Add --state <dir>.' });
  }
}

/** Reads a state and makes the project know what it knows. @throws UserError `state`. */
async function bring(parts: NightParts, dir: string, firstNight: boolean): Promise<State | undefined> {
  const state = readState(parts.disk, dir);
  if (state === undefined && !firstNight) {
    throw new UserError('state', 'there is no state of earlier nights', {
      where: { file: dir },
      hint: 'Bring the folder that the last night wrote; if there was none, say --first-night.',
    });
  }
  if (state !== undefined && firstNight) {
    throw new UserError('state', 'this is not the first night: there is a state of earlier ones', {
      where: { file: dir },
      hint: 'Leave --first-night out. Beginning anew would forget what was spent.',
    });
  }
  if (state !== undefined) {
    await carryIn(state, parts.store);
    copyVersions(join(dir, VERSIONS), versionsOf(parts.root));
  }
  return state;
}

function lockState(dir: string): { release(): void } {
  const locks = join(dir, '.lock');
  try {
    mkdirSync(locks, { recursive: true });
  } catch (error) {
    throw new UserError('disk', `the state cannot be used: ${(error as Error).message}`, { where: { file: dir } });
  }
  const all = sqliteLocks(locks);
  const held = all.take('night');
  if (held === undefined) {
    throw new UserError('busy', 'another night is under way with this state', {
      where: { file: dir },
      hint: 'Wait for it to end.',
    });
  }
  return {
    release: () => {
      all.forget('night'); // while it is held
      held.release();
    },
  };
}

async function resultOf(parts: NightParts, { skill, outcome, events }: NightRun): Promise<SkillNight> {
  const { store, catalog, receipt } = parts;
  const night = skillNight(skill, outcome, events);
  const facts = night.receipt === undefined ? undefined : receipt(night.receipt);
  if (night.outcome === 'improved') return night;
  // what a pull request is made of is computed from what was verified, and never what a run says it is
  const { diff: _, ...rest } = night;
  const diff = facts === undefined ? undefined : await proposedDiff(catalog, skill, textOf(store, facts.pack));
  return diff === undefined ? rest : { ...rest, diff };
}

function textOf(store: Store, sha256: string): string | undefined {
  return existsSync(join(layoutOf(store.root).blobs, sha256)) ? store.blobs.get(sha256).toString('utf8') : undefined;
}

export { exitOf } from './learning/nights/exit.ts';
export { isReceiptFile, reportFiles } from './learning/nights/report-files.ts';
