import { UserError } from '../errors.ts';
import { isObject } from '../json.ts';
import { nodeAt, readYaml } from '../yaml.ts';
import { commentsIn, dedented, endOf, lineEnd, memberEnd, withNewline } from '../yaml-text.ts';
import type { ArtifactText } from './inline-artifacts.ts';

/**
 * An artifact file as a type in a front matter, which is nothing but a schema: a description beside the schema goes
 * into it, every other comment above it.
 * @throws UserError `usage` when there is a description in both places.
 */
export function artifactText(name: string, file: string): ArtifactText {
  const read = readYaml(file);
  if (!read.ok) throw new UserError('skill', read.problems[0].message);
  const { source } = read;
  const schema = nodeAt(source, ['schema']);
  if (schema?.key === undefined) return { name, comments: [], text: withNewline(file.replace(/\s+$/, '')) };
  const block = schema.kind === 'block';
  const start = block ? lineEnd(file, schema.key.end) : schema.span.start;
  const end = block ? memberEnd(file, schema) : endOf(file, schema);
  const comments = commentsIn(file, source.top()).filter((each) => each.start < start || each.start >= end);
  const text = withNewline(dedented(file.slice(start, end)).replace(/\s+$/, ''));
  return { name, comments: comments.map((each) => each.text), text: withDescription(name, text, descriptionOf(file)) };
}

/** The description of the file as written there, `description: …`, moved to the left margin. */
function descriptionOf(file: string): string | undefined {
  const read = readYaml(file);
  const node = read.ok ? nodeAt(read.source, ['description']) : undefined;
  if (node?.key === undefined || node.span.start < 0) return undefined;
  return file.slice(node.key.start, endOf(file, node)).replace(/\s+$/, '');
}

function withDescription(name: string, schema: string, description: string | undefined): string {
  if (description === undefined) return schema;
  const read = readYaml(schema);
  const top = read.ok ? read.source.top() : undefined;
  if (!read.ok || top === undefined || !isObject(read.source.value)) return schema;
  if (Object.hasOwn(read.source.value, 'description')) {
    throw new UserError('usage', `The artifact "${name}" has a description beside its schema and one in it.`, {
      where: { file: `artifacts/${name}.yaml` },
      hint: 'Keep one of the two, then try again.',
    });
  }
  if (top.kind !== 'flow') return `${description}\n${schema}`;
  const at = top.span.start + 1;
  return `${schema.slice(0, at)} ${description},${schema.slice(at)}`;
}
