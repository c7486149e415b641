import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reyn } from './api.ts';
import { caseLine } from './learning/evals/case-form.ts';
import type { Imported, Left } from './learning/evals/importing/imported.ts';
import { readInspect, TARGET_SCORERS, type TargetScorer } from './learning/evals/importing/inspect.ts';
import { readPromptfoo } from './learning/evals/importing/promptfoo.ts';
import { readEvalFiles } from './learning/evals/read-eval-set.ts';
import { UserError } from './os/errors.ts';
import { decodeText, readRegular } from './os/skills/regular-file.ts';

export { TARGET_SCORERS };

/** Formats of other tools that cases can be taken from. */
export const CASE_FORMATS = ['promptfoo', 'inspect'] as const;
export type CaseFormat = (typeof CASE_FORMATS)[number];

const MAX_BYTES = 64 * 1024 * 1024;

export type ImportCases = {
  /** The file, absolute. */
  readonly from: string;
  readonly skill: string;
  /** By the name of the file if absent. */
  readonly format?: CaseFormat;
  /** How an answer is compared with a target that is a text; Inspect alone. */
  readonly scorer?: TargetScorer;
  /** Nothing is written. */
  readonly dryRun?: boolean;
};

export type ImportedCases = {
  readonly skill: string;
  readonly format: CaseFormat;
  readonly cases: number;
  readonly checks: number;
  /** Relative to the project; what would be written with `dryRun`. */
  readonly files: readonly string[];
  readonly left: readonly Left[];
};

/**
 * Takes cases of another tool into the eval files of a skill, and says what it could not take over.
 * @throws UserError `not_found` (skill, file), `refused` (a skill that ships), `usage` (it is there already), `eval`.
 */
export function importCases(reyn: Pick<Reyn, 'root' | 'skills'>, asked: ImportCases): ImportedCases {
  const { from, skill, dryRun = false } = asked;
  const dir = folderOf(reyn, skill);
  const format = asked.format ?? guess(from);
  const stem =
    path
      .basename(from, path.extname(from))
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[.-]+/, '') || 'cases';
  const imported = read(textOf(from), format, { file: path.basename(from), stem, scorer: asked.scorer ?? 'contains' });
  const { cases, left } = imported;
  const files = new Map([
    ...(cases.length === 0
      ? []
      : [[`evals/${stem}.jsonl`, cases.map((one) => `${caseLine(one)}\n`).join('')] as const]),
    ...Object.entries(imported.files).map(([file, text]) => [`evals/${file}`, text] as const),
  ]);
  refuseTaken(
    path.join(reyn.root, dir),
    skill,
    [...files.keys()],
    cases.map(({ id }) => id),
  );
  if (!dryRun) write(path.join(reyn.root, dir), files);
  const checks = cases.reduce((sum, one) => sum + one.checks.length, 0);
  return {
    skill,
    format,
    cases: cases.length,
    checks,
    files: [...files.keys()].map((file) => path.posix.join(dir, file)),
    left,
  };
}

function folderOf({ skills }: Pick<Reyn, 'skills'>, name: string): string {
  const entry = skills.list().find((one) => one.name === name && one.shadowedBy === undefined);
  if (entry === undefined) skills.load(name); // says which name may have been meant
  if (entry === undefined) throw new UserError('not_found', `There is no skill "${name}".`);
  if (entry.origin !== 'stdlib') return entry.dir;
  throw new UserError('refused', `"${name}" ships with Reyn and is not changed.`, {
    where: { skill: name },
    hint: `Copy it first: \`reyn skill copy ${name}\`.`,
  });
}

function guess(from: string): CaseFormat {
  if (/\.ya?ml$/i.test(from)) return 'promptfoo';
  if (/\.jsonl$/i.test(from)) return 'inspect';
  throw new UserError('usage', `What format "${path.basename(from)}" has cannot be told from its name.`, {
    hint: `Say so: --format ${CASE_FORMATS.join('|')}.`,
  });
}

function textOf(from: string): string {
  const found = readRegular(from, MAX_BYTES);
  const where = { where: { file: from } };
  if (found === 'absent') throw new UserError('not_found', 'There is no such file.', where);
  if (typeof found === 'string') throw new UserError('usage', `The file cannot be read: ${found}.`, where);
  const text = decodeText(found.bytes);
  if (text === undefined) throw new UserError('usage', 'The file is not UTF-8 text.', where);
  return text;
}

type Site = { readonly file: string; readonly stem: string; readonly scorer: TargetScorer };

function read(text: string, format: CaseFormat, { file, stem, scorer }: Site): Imported {
  return format === 'promptfoo' ? readPromptfoo(text, file, stem) : readInspect(text, file, scorer);
}

function refuseTaken(dir: string, skill: string, files: readonly string[], ids: readonly string[]): void {
  const there = files.find((file) => existsSync(path.join(dir, file)));
  if (there !== undefined) {
    throw new UserError('usage', `There is "${there}" already.`, {
      where: { skill },
      hint: 'Move it away, or give the file that is imported another name.',
    });
  }
  const taken = new Set(readEvalFiles(dir, skill).set?.cases.map(({ id }) => id));
  const twice = ids.find((id) => taken.has(id));
  if (twice === undefined) return;
  throw new UserError('usage', `The skill has a case "${twice}" already.`, {
    where: { skill },
    hint: 'Give one of the two another id.',
  });
}

function write(dir: string, files: ReadonlyMap<string, string>): void {
  try {
    if (files.size > 0) mkdirSync(path.join(dir, 'evals'), { recursive: true });
    for (const [file, text] of files) writeFileSync(path.join(dir, file), text, { flag: 'wx' });
  } catch (error) {
    throw new UserError('disk', `The cases cannot be written: ${(error as Error).message}.`, {
      where: { file: dir },
      cause: error,
    });
  }
}
