import { editFrontMatter, type KeyEdit } from './edit-front-matter.ts';
import { fingerprintOf } from './fingerprint.ts';
import { decodeText } from './regular-file.ts';
import type { SkillSource } from './source.ts';
import { AGENT_SKILL_MD, mainFileOf } from './source-paths.ts';

/** Where a skill was imported from, and when, as an ISO 8601 time. */
export type Import = { readonly name: string; readonly from: string; readonly at: string };

/**
 * The main file of an imported skill with its name and where it comes from: keys of skill.md, `metadata` of a SKILL.md.
 * @returns `undefined` when the front matter cannot be read or changed.
 */
export function withProvenance(source: SkillSource, { name, from, at }: Import): string | undefined {
  const main = mainFileOf(source);
  const text = decodeText(source.files.get(main) ?? new Uint8Array());
  if (text === undefined) return undefined;
  const isAgentSkill = main === AGENT_SKILL_MD;
  const below = isAgentSkill ? ['metadata'] : [];
  const edits: readonly KeyEdit[] = [
    [['name'], name],
    [[...below, 'imported_from'], from],
    [[...below, 'imported_at'], at],
    [[...below, 'imported_format'], isAgentSkill ? 'agent-skill' : 'reyn'],
    [[...below, 'imported_revision'], fingerprintOf(source)],
  ];
  return editFrontMatter(text, edits);
}
