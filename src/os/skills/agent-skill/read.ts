import { isObject, type JsonObject } from '../../json.ts';
import { listed } from '../../suggest.ts';
import { nameProblem, phaseNameOf } from '../names.ts';
import { topPart } from '../part.ts';
import type { Report } from '../report.ts';
import { readMarkdown, type Sheet, type Sheets } from '../sheets.ts';
import { type ArtifactType, USER_MESSAGE } from '../skill.ts';
import type { SkillSource } from '../source.ts';
import { AGENT_SKILL_MD, SKILL_MD } from '../source-paths.ts';
import { scriptCommands } from './scripts.ts';
import { toolsIn, unmapped } from './tools.ts';
import { agentSkillProblems } from './validate.ts';

/**
 * An Agent Skills folder as a skill of one phase: a person's message in, a text out, the body as its instructions.
 *
 *  A1 The other files of the folder can be read by the phase, and nothing else can, and only where the folder lies in
 *     the project: no file op reaches beyond it. Its own scripts are the only programs it declares; running one is asked
 *     for like any program, and shows it no file but those.
 *  A2 What the public specification asks for and is not there is a warning; the folder's name and body are enough to run.
 *  A3 `allowed-tools` grants nothing. It is kept as `required_tools`.
 */
export function readAgentSkill(source: SkillSource, report: Report): Sheets {
  const none: Sheets = { skill: undefined, phases: new Map(), artifacts: new Map() };
  const sheet = readMarkdown(AGENT_SKILL_MD, source.files.get(AGENT_SKILL_MD) ?? new Uint8Array(), report);
  if (sheet === undefined || !isObject(sheet.keys.value)) return none;
  // The keys below are made here; a finding about one of them stands at the key of the same name, or at the top.
  report.locate(SKILL_MD, undefined, ([key, ...rest]) => {
    return report.at(AGENT_SKILL_MD, key === undefined ? [] : [WRITTEN_AS[key] ?? key, ...rest]);
  });
  const keys = sheet.keys.value as JsonObject;
  for (const { rule, path, message, fix } of agentSkillProblems(keys, source.name)) {
    report.warn(rule, AGENT_SKILL_MD, path, message, fix);
  }
  const tools = toolsIn(keys['allowed-tools']);
  const name = nameIn(keys, source);
  const folder = readable(source);
  const commands = folder === undefined ? [] : scriptCommands(source, folder);
  warnTools(tools, commands.length > 0, report);
  const exec = commands.length === 0 ? {} : { exec: commands.map((words) => [...words]) };
  const own = {
    type: 'skill',
    name,
    description: typeof keys.description === 'string' ? keys.description : '',
    artifacts: { [ANSWER.name]: ANSWER.schema },
    ...(folder === undefined ? {} : { permissions: { file: { read: [`${folder}/**`] }, ...exec } }),
    ...(tools.length === 0 ? {} : { required_tools: [...tools] }),
  };
  const skill: Sheet = { ...sheet, keys: topPart(own, SKILL_MD, report), body: '' };
  const phase = phaseNameOf(name);
  return {
    skill,
    phases: new Map([[phase, phaseOf(phase, sheet, { folder, commands }, report)]]),
    artifacts: new Map(),
  };
}

/** Keys that go by another name in SKILL.md. */
const WRITTEN_AS: Readonly<Record<string, string>> = { required_tools: 'allowed-tools' };

/**
 * What comes out. The specification knows no output, so it is what every agent can give: text, in the form of the
 * message that went in.
 */
const ANSWER: ArtifactType = {
  name: 'answer',
  schema: { ...USER_MESSAGE.schema, description: 'What the instructions ask for, as text.' },
};

/** Ops of the phase: they act on nothing but the folder, run what is in it, or ask. */
const READING = ['read_file', 'glob_files', 'grep_files'];
const RUNNING = ['sandboxed_exec'];
const ASKING = ['ask_user'];

type Own = { readonly folder: string | undefined; readonly commands: readonly (readonly string[])[] };

function phaseOf(name: string, sheet: Sheet, own: Own, report: Report): Sheet {
  const { folder, commands } = own;
  const runs = commands.length > 0;
  const allowed = [...(folder === undefined ? [] : READING), ...(runs ? RUNNING : []), ...ASKING];
  const keys = { type: 'phase', name, input: USER_MESSAGE.name, allowed_ops: allowed };
  const note = folder === undefined ? '' : `\n\n${whereFilesLie(folder)}${runs ? howScriptsRun(commands) : ''}\n`;
  return {
    ...sheet,
    keys: topPart(keys, AGENT_SKILL_MD, report),
    body: `${sheet.body}${sheet.body.trim() === '' ? '' : note}`,
  };
}

function whereFilesLie(folder: string): string {
  return `Files that this text names lie in \`${folder}/\`; read them there.`;
}

function howScriptsRun([first = []]: Own['commands']): string {
  const example = JSON.stringify(first.slice(0, -1));
  return ` Run a script by its whole path, from the project’s folder: \`${example}\` and its arguments.`;
}

/** The folder where it has other files and lies in the project, as file ops name it. */
function readable({ dir, files }: SkillSource): string | undefined {
  if (files.size < 2 || /^(?:\/|[A-Za-z]:|\.\.?(?:\/|$))/.test(dir)) return undefined;
  return /[*?[\]{}\\]/.test(dir) ? undefined : dir; // a name that is a pattern would permit more than the folder
}

/** The folder's name, unless the folder lies outside the skill folders and SKILL.md says another that can be. */
function nameIn(keys: JsonObject, source: SkillSource): string {
  const { name } = keys;
  const good = typeof name === 'string' && nameProblem('skill', name) === undefined;
  return source.origin === 'path' && good ? name : source.name;
}

function warnTools(tools: readonly string[], runs: boolean, report: Report): void {
  const without = unmapped(tools, runs);
  if (without.length === 0) return;
  const message = `no op of a skill like this stands for ${listed(without)}: it is done without`;
  const fix = 'Make the folder a skill of several phases where it needs more than its own files and scripts.';
  report.warn('agent-skill/tools', AGENT_SKILL_MD, ['allowed-tools'], message, fix);
}
