import { signatureOf, textToSign } from '../events/heads.ts';
import type { Line } from '../events/line.ts';
import { publicKeyOf, signatureHolds } from '../public-key.ts';
import type { Signer } from '../signing.ts';
import type { Entry, Registered } from './project.ts';
import type { AuditProblem } from './report.ts';

/** Whether a signature was made with a key that is trusted here; `foreign` when the key is not. */
export type CheckSignature = (text: string, signature: string, key: string) => 'good' | 'bad' | 'foreign';

/**
 * Trusts the user's own keys, and those of a seal the user vouches for by naming it.
 * @param also public keys (PEM) by id.
 */
export function signatureCheck(signer: Signer | undefined, also: ReadonlyMap<string, string>): CheckSignature {
  return (text, signature, key) => {
    if (signer?.knows(key) === true) return signer.verify(text, signature, key) ? 'good' : 'bad';
    const given = publicKeyOf(also.get(key) ?? '');
    if (given === undefined) return 'foreign';
    return signatureHolds(given, text, signature) ? 'good' : 'bad';
  };
}

/** Types of the project log's events that are signed. */
const STATEMENTS: readonly string[] = ['run_closed', 'head_signed', 'run_removed'];

/** What is wrong with the signatures of the project log. That one is absent is no problem here. */
export function auditSignatures(
  entries: readonly Entry[],
  runs: ReadonlyMap<string, Registered>,
  check: CheckSignature,
): AuditProblem[] {
  return entries.flatMap(({ file, number, line }): AuditProblem[] => {
    if (!STATEMENTS.includes(line.type) || line.data.signed === undefined) return [];
    const place = { file, line: number, ...(line.run === undefined ? {} : { run: line.run }) };
    const found = checkLine(line, line.run === undefined ? undefined : runs.get(line.run), check);
    if (found === 'good') return [];
    if (found === 'bad') {
      const message = `the signature of line ${number} was not made over it: it was changed, or brought from elsewhere`;
      return [{ reason: 'bad_signature', ...place, message }];
    }
    const key = signatureOf(line)?.key ?? '';
    const message = `line ${number} is signed with the key ${key}, which is not among yours`;
    return [{ reason: 'foreign_key', ...place, message }];
  });
}

function checkLine(line: Line, registered: Registered | undefined, check: CheckSignature) {
  const signed = signatureOf(line);
  if (signed === undefined) return 'bad';
  return check(textToSign(line, registered?.opened?.line.hash, signed.at), signed.signature, signed.key);
}

/** Whether somebody signed that a run stands, or was removed, at this event. Whether they may is checked elsewhere. */
export function isSigned({ closed, removed, heads }: Registered, at: { seq: number; hash: string }): boolean {
  return [closed, removed, ...heads].some(
    (entry) =>
      entry !== undefined &&
      signatureOf(entry.line) !== undefined &&
      entry.line.data.seq === at.seq &&
      entry.line.data.head === at.hash,
  );
}
