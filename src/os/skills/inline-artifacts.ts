import { UserError } from '../errors.ts';
import { nodeAt, readYaml, type YamlSource } from '../yaml.ts';
import type { YamlNode } from '../yaml-places.ts';
import {
  type Comment,
  columnOf,
  commentsIn,
  dedented,
  endOf,
  indented,
  lineEnd,
  lineStart,
  memberEnd,
  withNewline,
} from '../yaml-text.ts';

/** An artifact type as text. */
export type ArtifactText = {
  readonly name: string;
  /** Lines `# …` that belong to it and stand in no place of the schema. */
  readonly comments: readonly string[];
  /** The YAML of the schema, not indented, ending with a newline; comments inside stay. */
  readonly text: string;
};

/** The front matter's types as text, and the front matter without them. */
export type Taken = { readonly types: readonly ArtifactText[]; readonly rest: string };

/** Takes `artifacts` out of a front matter. @throws UserError `usage` for a front matter in braces. */
export function takeArtifacts(yaml: string): Taken {
  const source = sourceOf(yaml);
  const node = nodeAt(source, ['artifacts']);
  if (node?.key === undefined) return { types: [], rest: yaml };
  if (source.top()?.kind === 'flow') throw inBraces();
  const comments = commentsIn(yaml, source.top());
  const start = lineStart(yaml, node.key.start);
  const end = memberEnd(yaml, node);
  const types = node.kind === 'block' ? blockTypes(yaml, node, comments, end) : flowTypes(yaml, node, comments);
  const kept = keptComments(yaml, node, comments);
  return { types, rest: yaml.slice(0, start) + kept.map((line) => `${line}\n`).join('') + yaml.slice(end) };
}

/** Puts types into a front matter: below those that are there, else at its end. @throws as {@link takeArtifacts}. */
export function putArtifacts(yaml: string, types: readonly ArtifactText[]): string {
  const source = sourceOf(yaml);
  const node = nodeAt(source, ['artifacts']);
  if (source.top()?.kind === 'flow') throw inBraces();
  if (node?.key === undefined) return `${withNewline(yaml)}artifacts:\n${blockOf(types, 2)}`;
  const end = memberEnd(yaml, node);
  const first = [...node.children.values()][0]?.key;
  if (node.kind === 'block' && first !== undefined) {
    return `${withNewline(yaml.slice(0, end))}${blockOf(types, columnOf(yaml, first.start))}${yaml.slice(end)}`;
  }
  const there = takeArtifacts(yaml);
  const at = lineStart(yaml, node.key.start);
  const kept = there.rest.slice(at, there.rest.length - (yaml.length - end));
  return `${yaml.slice(0, at)}${kept}artifacts:\n${blockOf([...there.types, ...types], 2)}${yaml.slice(end)}`;
}

function blockOf(types: readonly ArtifactText[], indent: number): string {
  return types
    .map(({ name, comments, text }) => {
      const above = comments.map((line) => `${line}\n`).join('');
      const isFlow = /^[{["'>|]/.test(text);
      const value = isFlow ? ` ${indented(text, 2).trimStart()}` : `\n${indented(text, 2)}`;
      return indented(`${above}${name}:${value}`, indent);
    })
    .join('');
}

function sourceOf(yaml: string): YamlSource {
  const read = readYaml(yaml);
  if (read.ok) return read.source;
  throw new UserError('skill', read.problems[0].message);
}

function inBraces(): UserError {
  return new UserError('usage', 'The front matter of skill.md stands in braces; it cannot be taken apart.', {
    where: { file: 'skill.md', line: 2 },
    hint: 'Write it as "key: value" lines first.',
  });
}

/** Comments on the line of `artifacts:` itself belong to what comes after it as much as before: they stay. */
function keptComments(yaml: string, node: YamlNode, comments: readonly Comment[]): string[] {
  const from = node.kind === 'block' ? (node.key?.end ?? 0) : endOf(yaml, node);
  return comments.filter(({ start }) => start >= from && start < lineEnd(yaml, from)).map(({ text }) => text);
}

function blockTypes(yaml: string, node: YamlNode, comments: readonly Comment[], end: number): ArtifactText[] {
  let from = lineEnd(yaml, node.key?.end ?? 0);
  const members = [...node.children];
  return members.map(([name, child], nth) => {
    const keyEnd = child.key?.end ?? 0;
    const own = nth === members.length - 1 ? end : memberEnd(yaml, child);
    const block = child.kind === 'block';
    const valueStart = block ? lineEnd(yaml, keyEnd) : child.span.start;
    const valueEnd = block ? own : endOf(yaml, child);
    const outside = comments.filter(
      ({ start }) => (start >= from && start < valueStart) || (start >= valueEnd && start < own),
    );
    from = own;
    return { name, comments: outside.map(({ text }) => text), text: textOf(yaml, valueStart, valueEnd) };
  });
}

/** Types in `{ … }`: a comment between two belongs to the one it stands behind, the first to the first. */
function flowTypes(yaml: string, node: YamlNode, comments: readonly Comment[]): ArtifactText[] {
  const members = [...node.children];
  return members.map(([name, child], nth) => {
    const valueEnd = endOf(yaml, child);
    const from = nth === 0 ? (node.key?.end ?? 0) : (child.key?.start ?? 0);
    const next = members[nth + 1]?.[1].key?.start ?? endOf(yaml, node);
    const outside = comments.filter(
      ({ start }) => (start >= from && start < child.span.start) || (start >= valueEnd && start < next),
    );
    return { name, comments: outside.map(({ text }) => text), text: textOf(yaml, child.span.start, valueEnd) };
  });
}

/** A slice of the front matter, moved to the left margin. The first line of a slice within a line counts from there. */
function textOf(yaml: string, start: number, end: number): string {
  const column = columnOf(yaml, start);
  const whole = column === 0;
  const slice = whole ? yaml.slice(start, end) : ' '.repeat(lineIndent(yaml, start)) + yaml.slice(start, end);
  return withNewline(dedented(slice).replace(/\s+$/, ''));
}

function lineIndent(yaml: string, offset: number): number {
  const line = yaml.slice(lineStart(yaml, offset), offset);
  return line.length - line.trimStart().length;
}
