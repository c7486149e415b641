import { UserError } from '../errors.ts';
import { OpError } from '../op-error.ts';

/** Whether `error` is a system error with one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

const REFUSALS: Readonly<Record<string, readonly [code: string, sentence: string]>> = {
  ENOENT: ['not_found', 'does not exist'],
  ENOTDIR: ['not_a_file', 'goes through something that is not a folder'],
  EISDIR: ['not_a_file', 'is a folder'],
  ENXIO: ['not_a_file', 'is not a regular file'],
  ENODEV: ['not_a_file', 'is not a regular file'],
  ELOOP: ['refused', 'is a link, and links are not followed'],
  EMLINK: ['refused', 'is a link, and links are not followed'],
  ENAMETOOLONG: ['refused', 'has a name that is too long'],
  EINVAL: ['refused', 'has a name this disk does not take'],
  EILSEQ: ['refused', 'has a name this disk does not take'],
  EACCES: ['no_access', 'is closed to this user by the system'],
  EPERM: ['no_access', 'is closed to this user by the system'],
  EROFS: ['no_access', 'lies on a disk that is read-only'],
  ETXTBSY: ['no_access', 'is a program that is running'],
  EBUSY: ['no_access', 'is in use by the system'],
  ENOTEMPTY: ['not_a_file', 'is a folder'],
  EFBIG: ['too_large', 'would be larger than the disk allows'],
};

/** No other path would fare better, and no model can make room. */
const FULL: Readonly<Record<string, string>> = { ENOSPC: 'the disk is full', EDQUOT: 'the disk quota is used up' };

/**
 * What a failed system call means to an op: an OpError where the path is at fault, a UserError `disk` where the
 * machine is and the run must stop. Errors that are no system errors come back as they are.
 */
export function refuseErrno(error: unknown, shown: string): unknown {
  if (!(error instanceof Error) || error instanceof OpError || error instanceof UserError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const known = REFUSALS[code];
  if (known !== undefined) return new OpError(known[0], `"${shown}" ${known[1]}.`);
  const full = FULL[code];
  if (full !== undefined) {
    const hint = 'Make room and resume the run.';
    return new UserError('disk', `"${shown}" cannot be written: ${full}.`, { hint, cause: error });
  }
  return new UserError('disk', `The disk failed at "${shown}" (${code}).`, { cause: error });
}
