import { getPath, isObject, type Json, type JsonObject } from '../../json.ts';
import type { Frame } from '../port.ts';
import { type Fail, fill, type Scope } from '../script-reply.ts';
import { filled, linesOf } from './lines.ts';
import type { Propose } from './read-world.ts';
import { pickSome, type Stream } from './stream.ts';

const MOST_EDITS = 2;
/** That an edit is about what its record missed, and not about anything that was. */
const NAMED = 0.85;
/** Shares of edits that state what was missed, state one case by itself, or say the contrary; the rest says nothing. */
const GOOD = 0.65;
const MEMORISED = 0.15;
const WRONG = 0.1;
/** That an edit comes with the loss of a line. */
const DELETES = 0.1;

type Failed = { readonly input: string; readonly missed: readonly string[] };

/**
 * A proposal made from failed runs, for the templates of its turn: `edits`, and `hypothesis`. It is about as often wrong
 * as a model is: the rates are those of the checklist world. Without a failure there is no edit.
 */
export function proposeTurn(propose: Propose, frame: Frame, chance: Stream, fail: Fail): Scope {
  const input = frame.input.artifact;
  const files = getPath(input, propose.files.split('.'));
  const paths = isObject(files) ? Object.keys(files) : [];
  const file = propose.file ?? paths[0];
  const text = isObject(files) && file !== undefined ? files[file] : undefined;
  if (file === undefined || typeof text !== 'string') {
    throw fail(`the input has no text of ${file ?? 'a file'} at "${propose.files}".`, 'Name a field that has one.');
  }
  const failed = failedRuns(propose, input);
  const all = [...new Set(failed.flatMap(({ missed }) => missed))];
  const known = linesOf(text);
  const edits: Json[] = [];
  const reasons: string[] = [];
  const put = (template: JsonObject, line: string, evidence: string) => {
    edits.push(fill(template, { file, line, evidence }, fail));
  };
  for (const record of pickSome(failed, MOST_EDITS, chance)) {
    const about = pick(chance.next() < NAMED ? record.missed : all, chance);
    const line = lineFor(propose, { ...record, about }, chance);
    put(propose.add as JsonObject, line, record.input);
    reasons.push(line);
    const [lost] = chance.next() < DELETES ? pickSome(known.filter(isRemovable), 1, chance) : [];
    if (lost !== undefined) put(propose.delete as JsonObject, lost, record.input);
  }
  const hypothesis = reasons.length === 0 ? 'No run failed.' : `Runs would not fail if it said: ${reasons.join(' · ')}`;
  return { edits, hypothesis };
}

function lineFor({ line }: Propose, { about, input }: { about: string; input: string }, chance: Stream): string {
  const names = { missed: about, input: input.replace(/\s+/g, ' ').trim() };
  const drawn = chance.next();
  if (drawn < GOOD) return filled(line.good, names);
  if (drawn < GOOD + MEMORISED) return filled(line.memorise, names);
  if (drawn < GOOD + MEMORISED + WRONG) return filled(line.wrong, names);
  return filled(pick(line.filler, chance), names);
}

/** Runs that missed something, as the input tells of them. */
function failedRuns({ records, input: at, missed: where }: Propose, artifact: Json): readonly Failed[] {
  const listed = getPath(artifact, records.split('.'));
  return (Array.isArray(listed) ? listed : []).flatMap((record) => {
    const input = getPath(record, at.split('.'));
    const missed = getPath(record, where.split('.'));
    const texts = (Array.isArray(missed) ? missed : []).filter((one) => typeof one === 'string');
    return typeof input === 'string' && texts.length > 0 ? [{ input, missed: texts }] : [];
  });
}

/** Keys and fences of a file are no lines that a writer would drop. */
function isRemovable(line: string): boolean {
  return /[.!?]$/.test(line);
}

function pick<T>(items: readonly T[], chance: Stream): T {
  return items[chance.int(items.length)] as T;
}
