/**
 * A page of the documentation as a script. What a reader may copy and what they are promised to see is tested; the
 * conventions are few, so that a page stays a page:
 *
 *  - Every line of a ```sh block is a command. It must end with exit 0, or with what a comment says: `# exit 3`, behind
 *    the command or on the line below it. `cd` as the last part of a line stays in effect.
 *  - `# Ctrl-C at "think"` and `# kill -9 at "think"` send that signal once the command has written the text.
 *  - The block that follows is what the last command writes: a block without a name what it writes to stdout, a
 *    ```text block everything in order. `…` stands for any text, on a line of its own for any lines; ids, times, sizes,
 *    hashes and runs of spaces need only be of their kind.
 *  - A block with a file name behind its language (```yaml reyn.yaml) is written to that file. Every other block is
 *    only read.
 */
export type Part = Command | File;

export type Command = {
  readonly kind: 'command';
  /** Line of the page, from 1. */
  readonly line: number;
  readonly text: string;
  readonly exit: number;
  readonly signal?: { readonly name: 'SIGINT' | 'SIGKILL'; readonly at: string };
  readonly promised?: { readonly text: string; readonly streams: 'stdout' | 'both' };
};

export type File = {
  readonly kind: 'file';
  readonly line: number;
  readonly name: string;
  readonly text: string;
};

type Block = {
  readonly info: string;
  readonly lines: readonly string[];
  readonly line: number;
  readonly near: boolean;
};

/** The parts of a page in order. @throws Error where a block does not keep the conventions. */
export function readPage(text: string): readonly Part[] {
  const parts: Part[] = [];
  let before: Block | undefined;
  for (const block of blocksOf(text)) {
    const [language = '', name] = block.info.split(/ +/);
    const content = block.lines.join('\n');
    if (language === 'sh') parts.push(...commandsOf(block));
    else if (name !== undefined) {
      parts.push({ kind: 'file', line: block.line, name, text: `${content}\n` });
    } else if (block.near && before?.info === 'sh' && (language === '' || language === 'text')) {
      const last = parts.pop();
      if (last?.kind !== 'command') throw new Error(`line ${block.line}: output of no command`);
      parts.push({ ...last, promised: { text: content, streams: language === 'text' ? 'both' : 'stdout' } });
    }
    before = block;
  }
  return parts;
}

/** Fenced blocks; `near` says that only blank lines stand between a block and the one before. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { mark: string; info: string; lines: string[]; line: number; near: boolean } | undefined;
  let near = false;
  for (const [i, line] of text.split('\n').entries()) {
    const fence = /^(`{3,})(.*)$/.exec(line);
    if (open !== undefined) {
      if (fence?.[1] === open.mark && fence[2] === '') {
        blocks.push(open);
        open = undefined;
        near = true;
      } else open.lines.push(line);
    } else if (fence !== null)
      open = { mark: fence[1] ?? '', info: fence[2]?.trim() ?? '', lines: [], line: i + 1, near };
    else if (line.trim() !== '') near = false;
  }
  if (open !== undefined) throw new Error(`line ${open.line}: this block is never closed`);
  return blocks;
}

function commandsOf({ lines, line }: Block): readonly Command[] {
  const commands: Command[] = [];
  for (const [i, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const said = directive(text);
    const last = commands.at(-1);
    if (!text.trimStart().startsWith('#'))
      commands.push({ kind: 'command', line: line + 1 + i, text, exit: 0, ...said });
    else if (last !== undefined) commands[commands.length - 1] = { ...last, ...said };
  }
  return commands;
}

function directive(text: string): Partial<Command> {
  const [, comment = ''] = /(?:^|\s)#(.*)$/.exec(text) ?? [];
  const [, exit] = /\bexit (\d+)/.exec(comment) ?? [];
  const [, key, at = ''] = /(Ctrl-C|kill -9) at "([^"]+)"/.exec(comment) ?? [];
  return {
    ...(exit === undefined ? {} : { exit: Number(exit) }),
    ...(key === undefined ? {} : { signal: { name: key === 'Ctrl-C' ? 'SIGINT' : 'SIGKILL', at } }),
  };
}

/** What varies between runs, as a page may show it, and what may stand there instead. */
const KINDS: readonly (readonly [shown: RegExp, stands: string])[] = [
  [/[0-9a-f]{64}/, '[0-9a-f]{64}'],
  [/\b(?=[0-9a-z]*\d)[0-9a-hjkmnp-tv-z]{10}\b/, '[0-9a-hjkmnp-tv-z]{10}'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/, '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d'],
  [/\b\d{4}-\d\d\b/, '\\d{4}-\\d\\d'],
  [/\b\d+(?:\.\d+)? (?:ms|s|min)\b/, '\\d+(?:\\.\\d+)? (?:ms|s|min)'],
  [/\b\d+(?:\.\d+)? [KM]?B\b/, '\\d+(?:\\.\\d+)? [KM]?B'],
  [/…/, '[^\\n]*?'],
  [/ {2,}/, ' +'],
];

/** What a promised output matches. */
export function promisedPattern(text: string): RegExp {
  const lines = text.trimEnd().split('\n');
  const source = lines.map((line) => (line.trim() === '…' ? '(?:[^\\n]*\\n)*?' : `${patternOf(line)} *\\n`)).join('');
  return new RegExp(`^${source}$`);
}

function patternOf(line: string): string {
  const any = new RegExp(KINDS.map(([shown]) => `(${shown.source})`).join('|'), 'g');
  let pattern = '';
  let from = 0;
  for (const match of line.matchAll(any)) {
    const kind = match.slice(1).findIndex((group) => group !== undefined);
    pattern += literally(line.slice(from, match.index)) + (KINDS[kind]?.[1] ?? '');
    from = match.index + match[0].length;
  }
  return pattern + literally(line.slice(from));
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
