import type { Json, JsonObject } from '../../../os/json.ts';
import { visibleLine } from '../../../os/visible.ts';
import type { Check, EvalCase } from '../case.ts';
import { readCheck } from '../check-form.ts';

/** Cases of another tool, as far as they can be said here. Nothing is left out without a word. */
export type Imported = {
  readonly cases: readonly NewCase[];
  /** Sources that checks call, by path in `evals/`. */
  readonly files: Readonly<Record<string, string>>;
  readonly left: readonly Left[];
};

export type NewCase = Omit<EvalCase, 'where'>;

/** Something that was not taken over. */
export type Left = {
  /** Id of the case; absent = it is about the whole file. */
  readonly case?: string;
  /** `case`: all of it. `check`: one thing that is checked. `setting`: something said about it. */
  readonly what: 'case' | 'check' | 'setting';
  /** How the file calls it. */
  readonly name: string;
  /** Why, as a sentence. */
  readonly why: string;
};

const MAX_ID = 150;

/** Ids for cases, each once: what they are called, in one line, with a number where that is taken. */
export function idMaker(): (wish: string) => string {
  const taken = new Set<string>();
  return (wish) => {
    const line = [...visibleLine(wish.replace(/\s+/gu, ' ').trim())].slice(0, MAX_ID).join('').trim();
    const name = line === '' ? 'case' : line;
    let id = name;
    for (let n = 2; taken.has(id); n++) id = `${name} #${n}`;
    taken.add(id);
    return id;
  };
}

/** A check that is made here, read as if it stood in a file. @returns a sentence when it cannot be read. */
export function made(written: JsonObject, id: string, modules: readonly string[], expected?: Json): Check | string {
  const flaws: string[] = [];
  const known = { modules, ...(expected === undefined ? {} : { expected }) };
  const read = readCheck(written, [], { id, of: { at: 'final' }, required: true, known }, (_, message) =>
    flaws.push(message),
  );
  return read ?? flaws.join(' ');
}
