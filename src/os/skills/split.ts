import { UserError } from '../errors.ts';
import { nodeAt, readYaml } from '../yaml.ts';
import { withNewline } from '../yaml-text.ts';
import { type Conversion, checkConversion, loaded, textIn, withEndsOf } from './conversion.ts';
import { splitFrontMatter } from './front-matter.ts';
import { takeArtifacts } from './inline-artifacts.ts';
import { phaseNameOf } from './names.ts';
import { type Section, splitSections } from './sections.ts';
import { USER_MESSAGE } from './skill.ts';
import type { SkillSource } from './source.ts';
import { pathOfFile, SKILL_MD } from './source-paths.ts';
import { artifactFile } from './split-artifact.ts';

/**
 * A skill in the folder form: what skill.md holds of phases and artifact types becomes files. Shared ones stay shared.
 * @throws UserError `skill` when it does not load, `usage` when there is nothing to split or it would change.
 */
export function splitSkill(source: SkillSource): Conversion {
  const skill = loaded(source);
  const front = splitFrontMatter(textIn(source, SKILL_MD));
  if (!front.ok) throw new UserError('skill', front.message);
  const { prose, sections } = splitSections(front.body, front.bodyLine);
  const { types, rest } = takeArtifacts(front.yaml);
  const whole = sections.length === 0 && !hasPhaseFiles(source);
  if (!whole && sections.length === 0 && types.length === 0) throw nothingToSplit(source);
  const phases = whole ? [{ name: phaseNameOf(skill.name), body: front.body, line: 0, bodyLine: 0 }] : sections;
  const files = new Map<string, string>();
  files.set(SKILL_MD, `---\n${withNewline(rest)}---\n${whole ? '' : bodyText(prose)}`);
  for (const section of phases) files.set(`phases/${section.name}.md`, phaseFile(section));
  for (const type of types) {
    files.set(`artifacts/${type.name}.yaml`, artifactFile(type, skill.artifacts[type.name]?.schema ?? {}));
  }
  return withEndsOf(source, checkConversion(source, skill, files));
}

function nothingToSplit({ name, dir }: SkillSource): UserError {
  return new UserError('usage', `There is nothing to split in "${name}": its phases and artifacts are files already.`, {
    where: { file: pathOfFile(dir, SKILL_MD) },
    hint: `\`reyn skill join ${name}\` goes the other way.`,
  });
}

function hasPhaseFiles({ files }: SkillSource): boolean {
  return [...files.keys()].some((file) => /^(?:shared\/)?phases\/[^/]+\.md$/.test(file));
}

/** Prose without blank lines around it, ending with a newline; nothing for none. */
export function bodyText(prose: string): string {
  const text = prose.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
  return text === '' ? '' : `${text}\n`;
}

function phaseFile({ name, yaml, body }: Section): string {
  return `---\n${phaseKeys(name, yaml?.text ?? '')}---\n${bodyText(body)}`;
}

/** The keys of a section with those that a file needs besides. */
function phaseKeys(name: string, yaml: string): string {
  const read = readYaml(yaml);
  if (!read.ok) throw new UserError('skill', read.problems[0].message);
  const { source } = read;
  const needed = Object.entries({ type: 'phase', name, input: USER_MESSAGE.name }).filter(
    ([key]) => nodeAt(source, [key]) === undefined,
  );
  const top = source.top();
  if (top?.kind !== 'flow') return needed.map(([key, value]) => `${key}: ${value}\n`).join('') + withNewline(yaml);
  const at = top.span.start + 1;
  const comma = top.children.size === 0 ? ' ' : ',';
  const added = needed.map(([key, value]) => ` ${key}: ${value}`).join(',');
  return withNewline(`${yaml.slice(0, at)}${added}${added === '' ? '' : comma}${yaml.slice(at)}`);
}
