import { isObject, type Json } from '../../os/json.ts';
import { clean, type Paint } from '../output.ts';

const MAX_LINES = 80;

/** What a write that somebody is asked about would change; `undefined` when the question is about no such thing. */
export function writeDiff(about: Json | undefined, paint: Paint): string | undefined {
  if (!isObject(about)) return undefined;
  if (typeof about.unseen === 'string')
    return paint.dim(`what it would change cannot be shown: ${clean(about.unseen)}`);
  if (typeof about.diff !== 'string') return undefined;
  return about.need === 'skill.write' ? unified(about.diff, paint, MAX_LINES) : painted(about.diff, paint, MAX_LINES);
}

/** A change of a text as a diff, of which at most `most` lines are shown. */
export async function patch(
  file: string,
  before: string,
  after: string,
  paint: Paint,
  most = Number.POSITIVE_INFINITY,
): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const whole = createTwoFilesPatch(file, file, before, after, '', '', { context: 2 });
  return painted(whole, paint, most);
}

/** A unified diff of several files, each under its name, of which at most `most` lines are shown. */
export function unified(diff: string, paint: Paint, most = Number.POSITIVE_INFINITY): string {
  return shortened(clean(diff), paint, most);
}

/** The hunks of a unified diff, of which at most `most` lines are shown. */
function painted(diff: string, paint: Paint, most: number): string {
  return shortened(clean(diff.slice(Math.max(0, diff.indexOf('\n@@') + 1))), paint, most);
}

function shortened(diff: string, paint: Paint, most: number): string {
  const lines = diff.trimEnd().split('\n');
  const shown = lines.slice(0, most).map((line) => colored(line, paint));
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [paint.dim(`… ${rest} more lines`)] : [])].join('\n');
}

function colored(line: string, { green, red, cyan }: Paint): string {
  if (line.startsWith('+')) return green(line);
  if (line.startsWith('-')) return red(line);
  return line.startsWith('@@') ? cyan(line) : line;
}
