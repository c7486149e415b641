import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/os/errors.ts';
import { readBundle } from '../../../../src/os/skills/bundle/read-bundle.ts';
import { writeBundle } from '../../../../src/os/skills/bundle/write-bundle.ts';
import { bundleOf, type Entry, manifestOf, SKILL, tarOf } from './tar.ts';

const namesIn = async (bytes: Uint8Array) => [...(await readBundle(bytes)).files.keys()];

describe('a bundle', () => {
  it('is read from a plain tar, gzipped or not, with folders in it or not', async () => {
    const tar = bundleOf(SKILL);
    expect(await namesIn(tar)).toEqual(['skill.md', 'notes/a.md']);
    expect(await namesIn(gzipSync(tar))).toEqual(['skill.md', 'notes/a.md']);
    const entries: Entry[] = Object.entries(SKILL).map(([name, text]) => ({ name, text }));
    const folder: Entry = { name: 'notes/', type: '5', mode: 0o755 };
    expect(await namesIn(tarOf([manifestOf(SKILL), folder, ...entries]))).toEqual(['skill.md', 'notes/a.md']);
  });

  it('says which files can be executed, and forgets every other bit', async () => {
    const bytes = tarOf([
      manifestOf({ 'a.sh': 'x', 'b.sh': 'x' }),
      { name: 'a.sh', text: 'x', mode: 0o4755 },
      { name: 'b.sh', text: 'x', mode: 0o4644 },
    ]);
    const { files } = await readBundle(bytes);
    expect([...files.values()].map(({ executable }) => executable)).toEqual([true, false]);
  });

  it('reads what was written, byte for byte, and equal files give equal bundles', async () => {
    const name = fc
      .array(fc.stringMatching(/^[a-z0-9ä語][a-z0-9_é-]{0,20}$/), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join('/').normalize('NFC'));
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 2000 }), { minKeys: 1, maxKeys: 12 });
    await fc.assert(
      fc.asyncProperty(files, async (contents) => {
        const all = new Map(Object.entries(contents).map(([file, bytes]) => [file, { bytes, executable: false }]));
        const bundle = await writeBundle('here', all).catch((error: unknown) => {
          expect(error).toBeInstanceOf(UserError); // a file and a folder of one name
          return undefined;
        });
        if (bundle === undefined) return;
        const again = await readBundle(bundle);
        expect(new Map([...again.files].map(([file, { bytes }]) => [file, Buffer.from(bytes)]))).toEqual(
          new Map([...all].map(([file, { bytes }]) => [file, Buffer.from(bytes)])),
        );
        expect(await writeBundle('here', new Map([...all].reverse()))).toEqual(bundle);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a bundle is refused', () => {
  it.each<[string, Entry, RegExp]>([
    ['a way out', { name: '../../evil', text: 'x' }, /begins with a dot/],
    ['a way out further down', { name: 'notes/../../evil', text: 'x' }, /begins with a dot/],
    ['a way out of Windows', { name: '..\\..\\evil', text: 'x' }, /backslash/],
    ['an absolute name', { name: '/etc/passwd', text: 'x' }, /absolute/],
    ['a drive', { name: 'C:evil', text: 'x' }, /every system/],
    ['a stream', { name: 'skill.md:evil', text: 'x' }, /every system/],
    ['a device of Windows', { name: 'notes/nul.md', text: 'x' }, /every system/],
    ['hooks of git', { name: '.git/hooks/post-checkout', text: 'x' }, /begins with a dot/],
    ['a dotfile', { name: '.npmrc', text: 'x' }, /begins with a dot/],
    ['a name that goes on after a NUL', { name: 'a\u0000b', text: 'x' }, /after a NUL/],
    ['a NUL in the prefix', { name: 'a', prefix: 'x\u0000../..', text: 'x' }, /after a NUL/],
    ['a way out in the prefix', { name: 'evil', prefix: '../..', text: 'x' }, /begins with a dot/],
    ['a control character', { name: 'a\u001b[2Jb', text: 'x' }, /does not show/],
    ['text that runs backwards', { name: 'a\u202egnp.sh', text: 'x' }, /does not show/],
    ['a space nobody sees', { name: 'a\u200bb', text: 'x' }, /does not show/],
    ['a name in the decomposed form', { name: 'cafe\u0301.md', text: 'x' }, /composed form/],
    ['a name that ends with a dot', { name: 'skill.md.', text: 'x' }, /space or dot/],
    ['an empty part', { name: 'notes//a.txt', text: 'x' }, /empty part/],
    ['no name', { name: '', text: 'x' }, /no name|empty part/],
    ['a folder for shared phases', { name: 'shared/phases/x.md', text: 'x' }, /"shared"/],
    ['a symbolic link', { name: 'l', type: '2', link: '/etc/passwd' }, /symbolic link/],
    ['a hard link', { name: 'l', type: '1', link: 'skill.md' }, /hard link/],
    ['a link that says it is a file', { name: 'l', link: '/etc/passwd' }, /link/],
    ['a device', { name: 'dev', type: '3' }, /device/],
    ['a block device', { name: 'dev', type: '4' }, /device/],
    ['a FIFO', { name: 'f', type: '6' }, /FIFO/],
    ['a sparse file', { name: 's', type: 'S', text: 'x' }, /sparse/],
    ['a kind nobody knows', { name: 's', type: 'Z', text: 'x' }, /unknown kind/],
    ['a contiguous file', { name: 's', type: '7', text: 'x' }, /unknown kind/],
    ['a PAX header', { name: 'p', type: 'x', text: '18 path=../../evil\n' }, /PAX/],
    ['a global PAX header', { name: 'p', type: 'g', text: '18 path=../../evil\n' }, /PAX/],
    ['a long name of GNU', { name: '././@LongLink', type: 'L', text: '../../evil\0' }, /GNU/],
    ['a file with the name of a folder', { name: 'evil/', text: 'x' }, /name of a folder/],
    ['a folder with a content', { name: 'notes/', type: '5', text: 'x' }, /content/],
    ['a folder without a file', { name: 'empty/', type: '5' }, /folder without a file/],
    ['a folder that leads out', { name: '../', type: '5' }, /folder without a file/],
    ['a size that is no number', { name: 'a', text: 'x', size: '0000000000z\0' }, /number/],
    ['a negative size', { name: 'a', text: 'x', size: '\u00ff'.repeat(12) }, /number/],
    ['a size in the other form', { name: 'a', text: 'x', size: `\u0080${'\0'.repeat(10)}\u0001` }, /number/],
    ['a size beyond the archive', { name: 'a', text: 'x', size: '00000177777\0' }, /cut off/],
    ['a header that is damaged', { name: 'a', text: 'x', sum: '000000\0 ' }, /damaged/],
    ['the form of GNU', { name: 'a', text: 'x', magic: 'ustar  \0' }, /plain tar/],
    ['a file twice', { name: 'skill.md', text: 'x' }, /twice/],
    ['a file that differs by case', { name: 'Skill.MD', text: 'x' }, /one on some disks/],
    ['a folder that differs by case', { name: 'Notes/b.md', text: 'x' }, /one on some disks/],
    ['a name that differs by form', { name: 'ſkill.md', text: 'x' }, /one on some disks/],
    ['a file where a folder is', { name: 'notes', text: 'x' }, /both a file and a folder/],
    ['a file that is too deep', { name: `${'d/'.repeat(9)}x`, text: 'x' }, /deeper/],
    ['a file that is too large', { name: 'big', text: 'x'.repeat(1024 * 1024 + 1) }, /larger than 1024 KB/],
  ])('with %s', async (_, entry, message) => {
    const bytes = bundleOf(SKILL, [entry]);
    await expect(readBundle(bytes)).rejects.toThrow(message);
    await expect(readBundle(gzipSync(bytes))).rejects.toMatchObject({ code: 'skill' });
  });

  it.each<[string, Buffer, RegExp]>([
    ['nothing in it', Buffer.alloc(0), /cut off/],
    ['no file in it', tarOf([]), /no file/],
    ['no end', tarOf([{ name: 'a', text: 'x' }], new Uint8Array()), /cut off/],
    ['half an end', tarOf([{ name: 'a', text: 'x' }], new Uint8Array(512)), /cut off/],
    ['another archive behind the end', Buffer.concat([bundleOf(SKILL), bundleOf(SKILL)]), /after the end/],
    ['no manifest', tarOf([{ name: 'skill.md', text: 'x' }]), /no manifest/],
    ['a manifest that is no JSON', tarOf([{ name: 'manifest.json', text: '{' }]), /no JSON/],
    ['a manifest of another format', bundleOf(SKILL, [], { format: 'x' }), /not of the format/],
    ['a key nobody knows in the manifest', bundleOf(SKILL, [], { run: 'sh' }), /unknown key/],
    ['a manifest that lists too little', bundleOf(SKILL, [], { files: {} }), /not listed/],
    [
      'a manifest that lists too much',
      bundleOf(SKILL, [], { ...JSON.parse(String(manifestOf({ ...SKILL, more: '' }).text)) }),
      /not there/,
    ],
    [
      'another content than the manifest lists',
      tarOf([manifestOf({ a: 'x' }), { name: 'a', text: 'y' }]),
      /not the one/,
    ],
    ['a gzip that is damaged', gzipSync(bundleOf(SKILL)).subarray(0, 60), /damaged/],
    ['a content that unpacks without end', gzipSync(Buffer.alloc(64 * 1024 * 1024)), /larger than 8 MB/],
    ['more files than a skill has', tarOf(Array.from({ length: 501 }, (_, i) => ({ name: `f${i}` }))), /more than 500/],
    [
      'more than a skill holds',
      tarOf(Array.from({ length: 9 }, (_, i) => ({ name: `f${i}`, text: Buffer.alloc(1_000_000) }))),
      /larger than 8 MB/,
    ],
  ])('with %s', async (_, bytes, message) => {
    await expect(readBundle(bytes)).rejects.toThrow(message);
    await expect(readBundle(bytes)).rejects.toBeInstanceOf(UserError);
  });

  it('or is exactly what its manifest lists, whatever bytes of it are changed', async () => {
    const good = bundleOf(SKILL);
    const { files: whole } = await readBundle(good);
    const change = fc.record({ at: fc.nat(good.length - 1), to: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(good);
        for (const { at, to } of changes) bytes[at] = to;
        const read = await readBundle(bytes).catch((error: unknown) => error);
        if (read instanceof Error) expect(read).toBeInstanceOf(UserError);
        else expect([...(read as { files: typeof whole }).files.keys()]).toEqual([...whole.keys()]);
      }),
      { numRuns: 400 },
    );
  });

  it('or holds only names that stay in the folder, whatever entries it is made of', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      'A',
      'b',
      'nul',
      '.git',
      'a\\b',
      'é',
      'e\u0301',
      'x ',
      '\u202e',
      'c:',
    );
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const entry = fc.record({
      name,
      type: fc.constantFrom('0', '0', '0', '\0', '1', '2', '3', '5', '6', '7', 'x', 'g', 'L', 'S'),
      text: fc.constantFrom('', 'x'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 5 }), async (entries) => {
        const read = await readBundle(bundleOf(SKILL, entries)).catch((error: unknown) => error);
        if (read instanceof Error) {
          expect(read).toBeInstanceOf(UserError);
          return;
        }
        for (const file of (read as { files: Map<string, unknown> }).files.keys()) {
          expect(file).toMatch(/^[\p{L}\p{N}]+(\.md)?(\/[\p{L}\p{N}]+(\.md)?)*$/u);
        }
      }),
      { numRuns: 400 },
    );
  });
});
