import { isUtf8 } from 'node:buffer';
import { sortPaths } from '../../os/skills/source-paths.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** What differs between two sets of files, as one unified diff, file by file; the empty string for nothing. */
export async function diffOf(before: Files, after: Files): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const parts = sortPaths(new Set([...before.keys(), ...after.keys()])).flatMap((file) => {
    const [a, b] = [before.get(file), after.get(file)];
    if (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0) return [];
    const names = [a === undefined ? '/dev/null' : `a/${file}`, b === undefined ? '/dev/null' : `b/${file}`] as const;
    if ([a, b].some((bytes) => bytes !== undefined && !isUtf8(bytes)))
      return [`Binary file ${names[0]} and ${names[1]} differ\n`];
    const patch = createTwoFilesPatch(...names, textOf(a), textOf(b), undefined, undefined, { context: 3 });
    return [patch.replace(/^=+\n/, '')];
  });
  return parts.join('');
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array()).toString('utf8');
}
