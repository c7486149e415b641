import { UserError } from '../../os/errors.ts';
import type { Io } from '../io.ts';
import {
  ask,
  clockTime,
  type Entry,
  failed,
  isOnPath,
  noBackslash,
  oneLineOnly,
  type Scheduled,
  type Timer,
} from './timer.ts';

/**
 * The person's crontab. An entry stands between two marks that name its project; every other line stays as it is, byte
 * by byte.
 */
export function crontab(io: Pick<Io, 'env'>): Timer {
  const read = (): string => {
    const told = ask(io, 'crontab', ['-l']);
    if (told.exit === 0) return told.out;
    if (/no crontab/i.test(told.err)) return '';
    throw failed('crontab', told);
  };
  const write = (before: string, after: string): boolean => {
    if (before === after) return false;
    const told = ask(io, 'crontab', ['-'], after);
    if (told.exit !== 0) throw failed('crontab', told);
    return true;
  };
  return {
    name: 'crontab',
    there: () => isOnPath(io, 'crontab'),
    list: () => entriesIn(read()),
    preview: (entry) => block(entry),
    install: (entry) => {
      const before = read();
      return write(before, put(before, entry));
    },
    remove: (root) => {
      const before = read();
      return write(before, without(before, root));
    },
  };
}

const begin = (root: string) => `# reyn improve: begin ${root}`;
const end = (root: string) => `# reyn improve: end ${root}`;

/** The lines of one entry. */
function block({ root, hour, minute, argv, log }: Entry): string {
  // crontab takes the first of two backslashes for an escape of the second, and the `%` after them for a line break
  for (const each of [root, log, ...argv]) noBackslash(each, /\\%/);
  const command = `cd ${quoted(root)} && ${argv.map(quoted).join(' ')} >> ${quoted(log)} 2>&1`;
  return `${begin(oneLineOnly(root))}\n${minute} ${hour} * * * ${command.replaceAll('%', '\\%')}\n${end(root)}\n`;
}

/** For sh; crontab itself then reads `%` as a line break unless it is escaped. */
function quoted(text: string): string {
  return /^[\w./:@=+-]+$/.test(text) ? text : `'${oneLineOnly(text).replaceAll("'", "'\\''")}'`;
}

/** A crontab with an entry, in place of that of the same project. */
export function put(text: string, entry: Entry): string {
  const found = placeOf(text, entry.root);
  if (found !== undefined) return text.slice(0, found.from) + block(entry) + text.slice(found.to);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${block(entry)}`;
}

/** A crontab without the entry of a project. */
export function without(text: string, root: string): string {
  const found = placeOf(text, root);
  return found === undefined ? text : text.slice(0, found.from) + text.slice(found.to);
}

/** @throws UserError `refused` when a mark has lost its other half: what lies between is then not known. */
function placeOf(text: string, root: string): { from: number; to: number } | undefined {
  const lines = linesOf(text);
  const first = lines.findIndex(({ line }) => line === begin(root));
  const last = lines.findIndex(({ line }) => line === end(root));
  if (first < 0 && last < 0) return undefined;
  const [opening, closing] = [lines[first], lines[last]];
  if (opening === undefined || closing === undefined || last < first) {
    throw new UserError('refused', `The crontab has one of the two marks of ${root} and not the other.`, {
      hint: 'Mend it with `crontab -e`: take out what stands there of reyn.',
    });
  }
  return {
    from: opening.at,
    to: closing.at + closing.line.length + (text[closing.at + closing.line.length] === '\n' ? 1 : 0),
  };
}

function linesOf(text: string): { at: number; line: string }[] {
  let at = 0;
  return text.split('\n').map((line) => {
    const here = { at, line };
    at += line.length + 1;
    return here;
  });
}

/** Entries that are in a crontab. */
function entriesIn(text: string): Scheduled[] {
  const pattern = /^# reyn improve: begin (.*)\n(\d+) (\d+) \* \* \* (.*)\n# reyn improve: end \1$/gm;
  return [...text.matchAll(pattern)].map(([, root = '', minute, hour, command = '']) => ({
    root,
    at: clockTime({ hour: Number(hour), minute: Number(minute) }),
    command,
  }));
}
