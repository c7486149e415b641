import type { Signer } from '../../os/signing.ts';
import { isVouched, type Vouched, vouch } from '../../os/vouch.ts';

/**
 * Who reached a verdict. A receipt can be computed anew, and so it can be made up: its runs are scores that somebody
 * wrote down. So only a verdict that this machine's user signed when its runs were made lets anything happen by itself.
 * What is signed names the project by its true path, as saved grants do: it counts in no other.
 */

/** Signs a verdict by its receipt, whose id is the digest of all that is in it. */
export function vouchForVerdict(signer: Signer, root: string, receipt: string): Vouched | undefined {
  return vouch(signer, verdictText(root, receipt));
}

export function isOwnVerdict(signer: Signer, root: string, receipt: string, vouched: unknown): boolean {
  return isVouched(signer, verdictText(root, receipt), vouched);
}

/** Signs that this machine began a sealed session. Rows of one that it did not begin may be anybody's. */
export function vouchForSession(signer: Signer, root: string, session: string): Vouched | undefined {
  return vouch(signer, sessionText(root, session));
}

export function isOwnSession(signer: Signer, root: string, session: string, vouched: unknown): boolean {
  return isVouched(signer, sessionText(root, session), vouched);
}

const verdictText = (root: string, receipt: string) => `reyn verdict\n${root}\n${receipt}`;
const sessionText = (root: string, session: string) => `reyn sealed session\n${root}\n${session}`;
