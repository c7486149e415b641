import Type, { type Static } from 'typebox';
import { UserError } from '../errors.ts';
import { canonicalJson, type Json, parseJson } from '../json.ts';
import { keyIdOf, publicKeyOf, signatureHolds } from '../public-key.ts';
import { misfits } from '../shape.ts';
import type { Signer } from '../signing.ts';

const closed = { additionalProperties: false } as const;
const place = { seq: Type.Integer({ minimum: 1 }), head: Type.String({ minLength: 43, maxLength: 43 }) };

/**
 * A seal: where every log of a project stood at one time, signed, in a file that is kept elsewhere. JSON of this schema;
 * `signature` is Ed25519, base64url, over the canonical JSON of all other members.
 */
const SealSchema = Type.Object(
  {
    seal: Type.Literal('reyn/1'),
    /** ISO 8601. */
    at: Type.String(),
    /** The last event of the project log; absent when there was none. */
    project: Type.Optional(Type.Object(place, closed)),
    /** The last event of each run; `opened` is the hash of the project log's `run_opened`. */
    runs: Type.Array(Type.Object({ run: Type.String(), opened: Type.String(), ...place }, closed)),
    /** `public_key` is PEM (SPKI), so that anybody can verify. */
    key: Type.Object({ id: Type.String(), public_key: Type.String() }, closed),
    signature: Type.String(),
  },
  closed,
);

export type Seal = Static<typeof SealSchema>;

/** @throws UserError `disk`, `refused` when there is no key. */
export function signSeal(signer: Signer, content: Omit<Seal, 'seal' | 'key' | 'signature'>): Seal {
  const unsigned = { seal: 'reyn/1' as const, ...content, key: { id: signer.id, public_key: signer.publicKey } };
  return { ...unsigned, signature: signer.sign(canonicalJson(unsigned as Json)) };
}

/** Whether a seal is what its own key signed. Whose key that is, is another question. */
export function sealHolds({ signature, ...rest }: Seal): boolean {
  const key = publicKeyOf(rest.key.public_key);
  return (
    key !== undefined &&
    keyIdOf(rest.key.public_key) === rest.key.id &&
    signatureHolds(key, canonicalJson(rest as Json), signature)
  );
}

/** @param file as shown to a person. @throws UserError `usage` when the text is not that of a seal. */
export function parseSeal(text: string, file: string): Seal {
  const read = parseJson(text);
  const [wrong] = read.ok ? misfits(SealSchema, read.value) : [];
  if (read.ok && wrong === undefined) return read.value as Seal;
  const why = read.ok ? `${wrong?.path.join('.') ?? ''} ${wrong?.message ?? ''}`.trim() : read.message;
  throw new UserError('usage', `${file} is not a seal: ${why}`, {
    where: { file },
    hint: '`reyn audit seal --out <file>` writes one.',
  });
}
