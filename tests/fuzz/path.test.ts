import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpError } from '../../src/os/op-error.ts';
import { PROTECTIONS, protectionOf } from '../../src/os/permissions/protections.ts';
import { compileGlob, isGlobProblem } from '../../src/os/workspace/glob.ts';
import { canonicalPath, isRefusal, parseLocation, showLocation } from '../../src/os/workspace/location.ts';
import { CANARY, listOf, scene } from '../os/workspace/scene.ts';
import { runs } from './scale.ts';
import { anyText } from './text.ts';

const PARTS = [
  '..',
  '.',
  '',
  '~',
  '~root',
  'a',
  'sub',
  'work:',
  'blob:',
  'C:',
  '\\',
  '%2e%2e',
  '..%2f',
  '．．',
  '‥',
  '․․',
];
const part = fc.oneof(fc.constantFrom(...PARTS, 'link', 'dangling', 'hard', 'pipe', 'secret.txt'), anyText);
const START = ['', '/', './', '//', 'work:/', 'file://', 'C:/', '~/', '\\\\?\\', '/proc/self/cwd/', '../out/', 'link/'];
const anyPath = fc
  .tuple(fc.constantFrom(...START), fc.array(part, { maxLength: 6 }), fc.constantFrom('/', '//', '/./', '\\'))
  .map(([start, parts, separator]) => start + parts.join(separator));

describe('a path, whatever its text', () => {
  it('means a place below a root, or is refused with a sentence; what is shown of it means the same', () => {
    fc.assert(
      fc.property(fc.oneof(anyPath, anyText), (given) => {
        const parsed = parseLocation(given);
        if (isRefusal(parsed)) {
          expect(parsed.refused).toMatch(/^The path ".*" cannot be used: .+\.$/s);
          expect(parsed.refused).not.toMatch(/\p{Cc}/u);
          return;
        }
        const { segments, root } = parsed;
        expect(segments.filter((name) => name === '' || name === '.' || name === '..' || /[/\0]/.test(name))).toEqual(
          [],
        );
        if (root !== 'blob') expect(path.posix.resolve('/r', ...segments)).toBe(['/r', ...segments].join('/'));
        const shown = showLocation(parsed);
        expect(canonicalPath(shown)).toBe(shown);
        expect(parseLocation(shown)).toMatchObject({ root, segments });
        expect(Buffer.from(shown).toString('utf8')).toBe(shown);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('is closed in every spelling that some disk takes for a protected name', () => {
    const names = PROTECTIONS.flatMap(({ id, names: all = [] }) => all.map((name) => ({ id, name })));
    const where = fc.constantFrom('', 'a/', 'sub/deep/', './');
    const below = fc.constantFrom('', '/x', '/hooks/x', '/');
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.infiniteStream(fc.nat()),
        where,
        below,
        ({ id, name }, dice, above, rest) => {
          const parsed = parseLocation(above + respelled(name, () => dice.next().value as number) + rest);
          if (isRefusal(parsed)) return;
          expect(protectionOf(parsed, 'write', [])?.id, showLocation(parsed)).toBe(id);
        },
      ),
      { numRuns: runs(1000) },
    );
  });

  it('is held against any pattern without fail, and no pattern reaches out of its root', { timeout: 20_000 }, () => {
    const piece = fc.oneof(
      fc.constantFrom('*', '**', '?', '[a-z]', '[!', ']', '{a,b}', '{', '}', ',', '/', '..', 'a'),
      anyText,
    );
    const pattern = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(pattern, fc.array(anyText, { maxLength: 6 }), fc.boolean(), (given, segments, fold) => {
        const glob = compileGlob(given, fold);
        if (isGlobProblem(glob)) {
          expect(glob.problem).not.toBe('');
          return;
        }
        expect(glob.base).not.toContain('..');
        if (glob.matches(segments)) expect(glob.covers(segments)).toBe(true);
        if (glob.matches(segments) && segments.length > 0) expect(glob.reaches(segments.slice(0, -1))).toBe(true);
      }),
      { numRuns: runs(1000) },
    );
  });
});

/** Characters, and pairs of them, that some disk or reader takes for ASCII ones: by compatibility form or by case. */
const LOOKALIKES: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, string[]>();
  for (let code = 0x80; code < 0x1fbff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const plain = character.normalize('NFKC').toUpperCase().toLowerCase();
    if (/^[!-~]{1,3}$/.test(plain) && !/[/\\]/.test(plain)) found.set(plain, [...(found.get(plain) ?? []), character]);
  }
  return found;
})();
const UNSEEN = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u00ad',
  '\u2060',
  '\ufeff',
  '\u180e',
  '\ufe0f',
  '\u034f',
  '\u115f',
  '\u{e0041}',
];
const ENDS = ['.', ' ', '. .', '::$DATA', ':stream', '::$INDEX_ALLOCATION', ':a:$DATA', '...'];

