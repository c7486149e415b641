import { stripVTControlCharacters } from 'node:util';
import type { Io } from './io.ts';

/** How to write: decided once from flags, environment and terminal. */
export type Screen = {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** Colour on stdout and on stderr. */
  readonly color: { readonly out: boolean; readonly err: boolean };
};

export type Flags = { json?: boolean; quiet?: boolean; debug?: boolean; color?: boolean; path?: string };

export function screenOf(flags: Flags, io: Io): Screen {
  const forced = io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== '' && io.env.FORCE_COLOR !== '0';
  const never = flags.color === false || (io.env.NO_COLOR ?? '') !== '' || io.env.TERM === 'dumb';
  const color = (isTTY: boolean) => !never && (forced || isTTY);
  return {
    json: flags.json === true,
    quiet: flags.quiet === true,
    debug: flags.debug === true,
    color: { out: color(io.stdout.isTTY), err: color(io.stderr.isTTY) },
  };
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
export type Paint = { readonly [K in keyof typeof CODES]: (text: string) => string };

/** Colours, or none. */
export function paint(on: boolean): Paint {
  const style = (name: keyof typeof CODES) => (text: string) =>
    on && text !== '' ? `\u001b[${CODES[name][0]}m${text}\u001b[${CODES[name][1]}m` : text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  };
}

/**
 * Text that a model, a file or a person wrote, safe to show: without control characters, which could move the cursor,
 * change the title or hide what stands there. Newlines and tabs stay.
 */
export function clean(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');
}

/** {@link clean} text on one line of at most `width` columns. */
export function oneLine(text: string, width: number): string {
  const flat = clean(text).replace(/\s+/g, ' ').trim();
  if (columnsOf(flat) <= width) return flat;
  let kept = '';
  let used = 0;
  for (const char of flat) {
    used += columnsOf(char);
    if (used > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u;
const EMPTY = /\p{Mn}|\p{Me}|[\u200B-\u200F]/u;

/** Columns a text takes on a terminal; colours take none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of stripVTControlCharacters(text)) columns += EMPTY.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return columns;
}

/** Rows in columns, two spaces apart; at a terminal the last column ends at `width`. */
export function table(rows: readonly (readonly string[])[], width: number | undefined): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count - 1 }, (_, i) => Math.max(...rows.map((row) => columnsOf(row[i] ?? ''))));
  const room =
    width === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(20, width - widths.reduce((sum, each) => sum + each + 2, 0));
  return rows
    .map((row) => {
      const cells = row.map((cell, i) => {
        if (i < count - 1) return cell + ' '.repeat((widths[i] ?? 0) - columnsOf(cell));
        return cell.includes('\u001b') ? cell : oneLine(cell, room);
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** `1,234,567`. */
export function grouped(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `3 turns`, `1 turn`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** `512 B`, `1.5 KB`, `12.0 MB`. */
export function showBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

/** `0.3 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `$0.00`, `$0.0123`, `$12.30`. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}

/** A point in time as people read it, in UTC: `2026-03-01 09:30:12`. */
export function moment(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
