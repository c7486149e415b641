import { isObject } from '../../json.ts';
import { member, type Part, warn } from '../part.ts';

/** `wrapped` says whether an artifact travels in an envelope. Here none does, so either value means the same. */
export function checkWrapped(file: Part): void {
  const { value } = file;
  // Beside `schema` only: in a bare schema the word would be a keyword that does not exist.
  if (!isObject(value) || typeof value.wrapped !== 'boolean' || !Object.hasOwn(value, 'schema')) return;
  const message = '"wrapped" has no effect: no artifact travels in an envelope here';
  warn(member(file, 'wrapped'), 'foreign/wrapped', message, 'Delete it.');
}
