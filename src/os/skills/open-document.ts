import { isObject } from '../json.ts';
import type { Prose, SkillDocument } from './document.ts';
import type { Report } from './report.ts';
import type { Sheet, Sheets } from './sheets.ts';
import type { SkillSource } from './source.ts';
import { SKILL_MD } from './source-paths.ts';

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
  const skill = sheets.skill === undefined ? [] : prose(sheets.skill);
  const phases = [...sheets.phases].flatMap(([name, sheet]) => prose(sheet).map((text) => ({ ...text, phase: name })));
  return [...skill, ...phases];
}

function prose({ file, body, bodyLine }: Sheet): Prose[] {
  const lines = body.replaceAll('\r\n', '\n').split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  return first === -1 ? [] : [{ file, line: bodyLine + first, text: lines.slice(first).join('\n').trimEnd() }];
}
