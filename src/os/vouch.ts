import { UserError } from './errors.ts';
import type { Signer } from './signing.ts';

/** That a key of this machine's user signed a text, which is made anew from what it is about. */
export type Vouched = { readonly key: string; readonly signature: string };

/** Signs a text; `undefined` where nothing can be signed: what nobody vouches for is still recorded. */
export function vouch(signer: Signer, text: string): Vouched | undefined {
  return canVouch(signer) ? { key: signer.id, signature: signer.sign(text) } : undefined;
}

/** Whether there is a key to sign with, or one can be made: a home that is read-only, or none, is no fault of a run. */
export function canVouch(signer: Signer): boolean {
  try {
    return signer.canSign && signer.id !== '';
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Whether this user signed the text. Takes any value, since it may come with a project of somebody else's. */
export function isVouched(signer: Signer, text: string, vouched: unknown): boolean {
  const { key, signature } = (vouched ?? {}) as Partial<Record<keyof Vouched, unknown>>;
  return typeof key === 'string' && typeof signature === 'string' && signer.verify(text, signature, key);
}
