import { UserError } from './os/errors.ts';
import type { IncomingFile } from './os/skills/bundle/files.ts';
import { withProvenance } from './os/skills/provenance.ts';
import type { SkillSource } from './os/skills/source.ts';
import { AGENT_SKILL_MD, isEvalPath, mainFileOf, pathOfFile, SKILL_MD, sortPaths } from './os/skills/source-paths.ts';
import { type Shelf, vacantPlace, writeSkill } from './shelf-files.ts';
import { openSurvey } from './survey.ts';

/**
 * Taking skills in.
 *
 *  I1 What comes as a bundle or from a repository is read and checked in memory: names, sizes, hashes, then the skill
 *     itself, with the name and the provenance it will have. Only a skill without an error is written, whole.
 *  I2 A refusal leaves one event and nothing else.
 *  I3 A folder of this machine is taken as it is, errors and all: it was written here, and `reyn lint` tells what to mend.
 */

/** Does it, and leaves an event when it is refused for what it holds. */
export async function recordingRefusal(shelf: Shelf, from: string, act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UserError && ['skill', 'refused'].includes(error.code)) {
      await shelf.store().appendProject({ type: 'skill_refused', data: { from, reason: error.message } });
    }
    throw error;
  }
}

/**
 * Writes a skill from files that came from elsewhere and were admitted (I1).
 * @param from how it is recorded.
 */
export async function takeIn(
  shelf: Shelf,
  files: ReadonlyMap<string, IncomingFile>,
  { name, from }: { readonly name: string; readonly from: string },
): Promise<string> {
  vacantPlace(shelf, name);
  const own = sortPaths(files.keys()).filter((file) => !isEvalPath(file));
  const read = new Map(own.map((file) => [file, files.get(file)?.bytes ?? new Uint8Array()]));
  const { main, text } = provided(shelf, { name, origin: 'path', dir: '', files: read }, name, from);
  const changed = new Map([...read, [main, Buffer.from(text)]]);
  const source: SkillSource = { name, origin: 'path', dir: '', files: changed };
  const fault = openSurvey(shelf)
    .lint([source])
    .find(({ severity }) => severity === 'error');
  if (fault !== undefined) {
    const { file, line, column, message, fix } = fault;
    throw new UserError('skill', `The skill has an error: ${message}.`, { where: { file, line, column }, hint: fix });
  }
  const all = new Map([...[...files].map(([file, { bytes }]) => [file, bytes] as const), ...changed]);
  return writeSkill(shelf, name, all, from, (file) => files.get(file)?.executable === true);
}

/** The main file with the skill's name and where it comes from. */
export function provided(
  shelf: Shelf,
  source: SkillSource,
  name: string,
  from: string,
): { readonly main: string; readonly text: string } {
  const refuse = (message: string, hint: string, file: string) =>
    new UserError('skill', message, { where: { file }, hint });
  const main = mainFileOf(source);
  if (!source.files.has(main)) {
    throw refuse(`the folder has neither ${SKILL_MD} nor ${AGENT_SKILL_MD}`, 'Name the folder of one skill.', from);
  }
  const text = withProvenance(source, { name, from, at: new Date(shelf.clock.now()).toISOString() });
  if (text !== undefined) return { main, text };
  const hint = 'Close it with a line "---", write its keys in lines of their own, and mend what `reyn lint` names.';
  throw refuse('the front matter cannot be changed', hint, pathOfFile(source.dir, main));
}
