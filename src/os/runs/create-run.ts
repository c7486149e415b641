import type { ModelConfig } from '../config/config.ts';
import type { Limits } from '../config/limits.ts';
import { configDigest } from '../config/read.ts';
import { isFromFile } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import type { RunEventBody, RunEventData } from '../events/event.ts';
import { canonicalJson, digest, type Json } from '../json.ts';
import { begin } from '../kernel/fold.ts';
import { CONTRACT } from '../kernel/version.ts';
import type { Op } from '../ops/op.ts';
import type { Opened } from '../skills/catalog.ts';
import type { Skill } from '../skills/skill.ts';
import type { OwnedRun } from './drive-run.ts';
import { entryArtifact, type RunInput } from './input.ts';
import { pinModels, withSeed } from './models.ts';
import { pinSkill } from './pinned-skill.ts';
import type { Driving, Project } from './project.ts';

export type NewRun = {
  readonly run: string;
  readonly input: RunInput;
  readonly limits: Limits;
  readonly model: string | undefined;
  readonly parent: { readonly run: string; readonly step: string; readonly root: string } | undefined;
  /** The skill it acts as; absent = itself. */
  readonly as?: { readonly skill: string; readonly skill_version_hash: string };
  /** Of the random choices of its models. */
  readonly seed?: number;
  /** What must have resolved before the run is there; absent = nothing. */
  readonly intended?: Promise<void>;
};

/** Pins everything a run stands on, and makes that its first event. */
export async function createRun(
  project: Project,
  { skill, source }: Opened,
  fresh: NewRun,
  onEvent: Driving['onEvent'],
): Promise<OwnedRun> {
  const { store, config } = project;
  if (skill.kind !== 'graph') {
    throw new UserError('skill', `${skill.name} is of kind ${skill.kind}, which is injected when it matches, not run`, {
      where: { skill: skill.name },
      hint: 'Only skills of kind graph can be run.',
    });
  }
  const input = entryArtifact(skill, fresh.input);
  const env = { root: project.root, blobs: store.blobs, ops: project.ops };
  const models = withSeed(project.pins?.(skill, fresh.model) ?? pinModels(skill, config, fresh.model, env), fresh.seed);
  refuseUnpriced(models, fresh.limits, skill);
  const first: RunEventBody = {
    type: 'run_skill_started',
    data: {
      skill: skill.name,
      skill_version_hash: skill.fingerprint,
      skill_md_sha256: skill.skillMdSha256,
      pack: pinSkill(source, store.blobs),
      dir: skill.dir,
      origin: skill.origin,
      entry: skill.entry,
      input,
      models,
      ...(fresh.model === undefined ? {} : { model: fresh.model }),
      limits: fresh.limits,
      ops: opsDigest(project.ops),
      config: configDigest(config),
      contract: CONTRACT,
      ...(config.language === undefined ? {} : { language: config.language }),
      owner: store.owner,
      ...(fresh.parent === undefined ? {} : { parent: fresh.parent }),
      who: project.who,
      ...(fresh.as === undefined ? {} : { as: fresh.as }),
    },
  };
  const { log, event } = await store.createRun(fresh.run, first, fresh.intended);
  if (event.type !== 'run_skill_started') throw new TypeError('the first event is not the one that was given');
  onEvent(event);
  return { skill, log, state: begin(event), written: [] };
}

/** @throws UserError `config` when a limit in USD meets a model without a price. */
export function refuseUnpriced(
  models: RunEventData['run_skill_started']['models'],
  limits: Limits,
  skill: Skill,
): void {
  if (limits.usd === undefined) return;
  const unpriced = Object.values(models).find(
    (model) => !isFromFile(model.provider as ModelConfig['provider']) && model.price === undefined,
  );
  if (unpriced === undefined) return;
  throw new UserError('config', `a limit in USD is set, and the model ${unpriced.name} has no price`, {
    where: { file: 'reyn.yaml', skill: skill.name },
    hint: `Give models.${unpriced.name}.price {input, output} in USD per million tokens, or take the limit away.`,
  });
}

const digests = new WeakMap<readonly Op[], string>();

/** Digest of what the ops promise: kinds, effects and schemas. */
function opsDigest(ops: readonly Op[]): string {
  const known = digests.get(ops);
  if (known !== undefined) return known;
  const described = ops.map(({ kind, effect, input }) => ({ kind, effect, input: input as unknown as Json }));
  const made = digest(canonicalJson(described));
  digests.set(ops, made);
  return made;
}
