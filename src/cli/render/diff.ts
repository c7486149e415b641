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
  const { createTwoFilesPatch } = await import('diff');
  const patch = createTwoFilesPatch(about.resource, about.resource, before, after, '', '', { context: 2 });
  const lines = clean(patch.slice(Math.max(0, patch.indexOf('\n@@') + 1)))
    .trimEnd()
    .split('\n');
  const shown = lines.slice(0, MAX_LINES).map((line) => colored(line, paint));
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [paint.dim(`… ${rest} more lines`)] : [])].join('\n');
}

function currentText(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return '';
  if (!stat.isFile() || stat.size > MAX_BYTES) return undefined;
  return readFileSync(path, 'utf8');
}

/** The text a write leaves, read off its arguments: the whole content, a replaced part, or nothing. */
function textAfter(before: string, args: Record<string, unknown>): string | undefined {
  if (typeof args.content === 'string') return args.content;
  const { old, new: next } = args;
  if (typeof old === 'string' && typeof next === 'string') {
    const at = before.indexOf(old);
    return at < 0 ? undefined : before.slice(0, at) + next + before.slice(at + old.length);
  }
  return Object.values(args).some((value) => typeof value === 'string' && value !== args.path) ? undefined : '';
}

function colored(line: string, { green, red, cyan }: Paint): string {
  if (line.startsWith('+')) return green(line);
  if (line.startsWith('-')) return red(line);
  return line.startsWith('@@') ? cyan(line) : line;
}
