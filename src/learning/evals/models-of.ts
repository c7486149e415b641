import { canonicalJson, digest, type Json } from '../../os/json.ts';
import { pinModels, withSeed } from '../../os/runs/models.ts';
import type { ModelPins, Project } from '../../os/runs/project.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { Skill } from '../../os/skills/skill.ts';

/** The models that runs of a version pin, each looked up once. */
export type Models = {
  /** Of the version or of a skill beneath it. @throws UserError `config`, `untrusted`. */
  pins(skill: Skill, seed: number): ModelPins;
  /** What people call them. */
  readonly name: string;
  /** Digest of models and parameters of the version and all it reaches. */
  readonly digest: string;
};

type Wanted = {
  readonly project: Project;
  readonly version: Opened;
  readonly skills: ReadonlyMap<string, Opened>;
  /** Whose folder holds the files that models without a network answer from. */
  readonly dir: string;
  readonly model: string | undefined;
};

/** @throws UserError `config`, `untrusted`, for the version itself; one beneath it says so when it is run. */
export function modelsOf({ project, version, skills, dir, model }: Wanted): Models {
  const { config, root, store, ops } = project;
  const known = new Map<Skill, ModelPins>();
  const own = version.skill;
  const base = (skill: Skill): ModelPins => {
    const before = known.get(skill);
    if (before !== undefined) return before;
    const placed = skill === own ? { ...skill, dir } : skill;
    const made = pinModels(placed, config, model, { root, blobs: store.blobs, ops });
    known.set(skill, made);
    return made;
  };
  const mine = base(own);
  const reached = [...skills].map(([name, { skill }]) => [name, tried(() => base(skill))] as const);
  const names = [...new Set(Object.values(mine).map(({ name, model: called }) => called ?? name))];
  return {
    pins: (skill, seed) => withSeed(base(skill), seed),
    name: names.length === 0 ? 'none' : names.join(', '),
    digest: digest(canonicalJson(reached.map(([name, pins]) => [name, parametersOf(pins)]) as unknown as Json)),
  };
}

function tried(get: () => ModelPins): ModelPins {
  try {
    return get();
  } catch {
    return {};
  }
}

/** What of the models a result depends on: not where the key lies, what it costs and how long one waits. */
function parametersOf(pins: ModelPins): Json {
  return Object.entries(pins)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, pinned]) => {
      const { provider, model, base_url, encoding, schema, max_output_tokens, script } = pinned;
      return [
        name,
        JSON.parse(JSON.stringify({ provider, model, base_url, encoding, schema, max_output_tokens, script })),
      ];
    }) as Json;
}
