import { type Json, sameJson, setPath } from '../json.ts';
import { readYaml } from '../yaml.ts';
import { setInYaml } from '../yaml-edit.ts';
import { splitFrontMatter } from './front-matter.ts';

/** A key path in the front matter, and the text it gets. */
export type KeyEdit = readonly [path: readonly string[], value: string];

/**
 * A Markdown text with keys of its front matter set; body, comments and order of the keys stay.
 * @returns `undefined` when the front matter cannot be read, or is written so that a key cannot be set in it.
 */
export function editFrontMatter(raw: string, edits: readonly KeyEdit[]): string | undefined {
  const front = splitFrontMatter(raw);
  if (!front.ok) return undefined;
  const start = raw.indexOf('\n') + 1;
  let yaml = front.yaml;
  for (const [path, value] of edits) {
    const read = readYaml(yaml);
    if (!read.ok) return undefined;
    const expected = setPath(read.source.value ?? {}, path, value as Json);
    const after = setInYaml(read.source, path, value);
    const again = after === undefined ? undefined : readYaml(after);
    if (after === undefined || again?.ok !== true || !sameJson(again.source.value, expected)) return undefined;
    yaml = after.endsWith('\n') ? after : `${after}\n`;
  }
  return raw.slice(0, start) + yaml + raw.slice(start + front.yaml.length);
}
