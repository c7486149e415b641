import type { JsonObject } from '../json.ts';
import { checkKeys, flagOf, itemsOf, member, membersOf, type Part, refuse, textOf, textsOf } from './part.ts';
import type { LibraryKeys } from './skill.ts';

/** A check of one key's shape; it reports, and the value is kept as written. */
type Check = (part: Part) => void;

/** A text, or a list of texts: sentences may be written one a line. */
const sentences: Check = (part) => {
  if (typeof part.value !== 'string') textsOf(part, 'sentences');
};

const keyed =
  (keys: Readonly<Record<string, Check>>, of: string): Check =>
  (part) => {
    if (membersOf(part) === undefined) return;
    checkKeys(part, Object.keys(keys), of);
    for (const [key, check] of Object.entries(keys)) check(member(part, key));
  };

const chain: Check = (part) => {
  for (const item of itemsOf(part, 'tool calls') ?? []) {
    keyed({ tool: textOf, args: (args) => membersOf(args), save_as: textOf }, 'a call of tool_chain')(item);
    if (member(item, 'tool').value === undefined) refuse(item, 'format/missing-key', 'no tool is named', 'Add "tool".');
  }
};

/** Keys of the skill library and of provenance, with the shape each must have. Nothing here acts in a run. */
const CHECKS: Readonly<Record<string, Check>> = {
  routing: keyed(
    {
      triggers: sentences,
      exclude_when: sentences,
      when_to_use: sentences,
      when_not_to_use: sentences,
      examples: keyed({ positive: sentences, negative: sentences }, 'routing.examples'),
    },
    'routing',
  ),
  required_tools: (part) => textsOf(part, 'tool names'),
  tool_chain: chain,
  decision_tree: (part) => {
    if (typeof part.value !== 'string' && !Array.isArray(part.value)) membersOf(part, 'a mapping, a list or text');
  },
  tags: (part) => textsOf(part, 'tags'),
  scope: sentences,
  source: textOf,
  lineage: (part) => {
    if (typeof part.value !== 'string' && !Array.isArray(part.value)) membersOf(part, 'a mapping, a list or text');
  },
  library: flagOf,
  imported_from: textOf,
  imported_at: textOf,
  imported_format: textOf,
  imported_revision: (part) => {
    if (typeof part.value !== 'number') textOf(part);
  },
};

export const LIBRARY_KEYS = Object.keys(CHECKS);

/** Reads the library keys of a skill's front matter: checked for shape, kept as written. */
export function readLibrary(skill: Part): LibraryKeys {
  const kept: JsonObject = {};
  for (const [key, check] of Object.entries(CHECKS)) {
    const part = member(skill, key);
    if (part.value === undefined) continue;
    check(part);
    kept[key] = part.value;
  }
  return kept;
}
