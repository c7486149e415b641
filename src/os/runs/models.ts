import { resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Config, ModelConfig } from '../config/config.ts';
import { KEY_ENV } from '../config/effective.ts';
import { showKey } from '../config/layer.ts';
import { FROM_FILE, type FromFile, isFromFile } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import type { RunEventData } from '../events/event.ts';
import type { Blobs } from '../events/port.ts';
import type { JsonObject } from '../json.ts';
import { openModel } from '../models/open.ts';
import type { Model } from '../models/port.ts';
import { withPrice } from '../models/prices.ts';
import { redactedModel } from '../models/redacted.ts';
import { offeredOps } from '../ops/offered.ts';
import type { Op } from '../ops/op.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Skill, Step } from '../skills/skill.ts';
import { readEvalFile } from '../skills/source.ts';

type Pins = RunEventData['run_skill_started']['models'];

/** Classes of models a skill may ask: those of its phases, and of the ops that ask one in a phase or a step. */
export function classesOf(skill: Skill, ops: readonly Op[]): readonly string[] {
  const phases = Object.values(skill.phases);
  const asking = phases.filter(({ modelClass }) => modelClass !== 'none');
  const offered = asking.flatMap((phase) => offeredOps(phase, skill.permissions, ops));
  const whole = [...phases.flatMap(({ preprocessor }) => preprocessor), ...(skill.postprocessor?.steps ?? [])];
  const steps = whole.flatMap(withInner);
  const classes = [
    ...asking.map(({ modelClass }) => modelClass),
    ...offered.flatMap((op) => classOf(op, {})),
    ...steps.flatMap((step) =>
      step.type === 'op'
        ? classOf(
            ops.find(({ kind }) => kind === step.op),
            step.args,
          )
        : [],
    ),
  ];
  return [...new Set(classes)].sort();
}

/** A step and every step in its branches. */
function withInner(step: Step): readonly Step[] {
  if (step.type === 'iterate') return [step, ...withInner(step.apply)];
  if (step.type === 'parallel') return [step, ...Object.values(step.branches).flatMap(withInner)];
  return [step];
}

function classOf(op: Op | undefined, args: JsonObject): readonly string[] {
  return op?.effect === 'model' ? [op.modelClass(args)] : [];
}

/**
 * The models a run will use, by class, as its first event pins them.
 * @throws UserError `config` when no model is configured for a class, or a USD limit meets a model without a price.
 */
export function pinModels(
  skill: Skill,
  config: Config,
  override: string | undefined,
  env: { readonly root: string; readonly blobs: Blobs; readonly ops: readonly Op[] },
): Pins {
  return Object.fromEntries(
    classesOf(skill, env.ops).map((name) => {
      const key = override ?? config.classes[name] ?? config.default;
      refuseUntrusted(config, key);
      return [name, pin(key, withPrice(modelConfig(config, key, name)), skill, env)];
    }),
  );
}

/** @throws UserError `untrusted` for a model that a file of the project defines and nobody has trusted. */
export function refuseUntrusted(config: Config, key: string): void {
  if (!config.untrusted.includes(showKey(['models', key]))) return;
  throw new UserError(
    'untrusted',
    `the model ${key} is defined in a file of the project that nobody has trusted here`,
    {
      where: { file: 'reyn.yaml' },
      hint: 'Look at where it would send your data and key, then run `reyn config trust`.',
    },
  );
}

/** The same models with a seed of their random choices; what answers from a script makes none. */
export function withSeed(pins: Pins, seed: number | undefined): Pins {
  if (seed === undefined) return pins;
  return Object.fromEntries(
    Object.entries(pins).map(([name, pinned]) => [name, pinned.provider === 'scripted' ? pinned : { ...pinned, seed }]),
  );
}

function modelConfig(config: Config, key: string, modelClass: string): ModelConfig {
  const found = config.define[key];
  if (found !== undefined) return found;
  const names = Object.keys(config.define).join(', ');
  throw new UserError(
    'config',
    key === '' ? `no model is configured for the class "${modelClass}"` : `there is no model "${key}"`,
    {
      where: { file: 'reyn.yaml' },
      hint: `Set "model: <name>" and "base_url: <url>" in reyn.yaml, or run with --model${names === '' ? ' scripted' : ` (${names})`}.`,
    },
  );
}

