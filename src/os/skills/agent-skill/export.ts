import { isObject, type JsonObject } from '../../json.ts';
import { readYaml } from '../../yaml.ts';
import { compileSkill } from '../compile.ts';
import type { SkillDocument } from '../document.ts';
import { splitFrontMatter } from '../front-matter.ts';
import { decodeText } from '../regular-file.ts';
import type { Skill } from '../skill.ts';
import type { SkillSource } from '../source.ts';
import { AGENT_SKILL_MD, mainFileOf, SKILL_MD } from '../source-paths.ts';
import { bodyOf, schemaFile } from './body.ts';
import { agentSkillProblems, type SpecProblem } from './validate.ts';

export type Exported =
  | { readonly ok: true; readonly name: string; readonly files: ReadonlyMap<string, Uint8Array | string> }
  /** What keeps it from being valid by the public specification, or from being exported at all. */
  | { readonly ok: false; readonly problems: readonly ExportProblem[] };

export type ExportProblem = Pick<SpecProblem, 'message' | 'fix'>;

/**
 * A skill as an Agent Skills folder, valid by the public specification.
 *
 *  X1 A folder that is one is handed on byte for byte.
 *  X2 What comes out was read and checked again, or nothing comes out.
 */
export function toAgentSkill(source: SkillSource): Exported {
  const { skill, document, findings } = compileSkill(source);
  if (skill === undefined) return { ok: false, problems: findings.filter(({ severity }) => severity === 'error') };
  const isOne = mainFileOf(source) === AGENT_SKILL_MD;
  const name = isOne ? skill.name : skill.name.replaceAll('_', '-');
  const made: Made = isOne ? { files: source.files } : write(skill, document, source, name);
  if ('problem' in made) return { ok: false, problems: [made.problem] };
  const { files } = made;
  const problems = problemsOf(files, name);
  return problems.length === 0 ? { ok: true, name, files } : { ok: false, problems };
}

function problemsOf(files: ReadonlyMap<string, Uint8Array | string>, name: string): readonly ExportProblem[] {
  const content = files.get(AGENT_SKILL_MD) ?? '';
  const text = typeof content === 'string' ? content : (decodeText(content) ?? '');
  const front = splitFrontMatter(text);
  if (!front.ok) return [front];
  const read = readYaml(front.yaml);
  const value = read.ok ? read.source.value : undefined;
  if (!isObject(value)) return [{ message: 'the front matter is no mapping', fix: 'Write "key: value" lines.' }];
  return agentSkillProblems(value as JsonObject, name);
}

type Made = { readonly files: ReadonlyMap<string, Uint8Array | string> } | { readonly problem: ExportProblem };

function write(skill: Skill, document: SkillDocument, source: SkillSource, name: string): Made {
  const made = new Map<string, Uint8Array | string>();
  made.set(AGENT_SKILL_MD, `${frontMatter(skill, source, name)}\n${bodyOf(skill, document)}`);
  for (const { name: type, schema } of Object.values(skill.artifacts)) {
    made.set(schemaFile(type), `${JSON.stringify(schema, null, 2)}\n`);
  }
  for (const [file, content] of source.files) {
    const target = targetOf(file);
    if (target === undefined) continue;
    if (made.has(target)) {
      return { problem: { message: `two files would be called ${target}`, fix: `Rename ${file} in the skill.` } };
    }
    made.set(target, content);
  }
  return { files: made };
}

/** Where a file of the skill goes; `undefined` for those whose text is in SKILL.md or a schema. */
function targetOf(file: string): string | undefined {
  if (file === SKILL_MD || /^(?:shared\/)?(?:phases|artifacts)\//.test(file)) return undefined;
  return file.startsWith('steps/') ? `scripts/${file.slice('steps/'.length)}` : file;
}

const LICENSE = /^LICEN[CS]E(?:\.(?:txt|md))?$/i;

function frontMatter(skill: Skill, { files }: SkillSource, name: string): string {
  const license = [...files.keys()].find((file) => LICENSE.test(file));
  const kept = Object.entries(skill.library).filter(([key, value]) => {
    return key.startsWith('imported_') && ['string', 'number'].includes(typeof value);
  });
  const metadata = [
    ['exported_from', `reyn skill ${skill.name}`],
    ['exported_revision', skill.fingerprint],
    ...kept.map(([key, value]) => [key, String(value)]),
  ];
  return [
    '---',
    `name: ${yamlText(name)}`,
    `description: ${yamlText(skill.description)}`,
    ...(license === undefined ? [] : [`license: ${yamlText(`See ${license}.`)}`]),
    'metadata:',
    ...metadata.map(([key, value = '']) => `  ${key}: ${yamlText(value)}`),
    '---',
  ].join('\n');
}

/** A text in double quotes, with escapes for what YAML does not take as it is. */
function yamlText(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