/** The name as somebody would write it who does not want to be recognised. */
function respelled(name: string, roll: () => number): string {
  const pick = <T>(of: readonly T[]): T => of[roll() % of.length] as T;
  let text = '';
  for (let at = 0; at < name.length; ) {
    const length = 1 + (roll() % 3);
    const same = LOOKALIKES.get(name.slice(at, at + length));
    const character = name[at] as string;
    if (same !== undefined && roll() % 2 === 0) text += pick(same);
    else text += roll() % 2 === 0 ? character : character.toUpperCase();
    at +=
      same !== undefined && text.endsWith(character) === false && text.at(-1) !== character.toUpperCase() ? length : 1;
    if (roll() % 4 === 0) text += pick(UNSEEN);
  }
  return roll() % 3 === 0 ? text + pick(ENDS) : text;
}

type Act = { readonly do: 'read' | 'write' | 'remove' | 'walk' | 'digest'; readonly path: string };

describe('the workspace, whatever path it is given', () => {
  const inside = fc.constantFrom('a', 'sub/a', 'sub/', '.', 'b', 'new/folder/b', 'work:/n', 'hard', 'link/secret.txt');
  const acts = fc.array(
    fc.record({
      do: fc.constantFrom<Act['do']>('read', 'write', 'remove', 'walk', 'digest'),
      path: fc.oneof(inside, anyPath),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('reads, changes and makes nothing outside its root, and nothing through links, pipes or second names', async () => {
    const { root, out, files, put, link } = scene();
    const outside = path.dirname(root);
    put('a', 'inside');
    put('sub/a', 'inside');
    link('link', '../out');
    link('sub/link', '../../out/secret.txt');
    link('dangling', '../out/new.txt');
    fs.linkSync(path.join(out, 'secret.txt'), path.join(root, 'hard'));
    const before = snapshot(outside, root);
    let done = 0;
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        for (const act of list) {
          const said = await attempt(files, act);
          if (said !== undefined) done++;
          expect(said ?? '', JSON.stringify(act)).not.toContain(CANARY);
          expect(snapshot(outside, root), JSON.stringify(act)).toBe(before);
        }
        expect(fs.readFileSync(path.join(out, 'secret.txt'), 'utf8')).toBe(CANARY);
      }),
      { numRuns: runs(60) },
    );
    expect(done).toBeGreaterThan(20);
  });
});

/** What an act gave; `undefined` when it was refused as an op is. */
async function attempt(
  files: ReturnType<typeof scene>['files'],
  { do: what, path: given }: Act,
): Promise<string | undefined> {
  try {
    if (what === 'read') return (await files.readText(given)).text;
    const now = await files.digestOf(given);
    if (what === 'digest') return String(now);
    if (what === 'write') await files.replace(given, Buffer.from('written'), now);
    if (what === 'remove') await files.remove(given, now ?? '');
    if (what === 'walk') return (await listOf(files.walk(given))).join('\n');
    return what;
  } catch (error) {
    if (error instanceof OpError) return undefined;
    throw error;
  }
}

/** Everything below a folder but what is in `inside`: names, kinds, contents. */
function snapshot(folder: string, inside: string): string {
  const all = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return all
    .map((name) => path.join(folder, name))
    .filter((file) => file === inside || !file.startsWith(`${inside}/`))
    .map((file) => {
      const stat = fs.lstatSync(file);
      return `${file} ${stat.mode} ${stat.isFile() ? fs.readFileSync(file, 'utf8') : ''}`;
    })
    .join('\n');
}
