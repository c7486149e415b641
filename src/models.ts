import type { ModelEntry, ModelProbe, ModelTest, Reyn } from './api.ts';
import type { Clock } from './os/clock.ts';
import type { Config, ModelConfig } from './os/config/config.ts';
import { describes, type ModelProfile, readProfiles, writeProfile } from './os/config/profile.ts';
import { UserError } from './os/errors.ts';
import type { Json } from './os/json.ts';
import { costOf } from './os/limits/reserve.ts';
import { askable, askOnce } from './os/models/ask-once.ts';
import { type HostedConfig, stepsOf } from './os/models/hosted.ts';
import { type Env, readKey } from './os/models/key.ts';
import { isHosted } from './os/models/open.ts';
import type { Usage } from './os/models/port.ts';
import { PRICES_OF, withPrice } from './os/models/prices.ts';
import { probe } from './os/models/probe.ts';
import { refuseUntrusted } from './os/runs/models.ts';
import type { Redactor } from './os/secrets/port.ts';
import { nearest } from './os/suggest.ts';

export type ModelsEnv = {
  readonly root: string;
  readonly config: Config;
  readonly env: Env;
  readonly clock: Clock;
  readonly redact: Redactor;
};

const GREET = 'Greet the reader in one short sentence, as `text` of the artifact.';

/**
 * The models of a project: what config says of them, and what they say themselves. What a server answers may hold any
 * secret it was sent, and a file any that was written into it; none is told or kept.
 */
export function openModels({ root, config, env, clock, redact }: ModelsEnv): Reyn['models'] {
  const shown = <T extends object>(value: T): T => redact.value(value as unknown as Json) as unknown as T;
  const named = (name: string): ModelConfig => {
    const found = config.define[name];
    if (found !== undefined) {
      refuseUntrusted(config, name);
      return withPrice(found);
    }
    const names = Object.keys(config.define);
    const meant = nearest(name, names);
    throw new UserError('not_found', `there is no model "${name}"`, {
      hint: meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${meant}"?`,
    });
  };
  return {
    list: async () => {
      const profiles = readProfiles(root);
      return Object.entries(config.define).map(([name, model]) =>
        shown(entryOf(name, model, config, profiles[name], env)),
      );
    },
    test: async (name, signal = never()) => {
      const model = askable(name, named(name), { env, clock });
      const { ms, usage, violation } = await askOnce(name, model, { env, clock, redact }, { text: GREET }, signal);
      const kept = violation === undefined ? {} : { violation: violation.message };
      return shown({ name, asked: nameOf(model), encoding: model.encoding, ms, ...withCost(usage, model), ...kept });
    },
    probe: async (name, signal = never()) => {
      const model = askable(name, named(name), { env, clock });
      const { usage, findings: all, ...found } = await probe(name, model, { env, clock, redact }, signal);
      const findings = all.map(shown);
      const profile: ModelProfile = {
        v: 1,
        name,
        provider: model.provider,
        model: model.model ?? name,
        ...(model.base_url === undefined ? {} : { base_url: model.base_url }),
        probed: new Date(clock.now()).toISOString(),
        ...(found.encoding === undefined ? {} : { encoding: found.encoding }),
        ...(found.schema === undefined ? {} : { schema: found.schema }),
        findings: findings.map((finding) => ({ ...finding })),
      };
      const file = writeProfile(root, profile);
      return { name, asked: nameOf(model), ...found, findings, ...withCost(usage, model), file } satisfies ModelProbe;
    },
  };
}

function entryOf(
  name: string,
  model: ModelConfig,
  config: Config,
  profile: ModelProfile | undefined,
  env: Env,
): ModelEntry {
  const serves = Object.entries(config.classes).flatMap(([modelClass, key]) => (key === name ? [modelClass] : []));
  const uses = [...(config.default === name ? ['default'] : []), ...serves];
  const known = { name, provider: model.provider, encoding: model.encoding, uses };
  if (!isHosted(model)) return known;
  const { price } = withPrice(model);
  const [schema] = stepsOf(model);
  const asked = { ...model, model: model.model ?? name };
  return {
    ...known,
    model: asked.model,
    ...(model.base_url === undefined ? {} : { base_url: model.base_url }),
    ...(model.encoding === 'json' || schema === undefined ? {} : { schema }),
    ...(price === undefined ? {} : { price, price_from: model.price === undefined ? PRICES_OF : 'config' }),
    key: keyOf(model, env),
    ...(profile !== undefined && describes(profile, asked) ? { probed: profile.probed } : {}),
  };
}

function keyOf(model: HostedConfig, env: Env): NonNullable<ModelEntry['key']> {
  const read = readKey(model, env);
  return read.ok ? { present: read.key !== undefined, from: read.from } : { present: false, from: read.message };
}

function withCost(usage: Usage, model: ModelConfig): Pick<ModelTest, 'usage' | 'usd'> {
  const usd = costOf(usage, model.price);
  return { usage, ...(usd === undefined ? {} : { usd }) };
}

function nameOf({ provider, model }: HostedConfig): string {
  return `${provider}/${model}`;
}

function never(): AbortSignal {
  return new AbortController().signal;
}
