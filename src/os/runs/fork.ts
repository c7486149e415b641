import { UserError } from '../errors.ts';
import { type RunEvent, type RunEventBody, type RunEventData, TERMINAL } from '../events/event.ts';
import { begin, fold } from '../kernel/fold.ts';
import type { Skill } from '../skills/skill.ts';
import type { OwnedRun } from './drive-run.ts';
import { pinnedSkill } from './pinned-skill.ts';
import type { Project } from './project.ts';

/** What a forked run stands on instead of what the original does. */
export type Change = Partial<
  Pick<RunEventData['run_skill_started'], 'skill_version_hash' | 'skill_md_sha256' | 'pack' | 'dir' | 'models'>
>;

/**
 * A new run of its own that begins with the events of another up to and including `at` (default: all but the terminal
 * one). Files the original wrote are not written again.
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
  const kept = events.filter(
    (event) => event.seq <= (at ?? Number.POSITIVE_INFINITY) && !TERMINAL.includes(event.type),
  );
  const last = kept.at(-1);
  if (last === undefined || (at !== undefined && last.seq !== at)) {
    throw new UserError('usage', `run ${first.run} has no event ${at} to fork at`, {
      where: { run: first.run },
      hint: `Events go from 1 to ${events.findLast((event) => !TERMINAL.includes(event.type))?.seq ?? 1}.`,
    });
  }
  const { parent: _, ...data } = first.data;
  const { log, event } = await store.createRun(project.ids.next(), {
    type: 'run_skill_started',
    data: { ...data, ...change, owner: store.owner, forked_from: { run: first.run, seq: last.seq, hash: last.hash } },
  });
  if (event.type !== 'run_skill_started') throw new TypeError('the first event is not the one that was given');
  const state = kept.slice(1).reduce((folded, each) => fold(folded, log.append(bodyOf(each))), begin(event));
  const skill: Skill = pinnedSkill(state.started, store.blobs);
  await log.flush();
  return { skill, log, state };
}

function bodyOf({ type, step, data }: RunEvent): RunEventBody {
  return (step === undefined ? { type, data } : { type, step, data }) as RunEventBody;
}
