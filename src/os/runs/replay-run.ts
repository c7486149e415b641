import { UserError } from '../errors.ts';
import type { Json } from '../json.ts';
import { loadSkill } from '../skills/load.ts';
import type { Skill } from '../skills/skill.ts';
import { openBelow } from './child.ts';
import { refuseUnpriced } from './create-run.ts';
import { driveRun } from './drive-run.ts';
import { forkRun } from './fork.ts';
import { entryArtifact } from './input.ts';
import { pinModels } from './models.ts';
import type { RunOutcome } from './outcome.ts';
import { pinnedSkill, pinSkill } from './pinned-skill.ts';
import { type Driving, type Project, ROOT } from './project.ts';
import type { Difference } from './recording.ts';
import { replayEvents } from './replay.ts';

/** What a replay found. */
export type ReplayReport = {
  readonly run: string;
  /** Every event came out as recorded. */
  readonly identical: boolean;
  /** Events made again that are the same, and the turns among them. */
  readonly events: number;
  readonly turns: number;
  /** Turns a model was asked for: 0 unless the run went on with one. */
  readonly modelCalls: number;
  readonly difference?: Difference;
  /** The run that went on from the difference. */
  readonly continued?: RunOutcome;
};

export type Replaying = {
  /** Folder of another version of the skill. */
  readonly against?: string;
  /** After the first difference, go on with this model in a run of its own. */
  readonly model?: string;
};

/**
 * Does a run again from its log, on the skill it pinned or on another version of it. Costs nothing and writes nothing,
 * unless `model` is given and there is a difference.
 * @throws UserError `not_found`, `skill`, `config`, `usage` when `model` is given without `against`.
 */
export async function replayRun(
  project: Project,
  run: string,
  { against, model }: Replaying,
  driving: Driving,
): Promise<ReplayReport> {
  const { store, catalog, config } = project;
  if (model !== undefined && against === undefined) {
    throw new UserError('usage', '--model goes with --against: a replay of the same skill asks no model', {
      where: { run },
    });
  }
  const events = store.readRun(run);
  const [first] = events;
  if (first?.type !== 'run_skill_started') throw new TypeError('a run log begins with run_skill_started');
  const before = pinnedSkill(first.data, store.blobs);
  const source = against === undefined ? undefined : catalog.sourceAt(against);
  const after = source === undefined ? before : loadSkill(source);
  const { common, ...replayed } = await replayEvents(events, before, after, project.ops);
  const report = { run, identical: replayed.difference === undefined, modelCalls: 0, ...replayed };
  if (report.identical || model === undefined || source === undefined) return report;
  const models = pinModels(after, config, model, { root: project.root, blobs: store.blobs, ops: project.ops });
  refuseUnpriced(models, first.data.limits, after);
  const { input } = first.data;
  const owned = await forkRun(project, common, undefined, {
    skill_version_hash: after.fingerprint,
    skill_md_sha256: after.skillMdSha256,
    pack: pinSkill(source, store.blobs),
    dir: after.dir,
    models,
    model,
    entry: after.entry,
    input: takes(after, input.type) ? input : entryArtifact(after, { value: input.artifact as Json }),
  });
  const turnsBefore = owned.state.spent.turns;
  const { outcome: continued } = await driveRun(project, owned, driving, openBelow(project, driving), ROOT);
  return { ...report, modelCalls: continued.spent.turns - turnsBefore, continued };
}

function takes(skill: Skill, type: string): boolean {
  return skill.phases[skill.entry]?.input.includes(type) === true;
}
