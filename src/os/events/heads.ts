import { UserError } from '../errors.ts';
import { canonicalJson, isObject, type JsonObject } from '../json.ts';
import type { Signer } from '../signing.ts';
import type { ProjectEventBody } from './event.ts';
import type { Line } from './line.ts';

/**
 * Signed statements of the project log: how a run ended (`run_closed`), where a log stood (`head_signed`), that a run
 * was removed (`run_removed`).
 *
 * H1. What is signed is the canonical JSON of `{at, data, log: "reyn/1", opened, run, type}`: `data` without `signed`,
 *     `at` the time of signing, and of a statement about a run its id and the hash of the `run_opened` event. That hash
 *     stands for the project and all it had recorded by then, so a signature fits no other run, project or history.
 * H2. Signing fails no run: where there is no key the statement is appended without a signature, and an audit says so.
 */
export type Signed = { readonly key: string; readonly at: string; readonly signature: string };

type Statement = Extract<ProjectEventBody, { type: 'run_closed' | 'head_signed' | 'run_removed' }>;

/** @param opened hash of the `run_opened` event of the statement's run; `undefined` for one about the project log. */
export function textToSign(
  { type, run, data }: Pick<Line, 'type' | 'data'> & { readonly run?: string },
  opened: string | undefined,
  at: string,
): string {
  const { signed: _, ...rest } = data;
  const about = run === undefined ? {} : { run, opened: opened ?? '' };
  return canonicalJson({ log: 'reyn/1', type, at, data: rest, ...about });
}

/** The statement with its signature, or as it is where nothing can be signed. */
export function signStatement<S extends Statement>(
  signer: Signer | undefined,
  statement: S,
  opened: string | undefined,
  now: number,
): S {
  if (signer?.canSign !== true) return statement;
  const at = new Date(now).toISOString();
  const { type, run, data } = statement;
  const text = textToSign({ type, data: data as JsonObject, ...(run === undefined ? {} : { run }) }, opened, at);
  try {
    const signed: Signed = { key: signer.id, at, signature: signer.sign(text) };
    return { ...statement, data: { ...data, signed } };
  } catch (error) {
    if (error instanceof UserError) return statement; // H2
    throw error;
  }
}

/** The signature of a line of the project log; `undefined` when it has none of that form. */
export function signatureOf({ data: { signed } }: Line): Signed | undefined {
  if (!isObject(signed)) return undefined;
  const { key, at, signature } = signed;
  if (typeof key !== 'string' || typeof at !== 'string' || typeof signature !== 'string') return undefined;
  return { key, at, signature };
}
