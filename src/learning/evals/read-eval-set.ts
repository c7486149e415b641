import { lstatSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../../os/errors.ts';
import { canonicalJson, type Json, sha256 } from '../../os/json.ts';
import { decodeText, readRegular } from '../../os/skills/regular-file.ts';
import type { EvalCase, EvalSet } from './case.ts';
import { writeCheck } from './check-form.ts';
import { type EvalFlaw, flawError } from './flaw.ts';
import { readEvalMd } from './read-eval-md.ts';
import { readJsonl } from './read-jsonl.ts';
import { SCORERS_VERSION } from './scorers/list.ts';

/** The mean score from which on a skill is good enough that does not say so itself. */
export const ACCEPTANCE_THRESHOLD = 0.85;
/** Bytes of one file of cases. */
const MAX_CASES_FILE = 64 * 1024 * 1024;
const MAX_CASES = 100_000;
const MAX_FILES = 2000;
/** Files that answer in place of a model: no cases, and nothing is judged by them. */
const NO_CASES = ['evals/scripted.yaml', 'evals/world.yaml'];

export type EvalSetOptions = {
  /** A JSONL file whose cases are read instead of those in the folder of the skill, absolute. */
  readonly dataset?: string;
};

/** What was read: a set where there are cases and no flaws. */
export type EvalRead = { readonly set?: EvalSet; readonly flaws: readonly EvalFlaw[]; readonly cases: number };

/**
 * Reads all cases of a skill: `eval.md`, and every `.jsonl` file of `evals/`, in the order of their paths.
 * @param dir folder of the skill, absolute.
 * @throws UserError `eval` with file, line and column when they cannot be read as they stand, or there are none.
 */
export function readEvalSet(dir: string, skill: string, options: EvalSetOptions = {}): EvalSet {
  const { set, flaws } = readEvalFiles(dir, skill, options);
  const [first, ...more] = flaws;
  if (first !== undefined) throw flawError([first, ...more], skill);
  if (set !== undefined) return set;
  throw new UserError('eval', `The skill "${skill}" has no cases.`, {
    where: { skill },
    hint: `\`reyn eval build ${skill}\` drafts some; eval.md and evals/*.jsonl in its folder hold them.`,
  });
}

/** The same, with everything that is wrong. @throws UserError `not_found` when there is no such `dataset`. */
export function readEvalFiles(dir: string, skill: string, { dataset }: EvalSetOptions = {}): EvalRead {
  const flaws: EvalFlaw[] = [];
  const files = filesOf(dir, flaws);
  const sources = [...files].filter(([path]) => /^evals\/.*\.js$/.test(path));
  const modules = Object.fromEntries(
    sources.map(([path, bytes]) => [path.slice('evals/'.length), decodeText(bytes) ?? '']),
  );
  const names = Object.keys(modules);
  const md = files.get('eval.md');
  const front = md === undefined ? undefined : readEvalMd(decodeText(md) ?? '', 'eval.md', skill, names);
  const given = dataset === undefined ? undefined : readDataset(dataset, names);
  const lists = given === undefined ? jsonlOf(files, names) : [given];
  flaws.push(...(front?.flaws ?? []), ...lists.flatMap((list) => list.flaws));
  const cases = [...(given === undefined ? (front?.cases ?? []) : []), ...lists.flatMap((list) => list.cases)];
  flaws.push(...duplicates(cases));
  if (flaws.length > 0 || cases.length === 0) return { flaws, cases: cases.length };
  const set: EvalSet = {
    skill,
    cases,
    acceptanceThreshold: front?.acceptanceThreshold ?? ACCEPTANCE_THRESHOLD,
    ...(front?.maxIterations === undefined ? {} : { maxIterations: front.maxIterations }),
    digest: digestOf(files, cases, dataset !== undefined),
    scorers: scorersDigest(files, cases),
    code: codeDigest(files),
    ...(isFolder(join(dir, 'evals')) ? { dir: resolve(dir, 'evals') } : {}),
    modules,
  };
  return { set, flaws, cases: cases.length };
}

/** `eval.md` and the regular files of `evals/`, by path in the skill's folder. Links and what is too large are flaws. */
function filesOf(dir: string, flaws: EvalFlaw[]): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const add = (path: string): void => {
    const read = readRegular(join(dir, path), MAX_CASES_FILE);
    if (typeof read !== 'string') {
      if (path.endsWith('.md') && decodeText(read.bytes) === undefined)
        flaws.push(unreadable(path, 'It is not UTF-8 text.'));
      else found.set(path, read.bytes);
    } else if (read !== 'absent') flaws.push(unreadable(path, saying(read)));
  };
  add('eval.md');
  const isLink = lstatSync(join(dir, 'evals'), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (isLink) flaws.push(unreadable('evals', saying('link')));
  const paths = isLink ? [] : walk(dir, 'evals', flaws);
  if (paths.length > MAX_FILES) flaws.push(unreadable('evals', `There are more than ${MAX_FILES} files in it.`));
  for (const path of paths.slice(0, MAX_FILES)) if (!NO_CASES.includes(path)) add(path);
  return found;
}

const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function saying(why: string): string {
  if (why === 'link') return 'It is a link, which is not followed.';
  return why === 'large' ? `It is larger than ${MAX_CASES_FILE / 1024 ** 2} MB.` : `It cannot be read: ${why}.`;
}

function unreadable(file: string, message: string): EvalFlaw {
  return { file, line: 1, column: 1, message, fix: 'Put a file with text there, or take it out.' };
}

/** Paths of everything in a folder but folders and what begins with a dot, sorted. */
function walk(dir: string, folder: string, flaws: EvalFlaw[]): string[] {
  try {
    const entries = readdirSync(join(dir, folder), { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(dir, path, flaws) : [path];
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code !== 'ENOENT') flaws.push(unreadable(folder, `It cannot be read: ${code}.`));
    return [];
  }
}

type Read = ReturnType<typeof readJsonl>;

function jsonlOf(files: ReadonlyMap<string, Uint8Array>, modules: readonly string[]): readonly Read[] {
  return [...files].filter(([path]) => path.endsWith('.jsonl')).map(([path, bytes]) => readLines(bytes, path, modules));
}

function readLines(bytes: Uint8Array, file: string, modules: readonly string[]): Read {
  const text = decodeText(bytes);
  return text === undefined
    ? { cases: [], flaws: [unreadable(file, 'It is not UTF-8 text.')] }
    : readJsonl(text, file, modules);
}

function readDataset(dataset: string, modules: readonly string[]): Read {
  const read = readRegular(dataset, MAX_CASES_FILE);
  const near = relative(process.cwd(), dataset);
  const file = near.startsWith(`..${sep}`) || isAbsolute(near) ? dataset : near;
  if (typeof read !== 'string') return readLines(read.bytes, file, modules);
  throw new UserError('not_found', read === 'absent' ? `There is no file "${file}".` : saying(read), {
    where: { file },
    hint: 'Name a JSONL file with one case on each line.',
  });
}

function duplicates(cases: readonly EvalCase[]): EvalFlaw[] {
  const first = new Map<string, EvalCase>();
  const flaws: EvalFlaw[] = [];
  for (const one of cases) {
    const before = first.get(one.id);
    if (before === undefined) first.set(one.id, one);
    else {
      const { file, line } = before.where;
      flaws.push({
        ...one.where,
        column: 1,
        message: `There is a case "${one.id}" in ${file}:${line} already.`,
        fix: 'Give one of the two another id.',
      });
    }
  }
  if (cases.length > MAX_CASES)
    flaws.push({
      file: 'evals',
      line: 1,
      column: 1,
      message: `There are more than ${MAX_CASES} cases.`,
      fix: 'Keep fewer.',
    });
  return flaws;
}

/** Over path and digest of every eval file; over the cases themselves where they come from elsewhere. */
function digestOf(files: ReadonlyMap<string, Uint8Array>, cases: readonly EvalCase[], isElsewhere: boolean): string {
  if (isElsewhere) return sha256(canonicalJson(cases.map(({ where: _, ...rest }) => rest) as unknown as Json));
  return sha256(manifest(files));
}

/** Over everything that decides about a score, and over no input. */
function scorersDigest(files: ReadonlyMap<string, Uint8Array>, cases: readonly EvalCase[]): string {
  const judged = cases.map(({ id, expected, checks, mustPass, weight }) =>
    canonicalJson({
      id,
      expected: expected ?? null,
      has: expected !== undefined,
      checks: checks.map(writeCheck),
      mustPass,
      weight,
    }),
  );
  return sha256([`scorers ${SCORERS_VERSION}`, ...judged.sort(), besides(files)].join('\n'));
}

function codeDigest(files: ReadonlyMap<string, Uint8Array>): string {
  return sha256(`scorers ${SCORERS_VERSION}\n${besides(files)}`);
}

/** What lies beside the cases. */
function besides(files: ReadonlyMap<string, Uint8Array>): string {
  return manifest(new Map([...files].filter(([path]) => path !== 'eval.md' && !path.endsWith('.jsonl'))));
}

function manifest(files: ReadonlyMap<string, Uint8Array>): string {
  return [...files]
    .map(([path, bytes]) => `${sha256(bytes)}  ${path}`)
    .sort()
    .join('\n');
}
