import { getPath, isObject, type Json, type JsonObject } from '../../json.ts';
import type { Frame } from '../port.ts';
import { type Fail, fill, type Scope } from '../script-reply.ts';
import { filled, linesOf } from './lines.ts';
import { MOST_EDITS, PROPOSER_RATES } from './proposer.ts';
import type { Propose } from './read-world.ts';
import { pickSome, type Stream } from './stream.ts';

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
  const standing = new Set(linesOf(text));
  const known = [...standing].filter(isRemovable);
  const edits: Json[] = [];
  const reasons: string[] = [];
  const put = (template: JsonObject, line: string, evidence: string) => {
    edits.push(fill(template, { file, line, evidence }, fail));
  };
  for (const { missed, input: evidence } of pickSome(failed, MOST_EDITS, chance)) {
    const about = pick(chance.next() < PROPOSER_RATES.named ? missed : all, chance);
    const line = lineFor(propose.line, { about, any: pick(all, chance), input: evidence }, chance);
    if (standing.has(line)) continue; // it is said already
    standing.add(line);
    put(propose.add as JsonObject, line, evidence);
    reasons.push(line);
  }
  const [lost] = reasons.length > 0 && chance.next() < PROPOSER_RATES.deletion ? pickSome(known, 1, chance) : [];
  if (lost !== undefined) put(propose.delete as JsonObject, lost, '');
  const hypothesis = reasons.length === 0 ? 'No run failed.' : `Runs would not fail if it said: ${reasons.join(' · ')}`;
  return { edits, hypothesis };
}

type Names = { readonly about: string; readonly any: string; readonly input: string };

function lineFor(line: Propose['line'], { about, any, input }: Names, chance: Stream): string {
  const { rule, memorised, contradiction } = PROPOSER_RATES;
  const kind = chance.wpick([rule, memorised, contradiction, 1 - rule - memorised - contradiction]);
  const said = input.replace(/\s+/g, ' ').trim();
  switch (kind) {
    case 0:
      return filled(line.good, { missed: about });
    case 1:
      return filled(line.memorise, { input: said });
    case 2:
      return filled(line.wrong, { missed: any });
    default:
      return pick(line.filler, chance);
  }
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
