/**
 * The one-file form: `## phase: <name>` sections in the body of skill.md, each opened by an optional fenced `yaml`
 * block of phase keys. Headings inside fenced blocks are text.
 */
export type Section = {
  readonly name: string;
  /** Line of the heading, in the file. */
  readonly line: number;
  /** The phase keys; absent when the section opens with prose. */
  readonly yaml?: { readonly text: string; readonly line: number };
  readonly body: string;
  readonly bodyLine: number;
};

export type Sections = {
  /** The prose before the first section. */
  readonly prose: string;
  readonly sections: readonly Section[];
  /** Headings that look like a section and are not, and fences that never end. */
  readonly problems: readonly { readonly line: number; readonly message: string; readonly fix: string }[];
};

const HEADING = '## phase:';

/** Splits a body that begins on line `firstLine` of its file. */
export function splitSections(body: string, firstLine: number): Sections {
  const lines = body.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const problems: Sections['problems'][number][] = [];
  const starts: number[] = [];
  let fence: string | undefined;
  for (const [index, line] of lines.entries()) {
    const mark = fenceMark(line);
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    } else if (mark !== undefined) fence = mark;
    else if (line.startsWith(HEADING)) starts.push(index);
    else if (looksLikeHeading(line)) problems.push(almost(line, firstLine + index));
  }
  const sections = starts.map((start, nth) => {
    const end = starts[nth + 1] ?? lines.length;
    return sectionOf(lines.slice(start, end), firstLine + start, problems);
  });
  return { prose: lines.slice(0, starts[0] ?? lines.length).join('\n'), sections, problems };
}

function sectionOf(lines: readonly string[], line: number, problems: Sections['problems'][number][]): Section {
  const name = (lines[0] ?? '').slice(HEADING.length).trim();
  let from = 1;
  while (from < lines.length && lines[from]?.trim() === '') from++;
  const mark = fenceMark(lines[from] ?? '');
  const isYaml = mark !== undefined && ['yaml', 'yml'].includes((lines[from] ?? '').trim().slice(mark.length).trim());
  if (!isYaml) return { name, line, body: lines.slice(1).join('\n'), bodyLine: line + 1 };
  const close = lines.findIndex((text, index) => index > from && text.trim() === mark);
  if (close === -1) {
    const problem = { message: 'this block of phase keys is never closed', fix: `Close it with a line "${mark}".` };
    problems.push({ line: line + from, ...problem });
  }
  const end = close === -1 ? lines.length : close;
  return {
    name,
    line,
    yaml: { text: lines.slice(from + 1, end).join('\n'), line: line + from + 1 },
    body: lines.slice(end + 1).join('\n'),
    bodyLine: line + end + 1,
  };
}

/** The run of backticks or tildes that opens or closes a fenced block. */
function fenceMark(line: string): string | undefined {
  const text = line.trimStart();
  const character = text[0];
  if (character !== '`' && character !== '~') return undefined;
  let length = 0;
  while (text[length] === character) length++;
  return length >= 3 ? text.slice(0, length) : undefined;
}

function looksLikeHeading(line: string): boolean {
  return line.startsWith('#') && /^#{1,6}[ \t]*phase[ \t]*:/i.test(line);
}

function almost(line: string, at: number): Sections['problems'][number] {
  const name = line.slice(line.indexOf(':') + 1).trim();
  return { line: at, message: 'this heading does not open a phase', fix: `Write "${HEADING} ${name}".` };
}
