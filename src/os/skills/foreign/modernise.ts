import { isObject } from '../../json.ts';
import { member, type Part, topPart } from '../part.ts';
import type { Move, Report } from '../report.ts';
import type { Sheet, Sheets } from '../sheets.ts';
import { modernOps } from './allowed-ops.ts';
import { type Change, changeKeys } from './change.ts';
import { envelopes } from './envelope.ts';
import { checkMembersOf } from './members-of.ts';
import { withoutKeys } from './no-counterpart.ts';
import { modernOutputSchema } from './output-schema.ts';
import { modernPermissions } from './permissions.ts';
import type { Files } from './python.ts';
import { shellLines } from './shell.ts';
import { modernSteps } from './steps.ts';
import { checkWrapped } from './wrapped.ts';

/**
 * Reads the dialect of the original implementation: its front matter becomes what this format writes for the same
 * thing, before anything else looks at it.
 *
 *  F1 Only what means the same here is rewritten, and each rewriting is a warning with the modern spelling as its fix.
 *  F2 What cannot be said here is an error at the foreign key. Where leaving it out does nothing, or only takes
 *     authority away, it is left out with a warning.
 *  F3 A finding about a part that was rewritten stands where a person wrote it.
 *  F4 What has nothing foreign in it is handed on as it is. The files, and so the fingerprint, never change.
 */
export function modernise(sheets: Sheets, files: Files, report: Report): Sheets {
  const found: { readonly file: string; readonly moves: readonly Move[] }[] = [];
  const apply = (sheet: Sheet, change: Change | undefined): Sheet => {
    if (change === undefined) return sheet;
    const { file, keys } = sheet;
    found.push({ file, moves: change.moves });
    const section = typeof keys.key === 'string' ? keys.key : undefined;
    return { ...sheet, keys: topPart(change.value, file, report, section) };
  };
  for (const part of sheets.artifacts.values()) {
    checkWrapped(part);
    checkMembersOf(part);
  }
  const enveloped = envelopes(sheets);
  const skill = sheets.skill && apply(sheets.skill, changeSkill(sheets.skill.keys, { sheets, enveloped, files }));
  const permissions = skill && member(skill.keys, 'permissions');
  const phases = new Map(
    [...sheets.phases].map(([name, sheet]) => [
      name,
      apply(sheet, changePhase(sheet.keys, permissions, { enveloped, files })),
    ]),
  );
  // Only now: until here every finding names the path a person wrote.
  for (const { file, moves } of found) report.move(file, moves);
  return { ...sheets, skill, phases };
}

type Enveloped = (types: string | undefined) => boolean;

type Around = { readonly enveloped: Enveloped; readonly files: Files };

function changeSkill(
  keys: Part,
  { sheets, enveloped, files }: Around & { readonly sheets: Sheets },
): Change | undefined {
  if (!isObject(keys.value)) return undefined;
  checkMembersOf(member(keys, 'artifacts'));
  const routing = member(keys, 'routing');
  const after = member(keys, 'postprocessor');
  const steps = modernSteps(member(after, 'steps'), enveloped(textAt(member(keys, 'final_output'))), files);
  return changeKeys(keys, {
    ...withoutKeys(keys, 'skill'),
    permissions: modernPermissions(member(keys, 'permissions'), { files, lines: shellLines(sheets) }),
    routing: isObject(routing.value) ? changeKeys(routing, withoutKeys(routing, 'routing')) : undefined,
    postprocessor: isObject(after.value)
      ? changeKeys(after, { ...modernOutputSchema(after, sheets.artifacts), steps })
      : undefined,
  });
}

function changePhase(keys: Part, permissions: Part | undefined, { enveloped, files }: Around): Change | undefined {
  if (!isObject(keys.value)) return undefined;
  return changeKeys(keys, {
    ...withoutKeys(keys, 'phase'),
    allowed_ops: modernOps(member(keys, 'allowed_ops'), permissions),
    preprocessor: modernSteps(member(keys, 'preprocessor'), enveloped(textAt(member(keys, 'input'))), files),
  });
}

function textAt({ value }: Part): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
