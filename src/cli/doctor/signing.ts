import { UserError } from '../../os/errors.ts';
import { signingKey } from '../../settings.ts';
import type { Io } from '../io.ts';
import type { Diagnosis } from './diagnosis.ts';

/** Whether ends of logs can be signed. Makes no key. */
export function checkSigning(root: string, env: Io['env']): Diagnosis {
  const name = 'signing key';
  try {
    const { dir, id } = signingKey({ root, env });
    if (dir === undefined) {
      const next = 'Set HOME, or XDG_CONFIG_HOME, to a folder that is not in the project.';
      return { name, state: 'warn', says: 'no place for one outside the project: logs stay unsigned', next };
    }
    return { name, state: 'ok', says: id === undefined ? `made in ${dir} when first needed` : `${id} in ${dir}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, state: 'warn', says: `${error.message}; logs stay unsigned`, next: error.hint ?? '' };
  }
}
