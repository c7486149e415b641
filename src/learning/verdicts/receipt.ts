import Type, { type Static } from 'typebox';
import { canonicalJson, digest, isObject, type Json, parseJson, sha256 } from '../../os/json.ts';
import { misfits } from '../../os/shape.ts';
import type { ArmRun } from './verdict.ts';

/**
 * What a verdict was reached by: inputs by their hash, the seed, every run, the verdict. It is a blob whose SHA-256 is its
 * id. Whoever has it can compute the verdict anew; cases stand in it by digests that say nothing of them.
 */
const closed = { additionalProperties: false } as const;
const hex = Type.String({ minLength: 64, maxLength: 64 });
const text = Type.String();
const number = Type.Number();
const count = Type.Integer({ minimum: 0 });

const ReceiptSchema = Type.Object(
  {
    kind: Type.Literal('verdict_receipt'),
    format: Type.Literal(1),
    skill: text,
    lineage: text,
    /** The log of its own that the runs stand in. */
    session: text,
    principal: Type.Literal('verifier'),
    seed: text,
    attempt: Type.Integer({ minimum: 1 }),
    alpha: number,
    from: Type.Object({ skill_version_hash: hex, pack: hex }, closed),
    to: Type.Object({ skill_version_hash: hex, pack: hex }, closed),
    evals: Type.Object({ digest: text, scorers: text }, closed),
    model: Type.Optional(text),
    cases: Type.Array(Type.Object({ case: text, cluster: text, mustPass: Type.Boolean(), weight: number }, closed)),
    before: Type.Object(
      {
        breaches: Type.Array(Type.Object({ code: text, reason: text }, closed)),
        descends: Type.Boolean(),
      },
      closed,
    ),
    dev: Type.Optional(Type.Object({ mean: number, error: number, cases: count }, closed)),
    most: Type.Optional(count),
    runs: Type.Array(
      Type.Object(
        {
          case: text,
          arm: Type.Union([Type.Literal('a'), Type.Literal('b')]),
          repeat: count,
          score: Type.Number({ minimum: 0, maximum: 1 }),
          pass: Type.Boolean(),
          infra: Type.Boolean(),
          guards: Type.Optional(Type.Record(text, number)),
          tokens: count,
          usd: number,
          ms: count,
        },
        closed,
      ),
    ),
    verdict: Type.Unknown(),
  },
  closed,
);

export type Receipt = Omit<Static<typeof ReceiptSchema>, 'verdict'> & { readonly verdict: Json };

/** The bytes of a receipt and its id, which is their SHA-256. */
export function sealReceipt(receipt: Receipt): { readonly id: string; readonly text: string } {
  const sealed = canonicalJson(JSON.parse(JSON.stringify(receipt)) as Json);
  return { id: sha256(sealed), text: sealed };
}

/** Reads a receipt; a sentence where it is none. */
export function readReceipt(sealed: string): Receipt | string {
  const parsed = parseJson(sealed);
  if (!parsed.ok) return `it is no JSON: ${parsed.message}`;
  if (!isObject(parsed.value)) return 'it is no receipt';
  const [misfit] = misfits(ReceiptSchema, parsed.value);
  if (misfit === undefined) return parsed.value as Receipt;
  return `it is no receipt: ${[...misfit.path, misfit.message].join(' ')}`;
}

/** What a case is called in the receipt of a session: the same id has another name in every one. */
export function caseDigest(session: string, id: string): string {
  return digest(`case\0${session}\0${id}`).slice(0, 22);
}

/** A run as the receipt has it. */
export function runOf(run: ArmRun): Receipt['runs'][number] {
  return { ...run, pass: run.pass ?? run.score >= 0.5 } as Receipt['runs'][number];
}
