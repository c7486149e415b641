import { isObject, type Json } from '../json.ts';
import { readYaml } from '../yaml.ts';

/** Every name that stands in the graph of a front matter as a node or a target, or is the entry. */
export function graphNodes(yaml: string | Readonly<Record<string, Json>>): readonly string[] {
  const keys = typeof yaml === 'string' ? mappingIn(yaml) : yaml;
  const graph = isObject(keys.graph) ? keys.graph : {};
  const targets = Object.values(graph)
    .flatMap((edges) => (Array.isArray(edges) ? edges : [edges]))
    .map((edge) => (isObject(edge) ? edge.to : edge));
  return [...Object.keys(graph), ...targets, keys.entry].filter((node) => typeof node === 'string');
}

/** The mapping a YAML text holds; an empty one when it holds none. */
export function mappingIn(yaml: string): Record<string, Json> {
  const read = readYaml(yaml);
  return read.ok && isObject(read.source.value) ? (read.source.value as Record<string, Json>) : {};
}
