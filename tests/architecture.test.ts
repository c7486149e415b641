import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Rooms from the lowest line to the highest. An import goes to the file's own room or to a lower line; rooms on one
 * line do not import each other.
 */
const LINES: readonly (readonly string[])[] = [
  ['os'],
  ['os/config', 'os/secrets'],
  ['os/events', 'os/skills', 'os/models', 'os/workspace', 'os/sandbox', 'os/network'],
  ['os/index', 'os/permissions', 'os/limits', 'os/lint', 'os/steps'],
  ['os/ops'],
  ['os/kernel'],
  ['os/interventions', 'os/runs', 'os/audit'],
  ['learning/evals', 'learning/search', 'learning/versions'],
  ['learning/verdicts'],
  ['learning/proposals'],
  ['learning/ops'],
  ['.'],
  ['server'],
  ['cli'],
];

/** A surface talks to the product through its front door, and to leaf files for errors and JSON. */
const SURFACES = ['server', 'cli'];
const FRONT = ['.', 'os', ...SURFACES];
const FRONT_TYPES = [
  ...['evals', 'search', 'verdicts', 'versions'].map((name) => `learning/${name}`),
  'os/config',
  'os/events',
  'os/skills',
  'os/runs',
  'os/audit',
  'os/lint',
];

/** Names beside skills that are none of theirs: a folder of shared parts, and a need and permission of the format. */
const SHARED_WORDS: readonly string[] = ['shared', 'eval'];

const SRC = path.resolve('src');
const MAX_LINES = 400;

type Import = { readonly file: string; readonly target: string; readonly typeOnly: boolean };

function sources(dir: string): string[] {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) return sources(full);
    return entry.name.endsWith('.ts') ? [path.relative(SRC, full)] : [];
  });
}

function room(file: string): string {
  const dir = path.dirname(file);
  if (dir === 'os' || dir === '.') return dir;
  const parts = dir.split('/');
  return parts[0] === 'os' || parts[0] === 'learning' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

const files = sources(SRC);
const texts = new Map(files.map((file) => [file, fs.readFileSync(path.join(SRC, file), 'utf8')]));
const imports: Import[] = files.flatMap((file) => importsOf(file, texts.get(file) ?? ''));

function importsOf(file: string, text: string): Import[] {
  const pattern = /(?:^|\n)\s*(import|export)\s+(type\s+)?[^'";]*?from\s+'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    target: path.normalize(path.join(path.dirname(file), match[3] ?? match[4] ?? '')),
    typeOnly: match[2] !== undefined,
  }));
}

const lineOf = (name: string) => LINES.findIndex((line) => line.includes(name));

describe('the structure of src', () => {
  it('has every file in a room that stands in the order', () => {
    expect(files.filter((file) => lineOf(room(file)) === -1)).toEqual([]);
  });

  it('imports only downwards, never sideways', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [room(file), room(target)];
      return from !== to && lineOf(to) >= lineOf(from);
    });
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('has no cycle of files', () => {
    expect(cycles()).toEqual([]);
  });

  it('has no file over 400 lines', () => {
    const long = [...texts].filter(([, text]) => text.split('\n').length > MAX_LINES);
    expect(long.map(([file]) => file)).toEqual([]);
  });

  it('lets a surface import code only through the front door', () => {
    const deep = imports.filter(({ file, target, typeOnly }) => {
      if (!SURFACES.includes(room(file))) return false;
      return !FRONT.includes(room(target)) && !(typeOnly && FRONT_TYPES.includes(room(target)));
    });
    expect(deep.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('names no ticket and no unfinished work', () => {
    const named = [...texts].filter(([, text]) => /\b(TODO|FIXME|XXX|HACK)\b|#\d{1,5}\b(?!['"`\da-f])/.test(text));
    expect(named.map(([file]) => file)).toEqual([]);
  });

  it('names no shipped skill in the kernel (P7)', () => {
    const dirs = ['src/stdlib/skills', 'reyn/project'].filter((dir) => fs.existsSync(dir));
    const names = dirs.flatMap((dir) => fs.readdirSync(dir)).filter((name) => !SHARED_WORDS.includes(name));
    const guilty = [...texts].flatMap(([file, text]) =>
      file.startsWith('os/') || file.startsWith('learning/')
        ? names.filter((name) => text.includes(`'${name}'`)).map((name) => `${file}: ${name}`)
        : [],
    );
    expect(guilty).toEqual([]);
  });

  it('casts nothing to any and silences no checker', () => {
    const holes = [...texts].filter(([, text]) =>
      /\bas any\b|: any[[\];,)=|>]|@ts-(ignore|expect-error|nocheck)|biome-ignore/.test(text),
    );
    expect(holes.map(([file]) => file)).toEqual([]);
  });
});

function cycles(): string[] {
  const edges = Map.groupBy(imports, ({ file }) => file);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at !== -1) found.push([...trail.slice(at), file].join(' → '));
    if (at !== -1 || done.has(file)) return;
    for (const { target } of edges.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}
