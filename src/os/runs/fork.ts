import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { type RunEvent, type RunEventBody, type RunEventData, type RunEventType, TERMINAL } from '../events/event.ts';
import { subRunId } from '../kernel/child-op.ts';
import { begin, fold } from '../kernel/fold.ts';
import { questionDigest, questionId } from '../kernel/intervene.ts';
import type { Skill } from '../skills/skill.ts';
import type { OwnedRun } from './drive-run.ts';
import { pinnedSkill } from './pinned-skill.ts';
import type { Project } from './project.ts';

/** What a forked run stands on instead of what the original does. */
export type Change = Partial<
  Pick<
    RunEventData['run_skill_started'],
    'skill_version_hash' | 'skill_md_sha256' | 'pack' | 'dir' | 'models' | 'model' | 'entry' | 'input'
  >
>;

/** How processes came and went is the original's own story; the rest is what a fork begins with. */
const COMINGS: readonly RunEventType[] = [
  'run_resumed',
  'run_suspended',
  'run_interrupted',
  'child_waiting',
  'log_torn',
];

/**
 * A new run of its own that begins with the events of another up to and including `at` (default: all but the terminal
 * one). Files the original wrote are not written again, and its work folder is copied as it is now; questions it left
 * open are asked anew, in the fork's name.
 * @throws UserError `usage` when there is no such event.
 */
export async function forkRun(
  project: Project,
  events: readonly RunEvent[],
  at: number | undefined,
  change: Change = {},
): Promise<OwnedRun> {
  const { store } = project;
  const [first] = events;
  if (first?.type !== 'run_skill_started') throw new TypeError('a run log begins with run_skill_started');
  const open = events.filter(({ type }) => !TERMINAL.includes(type));
  const last = at === undefined ? open.at(-1) : open.find(({ seq }) => seq === at);
  if (last === undefined) {
    throw new UserError('usage', `run ${first.run} has no event ${at} to fork at`, {
      where: { run: first.run },
      hint: `Events go from 1 to ${open.at(-1)?.seq ?? 1}.`,
    });
  }
  const kept = open.filter(({ seq, type }) => seq > 1 && seq <= last.seq && !COMINGS.includes(type));
  const run = project.ids.next();
  const { parent: _, ...data } = first.data;
  const { log, event } = await store.createRun(run, {
    type: 'run_skill_started',
    data: {
      ...data,
      ...change,
      owner: store.owner,
      forked_from: { run: first.run, seq: last.seq, hash: last.hash, copied: kept.length },
    },
  });
  if (event.type !== 'run_skill_started') throw new TypeError('the first event is not the one that was given');
  copyWork(project.root, first.run, run);
  const state = inNameOf(run, kept).reduce((folded, body) => fold(folded, log.append(body)), begin(event));
  const skill: Skill = pinnedSkill(state.started, store.blobs);
  return { skill, log, state, written: [] };
}

/** A fork that is left where it begins, for a later `resume`. @returns its id. @throws as `forkRun`. */
export async function forkAside(
  project: Project,
  events: readonly RunEvent[],
  at: number | undefined,
): Promise<string> {
  const { log, state } = await forkRun(project, events, at);
  log.append({
    type: 'run_interrupted',
    data: { cause: 'fork', message: 'the run was forked and has gone no further' },
  });
  await log.close();
  return state.run;
}

/** Events as another run's: the ids of questions and sub-runs are those that run has for them. */
function inNameOf(run: string, events: readonly RunEvent[]): readonly RunEventBody[] {
  const renamed = new Map<string, { id: string; digest: string }>();
  return events.map((event) => {
    if (event.type === 'intervention_opened') {
      const { id, digest: _, expires: __, ...asked } = event.data;
      const step = event.step ?? '';
      const own = { id: questionId(run, step, asked), digest: questionDigest(run, step, asked as never) };
      renamed.set(id, own);
      return { type: event.type, step, data: { ...event.data, ...own } };
    }
    if (event.type === 'intervention_answered') {
      return { ...bodyOf(event), data: { ...event.data, ...renamed.get(event.data.id) } } as RunEventBody;
    }
    if (event.type === 'op_started' && event.data.child !== undefined) {
      const child = subRunId(run, event.step ?? '');
      return { ...bodyOf(event), data: { ...event.data, child } } as RunEventBody;
    }
    return bodyOf(event);
  });
}

function bodyOf({ type, step, data }: RunEvent): RunEventBody {
  return (step === undefined ? { type, data } : { type, step, data }) as RunEventBody;
}

function copyWork(root: string, from: string, to: string): void {
  const work = join(root, '.reyn', 'work');
  if (existsSync(join(work, from))) cpSync(join(work, from), join(work, to), { recursive: true });
}
