import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json } from '../../os/json.ts';
import { clean, type Paint } from '../output.ts';

const MAX_BYTES = 256 * 1024;
const MAX_LINES = 80;

/**
 * What a write that somebody is asked about would change, as a diff; `undefined` when the question is not about a
 * file, or the file cannot be shown.
 */
export async function writeDiff(root: string, about: Json | undefined, paint: Paint): Promise<string | undefined> {
  if (!isObject(about) || about.need !== 'file.write' || typeof about.resource !== 'string') return undefined;
  const before = currentText(join(root, about.resource));
  if (before === undefined || !isObject(about.args)) return undefined;
  const after = textAfter(before, about.args);
  if (after === undefined) return undefined;
  return patch(about.resource, before, after, paint, MAX_LINES);
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
  const lines = clean(whole.slice(Math.max(0, whole.indexOf('\n@@') + 1)))
    .trimEnd()
    .split('\n');
  const shown = lines.slice(0, most).map((line) => colored(line, paint));
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [paint.dim(`… ${rest} more lines`)] : [])].join('\n');
}

function currentText(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return '';
  if (!stat.isFile() || stat.size > MAX_BYTES) return undefined;
  return readFileSync(path, 'utf8');
}

/** The text a write leaves, read off its arguments: the whole content, replaced parts, or nothing. */
function textAfter(before: string, { content, edits, path, ...rest }: Record<string, unknown>): string | undefined {
  if (typeof path !== 'string' || Object.keys(rest).length > 0) return undefined;
  if (typeof content === 'string') return content;
  if (content !== undefined) return undefined;
  if (edits === undefined) return '';
  if (!Array.isArray(edits)) return undefined;
  let after = before;
  for (const edit of edits) {
    if (!isObject(edit) || typeof edit.find !== 'string' || typeof edit.replace !== 'string') return undefined;
    if (!after.includes(edit.find)) return undefined;
    after = after.split(edit.find).join(edit.replace);
  }
  return after;
}

function colored(line: string, { green, red, cyan }: Paint): string {
  if (line.startsWith('+')) return green(line);
  if (line.startsWith('-')) return red(line);
  return line.startsWith('@@') ? cyan(line) : line;
}
