import { UserError } from '../errors.ts';
import { isObject, type Json, type JsonObject, sameJson } from '../json.ts';
import { compileSkill } from './compile.ts';
import { loadSkill } from './load.ts';
import { decodeText } from './regular-file.ts';
import type { Skill } from './skill.ts';
import type { SkillSource } from './source.ts';
import { pathOfFile, SKILL_MD } from './source-paths.ts';

/**
 * A skill in its other form: files by path in its folder, `undefined` for one that goes. Files not named stay.
 *
 *  C1 Text of the author is moved, not written anew: prose, comments, order and spelling of keys stay as far as the
 *     other form has a place for them.
 *  C2 What comes out compiles to the same skill, or there is no conversion. One thing may move: the description of an
 *     artifact type, from beside its schema into it, because a type in skill.md is nothing but a schema.
 */
export type Conversion = ReadonlyMap<string, string | undefined>;

/** The skill as it is, which must load. @throws UserError `skill`. */
export function loaded(source: SkillSource): Skill {
  return loadSkill(source);
}

/** A file's text with plain line ends; its own come back with {@link withEndsOf}. */
export function textIn(source: SkillSource, file: string): string {
  const text = decodeText(source.files.get(file) ?? new Uint8Array()) ?? '';
  return (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).replaceAll('\r\n', '\n');
}

/** The conversion in the line ends skill.md has. */
export function withEndsOf(source: SkillSource, conversion: Conversion): Conversion {
  const text = decodeText(source.files.get(SKILL_MD) ?? new Uint8Array()) ?? '';
  if (!text.includes('\r\n')) return conversion;
  return new Map([...conversion].map(([file, after]) => [file, after?.replaceAll('\n', '\r\n')]));
}

/** The source with a conversion applied. */
export function converted(source: SkillSource, conversion: Conversion): SkillSource {
  const files = new Map(source.files);
  for (const [file, text] of conversion) {
    if (text === undefined) files.delete(file);
    else files.set(file, Buffer.from(text));
  }
  return { ...source, files };
}

/** Holds a conversion to C2. @throws UserError `usage` that says what would be different. */
export function checkConversion(source: SkillSource, before: Skill, conversion: Conversion): Conversion {
  const { skill, findings } = compileSkill(converted(source, conversion));
  const [finding] = findings;
  if (skill === undefined) {
    const { file = SKILL_MD, line = 1, message = 'it does not load' } = finding ?? {};
    throw notTheSame(source, `${file}:${line}: ${message}`);
  }
  const [was, is] = [comparable(before), comparable(skill)];
  const key = Object.keys({ ...was, ...is }).find((each) => !sameJson(was[each], is[each]));
  if (key !== undefined) throw notTheSame(source, `its ${firstDifference(key, was[key], is[key])} would differ`);
  return conversion;
}

function notTheSame(source: SkillSource, why: string): UserError {
  return new UserError('usage', `In the other form "${source.name}" would not be the same skill: ${why}.`, {
    where: { file: pathOfFile(source.dir, SKILL_MD) },
    hint: 'Nothing was changed. Move that part by hand, then try again.',
  });
}

/** What makes a skill what it is: everything but where it lies, its hashes, and C2's descriptions inside schemas. */
function comparable({ fingerprint: _, skillMdSha256: __, dir: ___, artifacts, ...rest }: Skill): JsonObject {
  const types = Object.entries(artifacts).map(([name, { schema, ...type }]) => {
    const { description: inside, ...bare } = schema;
    return [name, { ...type, description: type.description ?? inside, schema: bare }];
  });
  return JSON.parse(JSON.stringify({ ...rest, artifacts: Object.fromEntries(types) })) as JsonObject;
}

/** `phases.draft.instructions`: the way to the first place where two values differ. */
function firstDifference(path: string, a: Json | undefined, b: Json | undefined): string {
  if (!isObject(a) || !isObject(b)) return path;
  const [left, right] = [a as JsonObject, b as JsonObject];
  const key = Object.keys({ ...left, ...right }).find((each) => !sameJson(left[each], right[each]));
  return key === undefined ? path : firstDifference(`${path}.${key}`, left[key], right[key]);
}
