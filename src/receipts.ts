import fs from 'node:fs';
import { rowsIn } from './learning/evals/rows.ts';
import { sessionDir } from './learning/evals/session-deps.ts';
import { caseDigest, type Receipt, readReceipt } from './learning/verdicts/receipt.ts';
import { factsOfReceipt, verdictIn } from './learning/verdicts/receipt-facts.ts';
import type { Verdict, VerdictCode, VerdictKind } from './learning/verdicts/verdict.ts';
import { type ReceiptCheck, verifyReceipt } from './learning/verdicts/verify-receipt.ts';
import type { ReadReceipt } from './learning/versions/version.ts';
import { nodeDisk } from './os/disk.ts';
import { CorruptLog, UserError } from './os/errors.ts';
import { blobReader } from './os/events/blobs.ts';
import type { ProjectEvent } from './os/events/event.ts';
import { layoutOf } from './os/events/layout.ts';
import type { Store } from './os/events/port.ts';
import { projectFacts } from './os/events/project-facts.ts';

/** One verdict of the project, as a list shows it. */
export type ReceiptLine = {
  readonly id: string;
  readonly date: string;
  readonly skill: string;
  readonly verdict: VerdictKind;
  readonly code: string;
  readonly attempt: number;
  readonly gain?: number;
  readonly from: string;
  readonly to: string;
  readonly by: string;
};

/** How one sealed case went, for a person. */
export type SealedCase = {
  readonly case: string;
  readonly mustPass: boolean;
  /** Scores by repeat. */
  readonly a: readonly number[];
  readonly b: readonly number[];
};

export type ShownReceipt = { readonly id: string; readonly receipt: Receipt; readonly verdict: Verdict };

export type Receipts = {
  list(skill?: string): readonly ReceiptLine[];
  /** @throws UserError `not_found`, `ambiguous`. */
  show(reference: string): ShownReceipt;
  /** Computes the verdict anew: of a receipt of this project, or of the text of one. @throws UserError `not_found`. */
  verify(reference: { readonly id: string } | { readonly text: string }): ReceiptCheck & { readonly id?: string };
  /** Per-case detail from the sealed session: for a person alone. @throws UserError `not_found`. */
  cases(reference: string): readonly SealedCase[];
  /** For versions: a receipt that holds and that the log names. */
  readonly read: ReadReceipt;
};

/** The receipt in a blob of the project; `undefined` when there is none. */
export function readKept(store: Pick<Store, 'blobs'>, id: string): Receipt | undefined {
  const text = textOf(store, id);
  const receipt = text === undefined ? undefined : readReceipt(text);
  return typeof receipt === 'string' ? undefined : receipt;
}

function textOf({ blobs }: Pick<Store, 'blobs'>, id: string): string | undefined {
  try {
    return blobs.get(id).toString('utf8');
  } catch (error) {
    if (error instanceof CorruptLog) return undefined;
    throw error;
  }
}

export type ReceiptsDeps = {
  readonly root: string;
  readonly store: () => Store;
  readonly facts?: (prefix: string) => readonly ProjectEvent[];
};

/** Receipts of the verdicts of one project. Writes nothing. */
export function openReceipts({ root, store, facts }: ReceiptsDeps): Receipts {
  const reached = () =>
    (facts ?? ((prefix: string) => store().facts(prefix)))('verdict_reached').flatMap((fact) =>
      fact.type === 'verdict_reached' ? [fact] : [],
    );
  const idOf = (reference: string) => {
    const ids = [...new Set(reached().map(({ data }) => data.receipt))];
    const last = ids.at(-1);
    if (reference === 'latest' && last !== undefined) return last;
    const found = ids.filter((id) => id.startsWith(reference.toLowerCase()));
    if (found.length > 1 && reference !== '') {
      throw new UserError('ambiguous', `"${reference}" is the beginning of several receipts`, {
        hint: 'Give more characters.',
      });
    }
    if (found[0] !== undefined && reference !== '') return found[0];
    throw new UserError('not_found', `there is no receipt "${reference}"`, {
      hint: '`reyn receipt list` shows what there is.',
    });
  };
  const show = (reference: string): ShownReceipt => {
    const id = idOf(reference);
    const receipt = readKept(store(), id);
    if (receipt !== undefined) return { id, receipt, verdict: verdictIn(receipt) };
    throw new CorruptLog('missing_blob', `the receipt ${id} is missing or was changed`, {});
  };
  const check = (id: string) => {
    const text = textOf(store(), id);
    if (text === undefined) return { id, problems: ['it is missing, or its digest is not its id'] };
    const found = verifyReceipt(text, id);
    return { id, ...found, problems: [...found.problems, ...againstLog(id, found)] };
  };
  /** What the log says of the same verdict. */
  const againstLog = (id: string, { receipt }: ReceiptCheck): readonly string[] => {
    const event = reached().find(({ data }) => data.receipt === id)?.data;
    if (event === undefined) return ['the log of this project names no such verdict'];
    if (receipt === undefined) return [];
    const { verdict, code, alpha } = verdictIn(receipt);
    const same =
      event.verdict === verdict &&
      event.code === code &&
      event.attempt === receipt.attempt &&
      event.alpha === alpha.spent &&
      event.skill === receipt.skill &&
      event.from_hash === receipt.from.skill_version_hash &&
      event.skill_version_hash === receipt.to.skill_version_hash;
    return same ? [] : ['the log of this project says something else of this verdict'];
  };

  return {
    list: (skill) =>
      reached()
        .filter(({ data }) => skill === undefined || data.skill === skill)
        .map(({ ts, data }) => ({
          id: data.receipt,
          date: ts,
          skill: data.skill,
          verdict: data.verdict,
          code: data.code,
          attempt: data.attempt,
          ...(data.gain === undefined ? {} : { gain: data.gain }),
          from: data.from_hash,
          to: data.skill_version_hash,
          by: data.by,
        })),
    show,
    verify: (reference) => ('id' in reference ? check(idOf(reference.id)) : verifyReceipt(reference.text.trimEnd())),
    cases: (reference) => {
      const { receipt } = show(reference);
      const names = sealedNames(root, receipt.session);
      return receipt.cases.map(({ case: name, mustPass }) => {
        const scores = (arm: 'a' | 'b') =>
          receipt.runs
            .filter((run) => run.case === name && run.arm === arm)
            .sort((one, other) => one.repeat - other.repeat)
            .map(({ score }) => score);
        return { case: names.get(name) ?? name, mustPass, a: scores('a'), b: scores('b') };
      });
    },
    read: (id) => {
      if (!reached().some(({ data }) => data.receipt === id)) return undefined;
      const { receipt, problems } = check(id) as ReceiptCheck;
      return receipt === undefined || problems.length > 0 ? undefined : factsOfReceipt(id, receipt);
    },
  };
}

/** Ids of the cases of a sealed session, by what its receipt calls them. @throws UserError `not_found`. */
function sealedNames(root: string, session: string): ReadonlyMap<string, string> {
  const dir = sessionDir(root, session, true);
  if (!fs.existsSync(dir)) {
    throw new UserError('not_found', `the sealed session ${session} is not on this machine`, {
      hint: 'Per-case detail stays where the verification ran.',
    });
  }
  const layout = layoutOf(dir);
  const rows = rowsIn(projectFacts(nodeDisk, layout, blobReader(nodeDisk, layout), 'case_scored')());
  return new Map(rows.map((row) => [caseDigest(session, row.case), row.case]));
}
