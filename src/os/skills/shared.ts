import { isObject, type Json } from '../json.ts';
import { splitFrontMatter } from './front-matter.ts';
import { graphNodes, mappingIn } from './graph-nodes.ts';
import { nameProblem, SHARED } from './names.ts';
import { decodeText } from './regular-file.ts';
import { splitSections } from './sections.ts';
import { SKILL_MD } from './source-paths.ts';

/**
 * Adds to `files` the shared phases the graph names, and the shared artifacts those phases or the skill itself name
 * and the skill does not define. `read` reads a file of the shared folder into `files` and says whether it was there.
 * A file that does not parse adds nothing: compiling it says what is wrong.
 */
export function readShared(files: ReadonlyMap<string, Uint8Array>, read: (file: string) => boolean): void {
  const bytes = files.get(SKILL_MD);
  if (bytes === undefined || !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(SHARED)) return;
  const front = splitFrontMatter(decodeText(bytes) ?? '');
  const keys = front.ok ? mappingIn(front.yaml) : {};
  const sections = front.ok ? splitSections(front.body, front.bodyLine).sections : [];
  const inputs = sections.map(({ yaml }) => (yaml === undefined ? {} : mappingIn(yaml.text)).input ?? null);
  for (const file of files.keys()) {
    if (/^phases\/[^/]+\.md$/.test(file)) inputs.push(inputOf(files, file));
  }
  for (const phase of sharedNodes(keys)) {
    const file = `phases/${phase}.md`;
    if (read(file)) inputs.push(inputOf(files, `shared/${file}`));
  }
  const inline = isObject(keys.artifacts) ? Object.keys(keys.artifacts) : [];
  for (const type of new Set([...inputs, keys.final_output ?? null].flatMap(typesIn))) {
    const defined = inline.includes(type) || files.has(`artifacts/${type}.yaml`);
    if (!defined && nameProblem('artifact', type) === undefined) read(`artifacts/${type}.yaml`);
  }
}

function inputOf(files: ReadonlyMap<string, Uint8Array>, file: string): Json {
  const front = splitFrontMatter(textOf(files, file) ?? '');
  return front.ok ? (mappingIn(front.yaml).input ?? null) : null;
}

function typesIn(input: Json): string[] {
  return typeof input === 'string' ? input.split('|').map((type) => type.trim()) : [];
}

/** Names of shared phases that stand in the graph as nodes or targets, or are the entry. */
function sharedNodes(keys: Record<string, Json>): Set<string> {
  const nodes = graphNodes(keys);
  const names = nodes.filter((node) => node.startsWith(SHARED)).map((node) => node.slice(SHARED.length));
  return new Set(names.filter((name) => nameProblem('phase', name) === undefined));
}

function textOf(files: ReadonlyMap<string, Uint8Array>, file: string): string | undefined {
  const bytes = files.get(file);
  return bytes === undefined ? undefined : decodeText(bytes);
}
