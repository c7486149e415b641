import { isUtf8 } from 'node:buffer';

type Files = ReadonlyMap<string, Uint8Array>;

/**
 * From one set of files to another, as `git apply` takes it at the top of the repository.
 * @param dir folder of both, relative to that, with `/`.
 * @returns the diff, and the files that are no text and so are not in it.
 */
export async function gitDiff(dir: string, before: Files, after: Files): Promise<{ diff: string; left: string[] }> {
  const { structuredPatch, formatPatch } = await import('diff');
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const left: string[] = [];
  const parts: string[] = [];
  for (const name of names) {
    const [old, now] = [before.get(name), after.get(name)];
    if (old !== undefined && now !== undefined && Buffer.compare(old, now) === 0) continue;
    if ([old, now].some((bytes) => bytes !== undefined && !isUtf8(bytes))) {
      left.push(name);
      continue;
    }
    const path = dir === '' ? name : `${dir}/${name}`;
    const [from, to] = [old === undefined ? '/dev/null' : `a/${path}`, now === undefined ? '/dev/null' : `b/${path}`];
    const patch = structuredPatch(from, to, textOf(old), textOf(now), '', '', { context: 3 });
    const mode = old === undefined ? 'new file mode 100644\n' : now === undefined ? 'deleted file mode 100644\n' : '';
    const body = patch.hunks.length === 0 ? '' : headed(formatPatch(patch), from, to);
    parts.push(`diff --git a/${path} b/${path}\n${mode}${body}`);
  }
  return { diff: parts.join(''), left };
}

/** The hunks below a head of our own: the library's has lines that git does not know. */
function headed(patch: string, from: string, to: string): string {
  return `--- ${from}\n+++ ${to}\n${patch.slice(patch.indexOf('\n@@') + 1)}`;
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