function pin(
  key: string,
  model: ModelConfig,
  skill: Skill,
  { root, blobs }: { readonly root: string; readonly blobs: Blobs },
): Pins[string] {
  const pinned = { name: key, ...model } as Pins[string];
  const { provider } = model;
  return isFromFile(provider) ? { ...pinned, script: blobs.put(fileOf(provider, skill, root)) } : pinned;
}

function fileOf(provider: FromFile, skill: Skill, root: string): string {
  const file = FROM_FILE[provider];
  const text = readEvalFile(resolve(root, skill.dir), file);
  if (text !== undefined) return text;
  throw new UserError('config', `the ${provider} model has no rules for ${skill.name}: there is no ${file}`, {
    where: { skill: skill.name, file: `${skill.dir}/${file}` },
    hint: 'Write one, or name another model in reyn.yaml or with --model.',
  });
}

/** The latest script read, by its blob: a thousand sub-runs of one skill share it. */
const latest = new WeakMap<Blobs, { readonly sha256: string; readonly text: string }>();

function scriptText(sha256: string, blobs: Blobs): string {
  const known = latest.get(blobs);
  if (known?.sha256 === sha256) return known.text;
  const text = blobs.get(sha256).toString('utf8');
  latest.set(blobs, { sha256, text });
  return text;
}

/**
 * A log may come from elsewhere with the project: what it pins sends a key only to where the configuration, as it counts
 * today, or the provider itself would send that key. @throws UserError `untrusted`.
 */
function refuseStrayKey(
  name: string,
  pinned: ModelConfig,
  { env, config }: { readonly env: NodeJS.ProcessEnv; readonly config: Config },
): void {
  const { base_url: url, api_key_env: variable, api_key_file: file } = pinned;
  if (isFromFile(pinned.provider) || ((env[variable] ?? '') === '' && file === undefined)) return;
  if (url === undefined && file === undefined && variable === KEY_ENV[pinned.provider]) return;
  const counts = Object.entries(config.define).some(
    ([key, model]) =>
      model.base_url === url &&
      model.api_key_env === variable &&
      (file === undefined || model.api_key_file === file) &&
      !config.untrusted.includes(showKey(['models', key])),
  );
  if (counts) return;
  throw new UserError(
    'untrusted',
    `the run would send the key in ${variable} to ${url ?? pinned.provider} for the model ${name}`,
    {
      hint: 'No trusted configuration does so today. Add that model to your config.yaml if it should.',
    },
  );
}

/** The pinned models, opened when first asked for; one model serves every class pinned to the same name. */
export function openPinned(
  pins: Pins,
  where: { readonly skill: string; readonly dir: string },
  env: {
    readonly env: NodeJS.ProcessEnv;
    readonly clock: Clock;
    readonly blobs: Blobs;
    readonly config: Config;
    readonly redact: Redactor;
  },
): (modelClass: string) => Model {
  const opened = new Map<string, Model>();
  return (modelClass) => {
    const pinned = pins[modelClass];
    if (pinned === undefined)
      throw new UserError('config', `no model is pinned for the class "${modelClass}"`, {
        where: { skill: where.skill },
      });
    const known = opened.get(pinned.name);
    if (known !== undefined) return known;
    const { name, script, seed, ...config } = pinned;
    refuseStrayKey(name, config as ModelConfig, env);
    const scripted =
      script === undefined
        ? {}
        : {
            scripted: {
              text: scriptText(script, env.blobs),
              file: `${where.dir}/${FROM_FILE[config.provider as FromFile]}`,
            },
          };
    const opening = { env: env.env, clock: env.clock, ...(seed === undefined ? {} : { seed }), ...scripted };
    const model = redactedModel(openModel(name, config as ModelConfig, opening), env.redact);
    opened.set(name, model);
    return model;
  };
}
