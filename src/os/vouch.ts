import { UserError } from './errors.ts';
import type { Signer } from './signing.ts';

/** That a key of this machine's user signed a text, which is made anew from what it is about. */
export type Vouched = { readonly key: string; readonly signature: string };

/** Signs a text; `undefined` where nothing can be signed: what nobody vouches for is still recorded. */
export function vouch(signer: Signer, text: string): Vouched | undefined {
  if (!signer.canSign) return undefined;
  try {
    return { key: signer.id, signature: signer.sign(text) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Whether this user signed the text. Takes any value, since it may come with a project of somebody else's. */
export function isVouched(signer: Signer, text: string, vouched: unknown): boolean {
  const { key, signature } = (vouched ?? {}) as Partial<Record<keyof Vouched, unknown>>;
  return typeof key === 'string' && typeof signature === 'string' && signer.verify(text, signature, key);
}
