import { visible } from '../visible.ts';

/** Longest message of an error, specifier or path that is shown. */
const SHOWN = 300;
/** Longest message of a fault. */
export const WHOLE = 1000;

/** One line, short enough to read, without what could deceive its reader. */
export function shortened(text: string, length: number = SHOWN): string {
  const line = visible(text.trim().replace(/\s+/g, ' '));
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
