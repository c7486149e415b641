import { readAgentSkill } from './agent-skill/read.ts';
import { modernise } from './foreign/modernise.ts';
import type { Report } from './report.ts';
import { readSheets, type Sheets } from './sheets.ts';
import type { SkillSource } from './source.ts';
import { AGENT_SKILL_MD, mainFileOf } from './source-paths.ts';

/** The files of a skill as this format has them, in whichever dialect they are written. */
export function readFolder(source: SkillSource, report: Report): Sheets {
  if (mainFileOf(source) === AGENT_SKILL_MD) return readAgentSkill(source, report);
  return modernise(readSheets(source, report), new Set(source.files.keys()), report);
}
