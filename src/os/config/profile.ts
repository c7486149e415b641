import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { parseJson, sha256 } from '../json.ts';
import { misfits } from '../shape.ts';
import { replaceFile } from './replace.ts';
import { SCHEMA_STEPS } from './schema.ts';

/**
 * What `reyn models probe` found out about a model, one file each below `.reyn/models`. It fills in what config leaves
 * open; whoever deletes the file has it forgotten.
 *
 *  P1 A profile holds for the provider, model and address it was made with, and for no other.
 *  P2 A file that is not a profile is as good as none: nothing depends on it but defaults.
 */
const ProfileSchema = Type.Object(
  {
    v: Type.Literal(1),
    /** Key of config's models. */
    name: Type.String(),
    provider: Type.String(),
    model: Type.String(),
    base_url: Type.Optional(Type.String()),
    /** When, ISO 8601 UTC. */
    probed: Type.String(),
    /** Absent when the model could not be made to answer in either. */
    encoding: Type.Optional(Type.Enum(['tools', 'json'])),
    /** The first step of degradation the model takes. */
    schema: Type.Optional(Type.Enum([...SCHEMA_STEPS])),
    findings: Type.Array(Type.Object({ what: Type.String(), supported: Type.Boolean(), note: Type.String() })),
  },
  { additionalProperties: false },
);

export type ModelProfile = Static<typeof ProfileSchema>;

/** Profiles by the name the model has in config. */
export type Profiles = Readonly<Record<string, ModelProfile>>;

type Asked = { readonly provider: string; readonly model: string; readonly base_url?: string };

/** Every profile of a project. */
export function readProfiles(root: string): Profiles {
  const found = namesIn(folderOf(root)).flatMap((file) => readProfile(join(folderOf(root), file)) ?? []);
  return Object.fromEntries(found.map((profile) => [profile.name, profile]));
}

/** Whether a profile was made with what config now says (P1). */
export function describes(profile: ModelProfile, asked: Asked): boolean {
  return profile.provider === asked.provider && profile.model === asked.model && profile.base_url === asked.base_url;
}

/** What a profile says where config says nothing. */
export function probedDefaults(
  profile: ModelProfile | undefined,
  asked: Asked,
): Pick<ModelProfile, 'encoding' | 'schema'> {
  if (profile === undefined || !describes(profile, asked)) return {};
  const { encoding, schema } = profile;
  return { ...(encoding === undefined ? {} : { encoding }), ...(schema === undefined ? {} : { schema }) };
}

/**
 * Stores a profile in place of an older one. @returns its path, relative to the root.
 * @throws UserError `disk`.
 */
export function writeProfile(root: string, profile: ModelProfile): string {
  mkdirSync(folderOf(root), { recursive: true });
  const file = fileOf(profile.name);
  const path = join(folderOf(root), file);
  rmSync(path, { force: true }); // a link that stands there is not followed, and no reason to refuse
  replaceFile(path, `${JSON.stringify(profile, null, 2)}\n`);
  return join('.reyn', 'models', file);
}

function folderOf(root: string): string {
  return join(root, '.reyn', 'models');
}

/** A name may hold anything, a slash too. */
function fileOf(name: string): string {
  const safe = encodeURIComponent(name);
  return safe.length <= 200 ? `${safe}.json` : `${sha256(name)}.json`;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
}

function readProfile(path: string): ModelProfile | undefined {
  try {
    const read = parseJson(readFileSync(path, 'utf8'));
    return read.ok && misfits(ProfileSchema, read.value).length === 0 ? (read.value as ModelProfile) : undefined;
  } catch {
    return undefined;
  }
}
