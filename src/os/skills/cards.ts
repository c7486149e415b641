import { UserError } from '../errors.ts';
import { getPath, isObject, type JsonObject } from '../json.ts';
import type { Catalog } from './catalog.ts';
import { contractOf } from './contract.ts';
import { type Skill, type SkillOrigin, USER_MESSAGE } from './skill.ts';

/** What one who looks for a skill must know of it: what it is for, and what it takes. All texts are the skill's own. */
export type SkillCard = {
  readonly name: string;
  readonly description: string;
  readonly when_to_use?: readonly string[];
  readonly when_not_to_use?: readonly string[];
  readonly triggers?: readonly string[];
  readonly examples?: readonly string[];
  /** Artifact types of its entry. */
  readonly input: readonly CardInput[];
  readonly origin: SkillOrigin;
};

/** A short schema stands as it is, of a long one the names of its fields; that of a message is known. */
export type CardInput = { readonly type: string; readonly schema?: JsonObject; readonly fields?: readonly string[] };

/** Cards of the skills that are wanted, load and can be run, by name. */
export type SkillCards = (wanted: (name: string) => boolean) => readonly SkillCard[];

/** Sentences of one kind on a card, and characters of one. */
const MAX_SENTENCES = 5;
const MAX_SENTENCE = 300;
/** Characters of a schema that a card shows. */
const MAX_SCHEMA = 1_500;

export function skillCards(catalog: Catalog): SkillCards {
  return (wanted) =>
    catalog
      .list()
      .filter(({ name, shadowedBy }) => shadowedBy === undefined && wanted(name))
      .flatMap(({ name }) => {
        const skill = loaded(catalog, name);
        return skill?.kind === 'graph' ? [cardOf(skill)] : [];
      });
}

/** A skill that does not load cannot be run, and its lint says why. */
function loaded(catalog: Catalog, name: string): Skill | undefined {
  try {
    return catalog.load(name);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function cardOf(skill: Skill): SkillCard {
  const { name, description, origin, library } = skill;
  const said = {
    when_to_use: sentences(getPath(library, ['routing', 'when_to_use'])),
    when_not_to_use: sentences(getPath(library, ['routing', 'when_not_to_use'])),
    triggers: sentences(getPath(library, ['routing', 'triggers'])),
    examples: sentences(getPath(library, ['routing', 'examples', 'positive'])),
  };
  return {
    name,
    description: description.slice(0, MAX_SENTENCE).toWellFormed(),
    ...Object.fromEntries(Object.entries(said).filter(([, texts]) => texts.length > 0)),
    input: contractOf(skill).input.map(({ name: type, schema }) => inputOf(type, schema)),
    origin,
  };
}

function inputOf(type: string, schema: JsonObject): CardInput {
  if (type === USER_MESSAGE.name) return { type };
  if (JSON.stringify(schema).length <= MAX_SCHEMA) return { type, schema };
  return { type, fields: isObject(schema.properties) ? Object.keys(schema.properties) : [] };
}

/** A text, or a list of texts. */
function sentences(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? value : [value];
  return texts
    .filter((text): text is string => typeof text === 'string' && text.trim() !== '')
    .slice(0, MAX_SENTENCES)
    .map((text) => text.trim().slice(0, MAX_SENTENCE).toWellFormed());
}
