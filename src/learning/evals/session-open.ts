import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { type Disk, nodeDisk } from '../../os/disk.ts';
import { UserError } from '../../os/errors.ts';
import type { ProjectEvent, ProjectEventBody } from '../../os/events/event.ts';
import { isRunId, layoutOf } from '../../os/events/layout.ts';
import { sqliteLocks } from '../../os/events/locks.ts';
import type { Store } from '../../os/events/port.ts';
import { projectTail } from '../../os/events/project-read.ts';
import { openStore } from '../../os/events/store.ts';
import type { Json } from '../../os/json.ts';
import type { EvalSet } from './case.ts';
import { caseDisk } from './case-disk.ts';
import { closureOf } from './closure.ts';
import { rowEvent, rowsIn, usedBy } from './rows.ts';
import { scoreTools } from './score-tools.ts';
import type { OpenSession, Session } from './session.ts';
import { type Arm, openArm } from './session-arm.ts';
import { SESSION_LOCK, type SessionDeps, sessionDir, VERIFIER } from './session-deps.ts';
import { evaluateAll } from './session-evaluate.ts';
import { type EarlierRows, earlierRows } from './session-reuse.ts';
import type { SessionState } from './session-state.ts';

/**
 * Opens sessions of one project.
 *
 *  - S1 A session has a store of its own; nothing of it is in any list, index, recall or export of the project, whose log
 *    says when it began and when it ended, with the head of its log. That has a row for each run of a case, with the head
 *    of the run's log, and so does not list them besides.
 *  - S2 A row is durable before anybody is told of it, and is never computed twice under the same key.
 *  - S3 One process has a session open at a time.
 */
export function sessionOpener(deps: SessionDeps): OpenSession {
  return async (request) => {
    const { project, disk = nodeDisk } = deps;
    const sealed = request.what === 'verify';
    const id = request.id ?? project.ids.next();
    if (!isRunId(id)) throw new UserError('usage', `"${id}" is no id of an evaluation`);
    const dir = sessionDir(project.root, id, sealed);
    if (request.id !== undefined && request.begin !== true && !fs.existsSync(dir)) {
      throw new UserError('not_found', `there is no evaluation "${id}"`, {
        hint: '`reyn eval report --list` shows what there is.',
      });
    }
    const closure = closureOf(request.baseline, project.catalog).digest;
    refuseLink(disk, dir);
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    const layout = layoutOf(dir);
    const store = openStore({
      root: dir,
      clock: project.clock,
      ids: project.ids,
      redact: project.redact,
      signer: undefined,
      disk: caseDisk(disk, layout),
      listing: 'below',
    });
    const known = request.id === undefined ? [] : ownEvents(store);
    const held = holdAlone(store, layout.locks, id);
    try {
      const set = request.set ?? deps.set(request.skill);
      const opened = openState({ deps, request, set, id, dir, store, events: known });
      if (known.length === 0) await begin(opened, closure, sealed);
      return sessionOf(opened, held.release, disk);
    } catch (error) {
      held.release();
      await store.close();
      throw error;
    }
  };
}

/** A link that came with the project could lead sealed cases to where every run may read them. */
function refuseLink(disk: Disk, dir: string): void {
  const link = [dirname(dir), dir].find((each) => disk.isLink(each));
  if (link === undefined) return;
  throw new UserError('refused', `evaluations are kept in folders, and ${link} is a link`, {
    where: { file: link },
    hint: 'Remove the link.',
  });
}

/** Types of events that a store writes by itself. */
const OF_RUNS = ['run_opened', 'run_closed', 'run_removed', 'log_torn'];

/** Events of the log of a session. @throws CorruptLog. */
export function ownEvents(store: Store): readonly ProjectEvent[] {
  return store.readProject().filter(({ type }) => !OF_RUNS.includes(type));
}

