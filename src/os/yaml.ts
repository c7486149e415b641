import { type Event, parseEvents, YAMLException } from 'js-yaml';
import { type Json, MAX_DEPTH } from './json.ts';
import { type KeyPath, placeIn, type Spot, spotOf, treeOf, type YamlNode } from './yaml-places.ts';
import { buildValue, type Flaw, type YamlProblemKind } from './yaml-value.ts';

/**
 * YAML that came from outside, as plain data with the place of every part.
 *
 *  Y1 What is accepted is JSON written as YAML 1.2 (core schema): no anchors, aliases, tags, directives, second
 *     document, duplicate key, `__proto__`, infinity, NaN, or key that is not text. A key is what is written there:
 *     `1.0: a` has the key "1.0".
 *  Y2 Size and depth are bounded before a value is built.
 *  Y3 Every problem has a line and a column.
 *  Y4 Places are worked out when somebody asks for one, never while reading.
 */

/** The largest text, in bytes. */
export const MAX_YAML_BYTES = 256 * 1024;

/** Problems of one text are cut after this many: a file full of tags says enough with the first few. */
const MAX_PROBLEMS = 20;

export type { YamlProblemKind } from './yaml-value.ts';

/** `message` is a clause without a full stop. */
export type YamlProblem = Spot & { readonly kind: YamlProblemKind; readonly message: string };

export type YamlSource = {
  /** Without a byte order mark. Offsets of nodes count in it. */
  readonly text: string;
  /** `undefined` when the text holds nothing but comments. */
  readonly value: Json | undefined;
  /** The node of the whole text. The text is parsed a second time for it: keeping what was parsed costs more. */
  top(): YamlNode | undefined;
};

export type YamlRead =
  | { readonly ok: true; readonly source: YamlSource }
  /** At least one problem, in the order of the text. */
  | { readonly ok: false; readonly problems: readonly [YamlProblem, ...YamlProblem[]] };

/** Reads one YAML text. Never throws. */
export function readYaml(raw: string): YamlRead {
  const text = raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw;
  if (3 * text.length > MAX_YAML_BYTES && Buffer.byteLength(text) > MAX_YAML_BYTES) {
    return refused(text, [
      { kind: 'too-large', offset: 0, message: `this is larger than ${MAX_YAML_BYTES / 1024} KB` },
    ]);
  }
  try {
    const { value, flaws } = buildValue(text, eventsOf(text));
    return flaws.length > 0 ? refused(text, flaws) : { ok: true, source: sourceOf(text, value) };
  } catch (error) {
    return refused(text, [syntaxFlaw(error)]);
  }
}

/** What is wrong, as a sentence. */
export function sentenceOf({ message }: YamlProblem): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

/** Place of the key at `path` (of the item in a list), or of the nearest part above it that exists. */
export function placeOf(source: YamlSource, path: KeyPath): Spot {
  return placeIn(source.text, source.top(), path);
}

/** The node at `path`, when it exists. */
export function nodeAt(source: YamlSource, path: KeyPath): YamlNode | undefined {
  let node = source.top();
  for (const part of path) node = node?.children.get(String(part));
  return node;
}

function sourceOf(text: string, value: Json | undefined): YamlSource {
  let tree: { readonly top: YamlNode | undefined } | undefined;
  return {
    text,
    value,
    top() {
      tree ??= { top: treeOf(text, eventsOf(text)) };
      return tree.top;
    },
  };
}

function eventsOf(text: string): readonly Event[] {
  return parseEvents(text, { maxDepth: MAX_DEPTH + 1 }); // js-yaml counts the scalar inside as a level
}

function refused(text: string, flaws: readonly Flaw[]): YamlRead {
  const [first, ...more] = flaws.slice(0, MAX_PROBLEMS).map(
    ({ kind, offset, message }): YamlProblem => ({
      kind,
      ...spotOf(text, offset),
      message,
    }),
  );
  const none: YamlProblem = { kind: 'syntax', line: 1, column: 1, message: 'this is not YAML' };
  return { ok: false, problems: [first ?? none, ...more] };
}

function syntaxFlaw(error: unknown): Flaw {
  const offset = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0;
  const reason = error instanceof YAMLException ? error.reason : String(error);
  return reason.startsWith('nesting exceeded')
    ? { kind: 'too-deep', offset, message: `nesting is deeper than ${MAX_DEPTH} levels` }
    : { kind: 'syntax', offset, message: `this is not YAML: ${reason}` };
}
