import fs from 'node:fs';
import { join } from 'node:path';
import type { Spread } from './harness.ts';
import { ROOT } from './machine.ts';

/** What a benchmark has to say: a Markdown section of `bench/README.md`. */
export type Section = {
  readonly title: string;
  /** What is measured, over what, as paragraphs. */
  readonly about: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly aims: readonly Aim[];
};

/** What was aimed at and what came of it. */
export type Aim = { readonly what: string; readonly got: number; readonly bound: number; readonly most: boolean };

export const atMost = (what: string, got: number, bound: number): Aim => ({ what, got, bound, most: true });
export const atLeast = (what: string, got: number, bound: number): Aim => ({ what, got, bound, most: false });

export function isMet({ got, bound, most }: Aim): boolean {
  return most ? got <= bound : got >= bound;
}

/** A number as a person reads it: three digits that count. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/** `median (min–max)`. */
export function figures({ median, min, max }: Spread): string {
  return Number.isFinite(median) ? `${figure(median)} (${figure(min)}–${figure(max)})` : '–';
}

export function render(section: Section, circumstances: string): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [section.header, section.header.map((_, i) => (i === 0 ? '---' : '---:')), ...section.rows].map(line);
  const aims = section.aims.map((aim) => {
    const verdict = isMet(aim) ? 'met' : `**missed** by ${figure(Math.abs(aim.got - aim.bound))}`;
    return `- ${aim.what}: aim ${aim.most ? '≤' : '≥'} ${figure(aim.bound)}, got ${figure(aim.got)}; ${verdict}.`;
  });
  return [`## ${section.title}`, section.about, table.join('\n'), aims.join('\n'), `_${circumstances}_`].join('\n\n');
}

const README = join(ROOT, 'bench', 'README.md');

/** Puts a section in its place in the README, between the marks that bear its name. */
export function publish(name: string, text: string): void {
  const begin = `<!-- bench ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const before = fs.readFileSync(README, 'utf8');
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error(`bench/README.md has no place for ${name}: it needs ${begin} and ${end}`);
  fs.writeFileSync(README, `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`);
}
