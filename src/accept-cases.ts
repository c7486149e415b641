import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { flawError } from './learning/evals/flaw.ts';
import { readEvalFiles } from './learning/evals/read-eval-set.ts';
import { readJsonl } from './learning/evals/read-jsonl.ts';
import { replaceFile } from './os/config/replace.ts';
import { UserError } from './os/errors.ts';
import { isObject, type JsonObject, parseJson } from './os/json.ts';
import type { Catalog } from './os/skills/catalog.ts';

/** Where cases stand that a person accepted from a draft. */
const FILE = 'evals/drafted.jsonl';
const PLACES = ['project', 'local'];

/**
 * Adds cases that a person accepted to a skill of the project, all of them or none. What is there stays as it is; a case
 * whose id is taken gets another one. @param lines cases as JSON, one a line. @returns the file, relative to the root.
 * @throws UserError `not_found`, `refused` for a skill that ships, `eval` for what is no case, `disk`.
 */
export function acceptCases(
  { root, catalog }: { readonly root: string; readonly catalog: Pick<Catalog, 'source'> },
  skill: string,
  lines: readonly string[],
): string {
  const { origin, dir } = catalog.source(skill);
  if (!PLACES.includes(origin)) {
    throw new UserError('refused', `"${skill}" ships with Reyn, so its cases are not changed`, {
      where: { skill },
      hint: `Copy it into the project first: \`reyn skill copy ${skill}\`.`,
    });
  }
  const file = path.join(path.resolve(root, dir), FILE);
  const shown = path.relative(root, file);
  const folder = path.dirname(file);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new UserError('refused', `${path.dirname(shown)} is a link, which may lead anywhere`, {
      where: { file: shown },
    });
  }
  const taken = new Set(idsOf(path.resolve(root, dir), skill));
  const added = lines.map((line) => JSON.stringify(named(caseIn(line), taken)));
  const [flaw, ...more] = readJsonl(added.join('\n'), FILE, []).flaws;
  if (flaw !== undefined) throw flawError([flaw, ...more], skill);
  mkdirSync(folder, { recursive: true });
  const before = lstatSync(file, { throwIfNoEntry: false }) === undefined ? '' : readFileSync(file, 'utf8');
  const end = before === '' || before.endsWith('\n') ? '' : '\n';
  replaceFile(file, `${before}${end}${added.map((line) => `${line}\n`).join('')}`);
  return shown;
}

/** Ids of the cases there are. @throws UserError `eval` when the eval files cannot be read: first they are mended. */
function idsOf(dir: string, skill: string): readonly string[] {
  const { set, flaws } = readEvalFiles(dir, skill);
  const [flaw, ...more] = flaws;
  if (flaw !== undefined) throw flawError([flaw, ...more], skill);
  return set?.cases.map(({ id }) => id) ?? [];
}

function caseIn(line: string): JsonObject & { readonly id: string } {
  const parsed = parseJson(line);
  const id = parsed.ok && isObject(parsed.value) ? parsed.value.id : undefined;
  if (typeof id === 'string' && parsed.ok && isObject(parsed.value)) return { ...parsed.value, id };
  throw new UserError('eval', 'A line of the draft is no case: it has no id.', { hint: 'Draft the cases again.' });
}

function named<T extends { readonly id: string }>(each: T, taken: Set<string>): T {
  let id = each.id;
  for (let n = 2; taken.has(id); n += 1) id = `${each.id}_${n}`;
  taken.add(id);
  return { ...each, id };
}
