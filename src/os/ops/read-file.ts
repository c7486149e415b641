import Type from 'typebox';
import { OpError } from '../op-error.ts';
import { canonicalPath } from '../workspace/location.ts';
import { defineOp } from './op.ts';
import { LineRange, PATH } from './schema.ts';

/** Characters of text one read gives back; more is read from `next` on. */
export const MAX_TEXT = 30_000;

/** Characters that carry text nobody sees: tags, zero-width spaces and joiners, overrides, a byte order mark inside. */
const HIDDEN = /[\u200B\u2060-\u2064\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]|(?!^)\uFEFF/gu;

export const readFile = defineOp({
  kind: 'read_file',
  effect: 'reads',
  summary:
    'Reads a text file, whole or some of its lines. Long text comes in parts: call again with "after" set to the "next" of the result.',
  input: Type.Object(
    {
      path: PATH,
      lines: Type.Optional(LineRange),
      after: Type.Optional(Type.Integer({ minimum: 0, description: 'Characters to skip: the "next" of a result.' })),
    },
    { additionalProperties: false },
  ),
  paths: ['path'],
  needKinds: ['file.read'],
  opensBlobs: true,
  needs: ({ path }) => [{ kind: 'file.read', path: canonicalPath(path) }],
  async run({ path, lines, after = 0 }, { workspace }) {
    const file = await workspace.readText(path);
    const chosen = lines === undefined ? file.text : pick(linesOf(file.text), lines);
    const end = endOfPart(chosen, after);
    const text = chosen.slice(after, end);
    const hidden = text.match(HIDDEN)?.length ?? 0;
    return {
      path: canonicalPath(path),
      bytes: file.bytes,
      lines: countLines(file.text),
      ...(lines === undefined ? {} : { from: lines.from }),
      text,
      ...(end < chosen.length ? { next: end } : {}),
      ...(hidden === 0 ? {} : { hidden_characters: hidden }),
    };
  },
});

/** Lines with their ends; text that ends in a newline has no empty last line. */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline + 1;
    lines.push(text.slice(from, end));
    from = end;
  }
  return lines;
}

function countLines(text: string): number {
  let count = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function pick(all: readonly string[], { from, to = all.length }: { from: number; to?: number }): string {
  if (from > all.length || to < from) {
    throw new OpError('out_of_range', `There are ${all.length} lines; lines ${from} to ${to} are not among them.`);
  }
  return all.slice(from - 1, to).join('');
}

/** Where a part that begins at `from` ends: after a whole line if one ends in it, never inside a character. */
function endOfPart(text: string, from: number): number {
  const limit = from + MAX_TEXT;
  if (text.length <= limit) return text.length;
  const newline = text.lastIndexOf('\n', limit - 1) + 1;
  if (newline > from) return newline;
  const last = text.charCodeAt(limit - 1);
  return last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit;
}
