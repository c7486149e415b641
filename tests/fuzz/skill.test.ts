import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/os/errors.ts';
import { EXAMPLE_ENV } from '../../src/os/lint/examples.ts';
import { lintSkill } from '../../src/os/lint/lint.ts';
import { compileSkill } from '../../src/os/skills/compile.ts';
import type { Finding } from '../../src/os/skills/finding.ts';
import { loadSkill } from '../../src/os/skills/load.ts';
import { readSkillSource } from '../../src/os/skills/read-source.ts';
import { packSource, type SkillSource, unpackSource } from '../../src/os/skills/source.ts';
import { inFolder } from '../os/skills/skill-files.ts';
import { runs } from './scale.ts';
import { anyText, damage, damaged, edited, editsWith } from './text.ts';

const FOLDERS = ['src/stdlib/skills', 'reyn/project'].flatMap((folder) =>
  fs
    .readdirSync(folder)
    .map((name) => path.resolve(folder, name))
    .filter((dir) => fs.existsSync(path.join(dir, 'skill.md'))),
);
const SOURCES = FOLDERS.map((dir) =>
  readSkillSource(dir, { name: path.basename(dir), origin: 'project', root: path.resolve('.') }),
);

const PIECES = [
  ':',
  '- ',
  '[',
  '{',
  '}',
  '"',
  '\n',
  '---\n',
  '  ',
  '${',
  '```',
  '```yaml\n',
  '## phase: x\n',
  '&a',
  '*a',
];
const WORDS = ['!!js/function', '1e999', 'null', '[]', '{}', 'input', '__proto__', '\u0000', '\ufeff', '\r\n', '\t'];

/** What is done to one file of a folder. */
type Change =
  | { readonly kind: 'text'; readonly edits: Parameters<typeof edited>[1] }
  | { readonly kind: 'bytes'; readonly how: Parameters<typeof damaged>[1] }
  | { readonly kind: 'noise'; readonly bytes: Uint8Array }
  | { readonly kind: 'remove' }
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'copy'; readonly from: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('text' as const), edits: editsWith([...PIECES, ...WORDS]) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bytes' as const), how: damage }) },
  fc.record({ kind: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({ kind: fc.constant('remove' as const) }),
  fc.record({
    kind: fc.constant('rename' as const),
    to: fc.oneof(
      fc.constantFrom('skill.md', 'SKILL.md', 'phases/x.md', 'artifacts/x.yaml', 'steps/x.js', 'shared/phases/x.md'),
      anyText,
    ),
  }),
  fc.record({ kind: fc.constant('copy' as const), from: fc.nat() }),
);

function changed(source: SkillSource, changes: readonly (readonly [number, Change])[]): SkillSource {
  const files = new Map(source.files);
  for (const [which, one] of changes) {
    const names = [...files.keys()];
    const name = names[which % Math.max(1, names.length)];
    const bytes = Buffer.from(files.get(name ?? '') ?? '');
    if (name === undefined) continue;
    if (one.kind === 'remove' || one.kind === 'rename') files.delete(name);
    if (one.kind === 'rename') files.set(one.to, bytes);
    if (one.kind === 'noise') files.set(name, one.bytes);
    if (one.kind === 'copy') files.set(name, files.get(names[one.from % names.length] ?? '') ?? bytes);
    if (one.kind === 'text') files.set(name, Buffer.from(edited(bytes.toString('utf8'), one.edits)));
    if (one.kind === 'bytes') files.set(name, damaged(bytes, one.how));
  }
  return { ...source, files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Findings that nobody could act on: without words, or at a place that is not there. */
function useless({ files }: SkillSource, findings: readonly Finding[]): Finding[] {
  return findings.filter(({ file, line, column, message, fix }) => {
    const bytes = files.get(file);
    const lines = bytes === undefined ? 1 : Buffer.from(bytes).toString('utf8').split('\n').length;
    return file === '' || message === '' || fix === '' || column < 1 || line < 1 || line > lines;
  });
}

function expectSkillOrFindings(source: SkillSource): void {
  const { skill, document, findings } = compileSkill(source);
  expect(useless(source, findings)).toEqual([]);
  if (skill === undefined) {
    expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
    expect(() => loadSkill(source)).toThrow(UserError);
    return;
  }
  expect(useless(source, lintSkill({ skill, document }, EXAMPLE_ENV))).toEqual([]);
  expect(loadSkill(source).fingerprint).toBe(skill.fingerprint);
  expect(packSource(unpackSource(packSource(source)))).toBe(packSource(source));
}

describe('the loader of skills, whatever is in a folder', () => {
  it('finds the skills that ship in order', () => {
    expect(SOURCES.length).toBeGreaterThan(5);
    for (const source of SOURCES) expect(compileSkill(source).skill?.name).toBe(source.name);
  });

  it('gives a skill, or findings that name a place', () => {
    const one = fc.tuple(fc.nat(), change);
    fc.assert(
      fc.property(fc.nat(), fc.array(one, { minLength: 1, maxLength: 4 }), (which, changes) => {
        expectSkillOrFindings(changed(SOURCES[which % SOURCES.length] as SkillSource, changes));
      }),
      { numRuns: runs(120) },
    );
  });

  it('does so for what lies on a disk: links, pipes, folders, and names that are no text', async () => {
    const entry = fc.record({
      name: fc.constantFrom('skill.md', 'SKILL.md', 'phases', 'phases/a.md', 'artifacts/a.yaml', 'steps', 'x\ny', 'b'),
      kind: fc.constantFrom('file', 'folder', 'link', 'dangling', 'loop', 'pipe', 'closed', 'odd'),
      bytes: fc.uint8Array({ maxLength: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 6 }), (entries) =>
        inFolder((dir) => {
          for (const each of entries) place(dir, each);
          const source = readSkillSource(dir, { name: 'demo', origin: 'project' });
          expect([...source.files.values()].some((bytes) => Buffer.from(bytes).includes('SECRET'))).toBe(false);
          const { skill, findings } = compileSkill(source);
          expect(skill !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true);
        }),
      ),
      { numRuns: runs(40) },
    );
  });
});

type Entry = { readonly name: string; readonly kind: string; readonly bytes: Uint8Array };

/** Puts one thing into a folder; where another stands in its way nothing is put. */
function place(dir: string, { name, kind, bytes }: Entry): void {
  const full = path.join(dir, name);
  const secret = path.join(dir, '.secret');
  fs.writeFileSync(secret, 'SECRET');
  try {
    fs.mkdirSync(path.dirname(full), { recursive: true });
    if (kind === 'folder') fs.mkdirSync(full);
    else if (kind === 'link') fs.symlinkSync(secret, full);
    else if (kind === 'dangling') fs.symlinkSync('/nowhere', full);
    else if (kind === 'loop') fs.symlinkSync('.', full);
    else if (kind === 'pipe') spawnSync('mkfifo', [full]);
    else if (fs.lstatSync(full, { throwIfNoEntry: false })?.isFile() === false)
      return; // a pipe would hold us up
    else if (kind === 'odd') fs.writeFileSync(Buffer.concat([Buffer.from(full), Buffer.from([0xff, 0xfe])]), bytes);
    else fs.writeFileSync(full, bytes, { mode: kind === 'closed' ? 0 : 0o644 });
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}
