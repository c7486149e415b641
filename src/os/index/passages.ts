/** A piece of a document that is found and shown by itself. Lines count from 1, both ends included. */
export type Passage = { readonly first: number; readonly last: number; readonly part: number; readonly text: string };

/** Characters of one passage. */
export const MAX_PASSAGE = 1_200;
/** From here on a passage ends at the next empty line or before the next heading. */
const ENOUGH = 600;

/**
 * Splits a text into passages: whole lines, ending at a paragraph or a heading where one is near. A line longer than a
 * passage becomes several, told apart by `part`. Passages of white space alone are left out.
 */
export function passagesOf(text: string): Passage[] {
  const made: Passage[] = [];
  let lines: string[] = [];
  let size = 0;
  let first = 1;

  function end(last: number): void {
    const joined = lines.join('\n');
    if (joined.trim() !== '') made.push({ first, last, part: 0, text: joined });
    lines = [];
    size = 0;
    first = last + 1;
  }

  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    const isBreak = line.trim() === '' || /^#{1,6}\s/.test(line);
    if (lines.length > 0 && (size + line.length >= MAX_PASSAGE || (isBreak && size >= ENOUGH))) end(i);
    if (line.length <= MAX_PASSAGE) {
      lines.push(line);
      size += line.length + 1;
      continue;
    }
    for (const [part, piece] of piecesOf(line).entries()) {
      made.push({ first: i + 1, last: i + 1, part, text: piece });
    }
    first = i + 2;
  }
  end(first + lines.length - 1);
  return made;
}

/** Pieces of a long line, ending at a space where one is near, never inside a character. */
function piecesOf(line: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < line.length; ) {
    const space = line.lastIndexOf(' ', at + MAX_PASSAGE - 1);
    const end = at + MAX_PASSAGE >= line.length ? line.length : space > at + ENOUGH ? space + 1 : cut(line, at);
    pieces.push(line.slice(at, end));
    at = end;
  }
  return pieces.filter((piece) => piece.trim() !== '');
}

function cut(line: string, at: number): number {
  const end = at + MAX_PASSAGE;
  const last = line.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}
