import { createHash } from 'node:crypto';

/** One entry of an archive made by hand; what is left out is as in a plain file. */
export type Entry = {
  readonly name: string;
  readonly text?: string | Uint8Array;
  readonly type?: string;
  readonly link?: string;
  readonly prefix?: string;
  readonly mode?: number;
  /** Instead of the size of the text. */
  readonly size?: string;
  readonly magic?: string;
  /** Instead of the true one. */
  readonly sum?: string;
};

/** A tar of the entries, as they are, with its end. */
export function tarOf(entries: readonly Entry[], end: Uint8Array = new Uint8Array(1024)): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), end]);
}

function blocksOf(entry: Entry): Buffer[] {
  const body = Buffer.from(entry.text ?? '');
  return [headerOf(entry, body.length), body, Buffer.alloc(-body.length & 511)];
}

function headerOf({ name, type = '0', link = '', prefix = '', mode = 0o644, size, magic, sum }: Entry, bytes: number) {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'utf8');
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100, 'latin1');
  header.write('0000000\0'.repeat(2), 108, 'latin1');
  header.write(size ?? `${bytes.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.fill(' ', 148, 156);
  header.write(type, 156, 'latin1');
  header.write(link, 157, 100, 'utf8');
  header.write(magic ?? 'ustar\x0000', 257, 'latin1');
  header.write(prefix, 345, 155, 'utf8');
  const total = header.reduce((all, byte) => all + byte, 0);
  header.write(sum ?? `${total.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

export type Files = Readonly<Record<string, string>>;

/** The manifest of files, with others in place of what it would say. */
export function manifestOf(files: Files, changed: object = {}): Entry {
  const hashes = Object.entries(files).map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')]);
  const manifest = { format: 'reyn-bundle/1', name: 'here', files: Object.fromEntries(hashes), ...changed };
  return { name: 'manifest.json', text: JSON.stringify(manifest) };
}

/** A bundle that is as it should be, with further entries, which its manifest lists or does not. */
export function bundleOf(files: Files, more: readonly Entry[] = [], changed: object = {}): Buffer {
  const own = Object.entries(files).map(([name, text]): Entry => ({ name, text }));
  const listed = more.flatMap(({ name, text = '' }): [string, string][] => [
    [name, Buffer.from(text).toString('utf8')],
  ]);
  return tarOf([manifestOf({ ...files, ...Object.fromEntries(listed) }, changed), ...own, ...more]);
}

/** A skill that loads, and finishes with the scripted model. */
export const SKILL: Files = {
  'skill.md':
    '---\ntype: skill\nname: here\ndescription: x\nartifacts: { note: { text: string } }\nfinal_output: note\n---\nGo.\n',
  'notes/a.md': 'A.\n',
};
