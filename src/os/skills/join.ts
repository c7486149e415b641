import { UserError } from '../errors.ts';
import { isObject } from '../json.ts';
import { readYaml } from '../yaml.ts';
import { withNewline } from '../yaml-text.ts';
import { type Conversion, checkConversion, loaded, textIn, withEndsOf } from './conversion.ts';
import { splitFrontMatter } from './front-matter.ts';
import { putArtifacts } from './inline-artifacts.ts';
import { artifactText } from './join-artifact.ts';
import { phaseNameOf } from './names.ts';
import { USER_MESSAGE } from './skill.ts';
import type { SkillSource } from './source.ts';
import { pathOfFile, SKILL_MD } from './source-paths.ts';
import { bodyText } from './split.ts';

/**
 * A skill in the one-file form: its phases become sections of skill.md, its artifact types stand in the front matter.
 * Shared ones stay shared.
 * @throws UserError `skill` when it does not load, `usage` when there is nothing to join or it would change.
 */
export function joinSkill(source: SkillSource): Conversion {
  const skill = loaded(source);
  const files = [...source.files.keys()];
  const named = (pattern: RegExp) => files.flatMap((file) => pattern.exec(file)?.[1] ?? []);
  const order = Object.keys(skill.graph);
  const phases = named(/^phases\/([^/]+)\.md$/).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const types = named(/^artifacts\/([^/]+)\.yaml$/);
  if (phases.length + types.length === 0) throw nothingToJoin(source);

  const front = partsOf(source, SKILL_MD);
  const texts = types.map((name) => artifactText(name, textIn(source, `artifacts/${name}.yaml`)));
  const keys = texts.length === 0 ? withNewline(front.yaml) : putArtifacts(front.yaml, texts);
  const [only] = phases;
  const plain =
    only !== undefined && order.length === 1 && only === phaseNameOf(skill.name) && bodyText(front.body) === ''
      ? plainBody(source, only)
      : undefined;
  const sections = phases.map((name) => sectionOf(source, name));
  const body = plain ?? [bodyText(front.body), ...sections].filter((part) => part !== '').join('\n');
  const removed = [...phases.map((name) => `phases/${name}.md`), ...types.map((name) => `artifacts/${name}.yaml`)];
  const conversion = new Map<string, string | undefined>([
    [SKILL_MD, `---\n${withNewline(keys)}---\n${body}`],
    ...removed.map((file): [string, undefined] => [file, undefined]),
  ]);
  return withEndsOf(source, checkConversion(source, skill, conversion));
}

function nothingToJoin({ name, dir }: SkillSource): UserError {
  return new UserError(
    'usage',
    `There is nothing to join in "${name}": it has no phases and artifacts of its own in files.`,
    {
      where: { file: pathOfFile(dir, SKILL_MD) },
      hint: `\`reyn skill split ${name}\` goes the other way.`,
    },
  );
}

function partsOf(source: SkillSource, file: string): { yaml: string; body: string } {
  const front = splitFrontMatter(textIn(source, file));
  if (!front.ok) throw new UserError('skill', front.message);
  return front;
}

/** The instructions of a phase that says no more than a skill without phases does by default. */
function plainBody(source: SkillSource, name: string): string | undefined {
  const { yaml, body } = partsOf(source, `phases/${name}.md`);
  const read = readYaml(yaml);
  const keys = read.ok && isObject(read.source.value) ? read.source.value : {};
  const plain = Object.keys(keys).length === 3 && keys.input === USER_MESSAGE.name && !yaml.includes('#');
  return plain ? bodyText(body) : undefined;
}

/** A phase file as a section. Its type and name are said by the heading. */
function sectionOf(source: SkillSource, name: string): string {
  const { yaml, body } = partsOf(source, `phases/${name}.md`);
  const said = [/^type: *phase *$/, new RegExp(`^name: *["']?${name}["']? *$`)];
  const keys = yaml
    .split('\n')
    .filter((line) => !said.some((pattern) => pattern.test(line)))
    .join('\n');
  const fence = fenceFor(keys);
  const text = bodyText(body);
  return `## phase: ${name}\n\n${fence}yaml\n${withNewline(keys)}${fence}\n${text === '' ? '' : `\n${text}`}`;
}

/** More backticks than any line of the text is made of. */
function fenceFor(text: string): string {
  const runs = text.split('\n').flatMap((line) => /^\s*(`{3,})\s*$/.exec(line)?.[1] ?? []);
  return '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
}
