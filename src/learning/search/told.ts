import type { Json, JsonObject } from '../../os/json.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { decodeText } from '../../os/skills/regular-file.ts';
import type { EvalCase } from '../evals/case.ts';
import type { Session } from '../evals/session.ts';
import { type Book, openedFrom, type Refused } from './book.ts';
import type { Action } from './engine.ts';
import type { PlannedEngine } from './plan.ts';

/** Lines around a change. */
const CONTEXT = 3;
/** Characters of a diff that are told. */
const MOST_DIFF = 60_000;

/** Where the search stands, as whoever drives it is told: numbers, and what its best candidate changes. */
export async function standingOf(book: Book, engine: PlannedEngine): Promise<JsonObject> {
  const { best, candidates, calls } = engine.standings(book.mark.state);
  const devOf = (id: string) => candidates.find((each) => each.id === id)?.dev;
  const [before, after] = [devOf('c0'), devOf(best)];
  const fingerprint = fingerprintOf(book, best);
  const better =
    best === 'c0' || fingerprint === undefined ? {} : { best: fingerprint, diff: await diffOf(book, best) };
  return {
    search: book.id,
    ...better,
    scores: {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      note: 'on dev cases; the best of several is selected, so it is optimistic',
    },
    candidates: candidates.map(({ id, parent, dev, runs, state }): JsonObject => {
      return { id, ...(parent === undefined ? {} : { parent }), ...(dev === undefined ? {} : { dev }), runs, state };
    }),
    calls: { used: calls.used, cap: calls.cap, total: book.settings.total },
    iterations: book.offers,
  };
}

type Propose = Extract<Action, { do: 'propose' }>;

/** What a proposal is made of: the parent's text, failed runs of train cases, and what did not help. */
export function evidenceOf(
  book: Book,
  { parent, records }: Propose,
  {
    session,
    cases,
    earlier,
  }: {
    readonly session: Session;
    readonly cases: ReadonlyMap<string, EvalCase>;
    readonly earlier: readonly Refused[];
  },
  engine: PlannedEngine,
): JsonObject {
  const trained = new Set(book.settings.train);
  const rows = session.rows();
  const feedback = records.flatMap(({ candidate, case: id, seed }): Json[] => {
    const fingerprint = fingerprintOf(book, candidate);
    const row = rows.find((each) => each.case === id && each.seed === seed && each.skill_version_hash === fingerprint);
    // dev cases are never shown, whatever an engine asks for
    return row === undefined || row.score >= 1 || !trained.has(id) || !cases.has(id) ? [] : [row.feedback ?? null];
  });
  return {
    parent: { candidate: parent, files: filesOf(book, parent) },
    feedback: feedback.filter((each) => each !== null),
    rejected: [...dropped(book, engine), ...book.refused.slice().reverse(), ...earlier].map(shownEdits),
  };
}

/** Candidates that were dropped, the newest first, as edits that made nothing better. */
export function dropped(book: Book, engine: PlannedEngine): readonly Refused[] {
  const { candidates } = engine.standings(book.mark.state);
  return candidates
    .filter(({ state }) => state === 'dropped')
    .flatMap(({ id }) => {
      const made = book.candidates.get(id);
      if (made === undefined || made.edits.length === 0) return [];
      const { edits, hypothesis } = made;
      return [{ edits, ...(hypothesis === undefined ? {} : { hypothesis }), why: 'It did no better.' }];
    })
    .reverse();
}

function shownEdits({ hypothesis, edits, why }: Refused): JsonObject {
  return { ...(hypothesis === undefined ? {} : { hypothesis }), edits: edits.map((edit): Json => edit), why };
}

export function fingerprintOf(book: Book, id: string): string | undefined {
  const known = book.candidates.get(id);
  return known === undefined ? undefined : openedFrom(known.pack).skill.fingerprint;
}

/** Texts of a skill by path; what is no text is left out, and so are shared files, which are not its own. */
export function textsOf({ source }: Opened): Record<string, string> {
  const files = [...source.files].flatMap(([path, bytes]): [string, string][] => {
    const text = path.startsWith('shared/') ? undefined : decodeText(bytes);
    return text === undefined ? [] : [[path, text]];
  });
  return Object.fromEntries(files);
}

function filesOf(book: Book, id: string): Record<string, string> {
  const known = book.candidates.get(id);
  return known === undefined ? {} : textsOf(openedFrom(known.pack));
}

async function diffOf(book: Book, id: string): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const [before, after] = [filesOf(book, 'c0'), filesOf(book, id)];
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const patches = paths.flatMap((path) => {
    const [old, now] = [before[path], after[path]];
    if (old === now) return [];
    const names = [
      old === undefined ? '/dev/null' : `a/${path}`,
      now === undefined ? '/dev/null' : `b/${path}`,
    ] as const;
    return [createTwoFilesPatch(...names, old ?? '', now ?? '', undefined, undefined, { context: CONTEXT })];
  });
  const diff = patches.join('\n');
  return diff.length > MOST_DIFF ? `${diff.slice(0, MOST_DIFF).toWellFormed()}\n… cut off here` : diff;
}
