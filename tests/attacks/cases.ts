import fs from 'node:fs';
import path from 'node:path';

/** A sample attack: what is set up, which op is tried with which input, and what must and must not come of it. */
export type Row = {
  readonly id: string;
  readonly cls: string;
  readonly op: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly setup: readonly Action[];
  readonly expected: {
    /** One word, or several joined by `_or_`. */
    readonly verdict: string;
    readonly must_not: readonly string[];
    readonly must: readonly string[];
    /** Wall clock. */
    readonly max_ms?: number;
  };
  readonly why: string;
};

/** One step of the setup; `do` names it. */
export type Action = { readonly do: string; readonly [member: string]: unknown };

const HERE = import.meta.dirname;
const FILES = ['cases.json', 'more.json'];

/** All rows, or those of one class: first the samples, then those added here. */
export function rowsOf(cls?: string): readonly Row[] {
  const all = FILES.flatMap((file) => {
    const full = path.join(HERE, file);
    return (JSON.parse(fs.readFileSync(full, 'utf8')) as { rows: Row[] }).rows;
  });
  return cls === undefined ? all : all.filter((row) => row.cls === cls);
}

/** Replaces `$NAME` and `${NAME}` for the names given, and writes run-length coded text out, at any depth. */
export function expand(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return fill(value, names);
  if (Array.isArray(value)) return value.map((each) => expand(each, names));
  if (typeof value !== 'object' || value === null) return value;
  if ('concat' in value && Array.isArray(value.concat)) return value.concat.map((each) => expand(each, names)).join('');
  if ('repeat' in value && 'n' in value && Object.keys(value).length === 2) {
    return String(expand(value.repeat, names)).repeat(Number(value.n));
  }
  // of entries a member that is called __proto__ is a member
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member, names)]));
}

function fill(text: string, names: Readonly<Record<string, string>>): string {
  const known = Object.keys(names).sort((a, b) => b.length - a.length);
  if (known.length === 0 || !text.includes('$')) return text;
  const pattern = new RegExp(`\\$\\{(${known.join('|')})\\}|\\$(${known.join('|')})(?![A-Za-z0-9_])`, 'g');
  return text.replace(pattern, (all, braced?: string, bare?: string) => names[braced ?? bare ?? ''] ?? all);
}
