import { isObject } from '../json.ts';
import type { Prose, SkillDocument } from './document.ts';
import type { Report } from './report.ts';
import type { Sheet, Sheets } from './sheets.ts';
import type { SkillSource } from './source.ts';
import { AGENT_SKILL_MD, SKILL_MD } from './source-paths.ts';

/** What lint wants to know of the files a skill came from. */
export function openDocument(source: SkillSource, sheets: Sheets, report: Report): SkillDocument {
  const files = {
    phase: (name: string) => sheets.phases.get(name)?.file,
    artifact: (name: string) => sheets.artifacts.get(name)?.file,
  };
  let prose: readonly Prose[] | undefined;
  return {
    name: source.name,
    get prose() {
      prose ??= proseOf(sheets);
      return prose;
    },
    fileOf: (kind, name) => files[kind](name) ?? SKILL_MD,
    at: report.at,
    get raw() {
      const phases = [...sheets.phases].map(([name, { keys }]) => [name, mapping(keys.value)] as const);
      return { skill: mapping(sheets.skill?.keys.value), phases: Object.fromEntries(phases) };
    },
  };
}

function mapping(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function proseOf(sheets: Sheets): readonly Prose[] {
  // What another standard calls instructions is not held against the rules of this one.
  if (sheets.skill?.file === AGENT_SKILL_MD) return [];
  const skill = sheets.skill === undefined ? [] : prose(sheets.skill);
  const phases = [...sheets.phases].flatMap(([name, sheet]) => prose(sheet).map((text) => ({ ...text, phase: name })));
  return [...skill, ...phases];
}

function prose({ file, body, bodyLine }: Sheet): Prose[] {
  const text = (body.includes('\r') ? body.replaceAll('\r\n', '\n') : body).trimEnd();
  if (text === '') return [];
  let start = 0;
  let line = bodyLine;
  for (let next = text.indexOf('\n'); next !== -1; next = text.indexOf('\n', start)) {
    if (text.slice(start, next).trim() !== '') break;
    start = next + 1;
    line++;
  }
  return [{ file, line, text: text.slice(start) }];
}
