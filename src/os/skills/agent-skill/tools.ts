import type { Json } from '../../json.ts';

/** Tools that other agents know by these names, and the op that does the same. */
const OPS: Readonly<Record<string, string>> = {
  Read: 'read_file',
  Glob: 'glob_files',
  Grep: 'grep_files',
  AskUserQuestion: 'ask_user',
};

/** The names in `allowed-tools`: a list, or a text of them; what is in brackets behind one belongs to it. */
export function toolsIn(value: Json | undefined): readonly string[] {
  const texts = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => (typeof text === 'string' ? (text.match(/[^\s(),]+(?:\([^)]*\))?/g) ?? []) : []));
}

/** Those that no op stands for. */
export function unmapped(tools: readonly string[]): readonly string[] {
  return tools.filter((tool) => !Object.hasOwn(OPS, tool.replace(/\(.*$/s, '')));
}