/** One process at a time (S3). @throws UserError `busy`. */
function holdAlone(store: Store, dir: string, id: string): { release(): void } {
  store.temp(); // makes the folders
  const held = sqliteLocks(dir).take(SESSION_LOCK);
  if (held !== undefined) return held;
  throw new UserError('busy', `the evaluation ${id} is under way in another process`, {
    hint: 'Wait for it to end, or stop it.',
  });
}

type Opening = Pick<SessionState, 'deps' | 'request' | 'id' | 'dir' | 'store'> & {
  readonly set: EvalSet;
  readonly events: readonly ProjectEvent[];
};

type OpenedState = SessionState & { readonly events: ProjectEvent[] };

function openState({ deps, request, set, id, dir, store, events }: Opening): OpenedState {
  const own = [...events];
  const rows = new Map(rowsIn(own).map((row) => [row.key, row]));
  const arms = new Map<string, Arm>();
  const earlier = new Map<string, EarlierRows>();
  return {
    deps,
    request,
    tools: scoreTools({ ...deps, set, dir: request.baseline.skill.dir }),
    id,
    dir,
    store,
    rows,
    running: new Map(),
    events: own,
    arm: (version) => {
      const known = arms.get(version.skill.fingerprint);
      if (known !== undefined) return known;
      const made = openArm({ deps, request, scorers: set.code ?? set.scorers, dir, store }, version);
      arms.set(version.skill.fingerprint, made);
      return made;
    },
    earlier: (closure) => {
      if (request.reuse !== true || request.what === 'verify') return NO_ROWS;
      const known = earlier.get(closure) ?? earlierRows(deps.project, id, closure);
      earlier.set(closure, known);
      return known;
    },
    keep: async (row) => {
      const event = await store.appendProject(rowEvent(row));
      own.push(event);
      rows.set(row.key, row);
    },
  };
}

const NO_ROWS: EarlierRows = () => undefined;

async function begin(
  { deps, request, id, store, events }: OpenedState,
  closure: string,
  sealed: boolean,
): Promise<void> {
  const { what, skill, baseline, cases, by, vouched } = request;
  const principal = sealed ? VERIFIER : by;
  const settings = (request.settings ?? null) as Json;
  events.push(
    await store.appendProject({
      type: 'session_opened',
      data: { id, what, skill, settings, principal, ...(vouched === undefined ? {} : { vouched }) },
    }),
  );
  const { fingerprint: skill_version_hash } = baseline.skill;
  await deps.project.store.appendProject({
    type: 'eval_started',
    data: { id, what, skill, skill_version_hash, closure, cases, sealed, by },
  });
}

function sessionOf(state: OpenedState, release: () => void, disk: Disk): Session {
  const { id, dir, store, rows, events, deps, request } = state;
  let isClosed = false;
  return {
    id,
    dir,
    evaluate: (asked, options) => evaluateAll(state, asked, options),
    has: ({ version, case: asked, seed }) => rows.has(state.arm(version).keyOf(asked, seed)),
    rows: () => rowsIn(events),
    record: async (body: ProjectEventBody) => {
      const event = await store.appendProject(body);
      events.push(event);
      return event;
    },
    events: () => events,
    used: () => usedBy(rowsIn(events)),
    close: async (ended) => {
      if (isClosed) return;
      isClosed = true;
      try {
        await store.close();
        fs.rmSync(join(dir, 'copies'), { recursive: true, force: true });
        if (ended === undefined) return;
        const { hash } = projectTail(disk, layoutOf(dir), undefined).link;
        const { skill } = request;
        const { outcome, score } = ended;
        const data = {
          id,
          skill,
          skill_version_hash: request.baseline.skill.fingerprint,
          outcome,
          ...(score === undefined ? {} : { score }),
          rows: rows.size,
          head: hash,
          usage: usedBy(rowsIn(events)),
        };
        await deps.project.store.appendProject({ type: 'eval_finished', data });
      } finally {
        release();
      }
    },
  };
}
